// What Desk's forms and the page Portal Tokens share: calling the API, and saying what a link's state is.

frappe.provide("customer_portal.links");

Object.assign(customer_portal.links, {
	roles: ["Customer Portal Manager", "System Manager", "Accounts Manager", "Sales Manager"],

	may_manage() {
		return customer_portal.links.roles.some((role) => frappe.user.has_role(role));
	},

	get(method, args) {
		return customer_portal.links.call("GET", method, args);
	},

	post(method, args) {
		return customer_portal.links.call("POST", method, args);
	},

	async call(type, method, args) {
		const response = await frappe.call({ type, method: `customer_portal_ext.api.${method}`, args });
		return response.message;
	},

	// {label, colour} of a row of the token list
	describe(row) {
		const day = (value) => frappe.datetime.str_to_user(value.split(" ")[0]);
		return {
			none: () => ({ label: __("No link"), colour: "gray" }),
			active: () => ({ label: __("Active until {0}", [day(row.expires_on)]), colour: "green" }),
			expired: () => ({ label: __("Expired on {0}", [day(row.expires_on)]), colour: "orange" }),
			revoked: () => ({ label: __("Revoked on {0}", [day(row.revoked_on)]), colour: "red" }),
			disabled: () => ({ label: __("Customer disabled"), colour: "gray" }),
		}[row.state]();
	},

	// The customer's new row after an action; null when nothing changed, because the user thought better of it or because
	// it failed: Frappe has shown why.
	async run(action, customer) {
		try {
			return await customer_portal.links.actions[action](customer);
		} catch {
			return null;
		}
	},

	actions: {
		async generate(customer) {
			const row = await customer_portal.links.post("generate_link", { customer });
			customer_portal.links.say(__("Link made: {0}.", [customer_portal.links.describe(row).label]));
			return row;
		},

		async copy(customer) {
			const { link } = await customer_portal.links.post("copy_link", { customer });
			customer_portal.links.to_clipboard(link);
			return null;
		},

		async email(customer) {
			const row = await customer_portal.links.post("email_link", { customer });
			customer_portal.links.say(__("The link is on its way to {0}.", [row.recipient.bold()]));
			return row;
		},

		async regenerate(customer) {
			const question = __("Make a new link for {0}? The old one stops working at once.", [
				frappe.utils.escape_html(customer).bold(),
			]);
			if (!(await customer_portal.links.confirm(question))) return null;
			const row = await customer_portal.links.post("regenerate_link", { customer });
			customer_portal.links.say(__("New link made. The old one no longer works."));
			return row;
		},

		async revoke(customer) {
			const question = __("Revoke the portal link of {0}? It stops working at once.", [
				frappe.utils.escape_html(customer).bold(),
			]);
			if (!(await customer_portal.links.confirm(question))) return null;
			const row = await customer_portal.links.post("revoke_link", { customer });
			customer_portal.links.say(__("Revoked. The link no longer works."));
			return row;
		},
	},

	confirm(question) {
		return new Promise((resolve) => frappe.confirm(question, () => resolve(true), () => resolve(false)));
	},

	say(message) {
		frappe.show_alert({ message, indicator: "green" });
	},

	// A browser may refuse the clipboard; then the link is shown, to be copied by hand.
	async to_clipboard(link, said) {
		try {
			if (!navigator.clipboard || !window.isSecureContext) throw new Error("no clipboard");
			await navigator.clipboard.writeText(link);
			customer_portal.links.say(said || __("Link copied. It opens the account to whoever holds it."));
		} catch {
			const dialog = new frappe.ui.Dialog({
				title: __("Portal Link"),
				fields: [{ fieldname: "link", fieldtype: "Small Text", label: __("Link", null, "Customer Portal Ext"), default: link }],
				primary_action_label: __("Copy"),
				primary_action() {
					dialog.get_input("link").trigger("select");
					document.execCommand("copy");
					dialog.hide();
				},
			});
			dialog.show();
			dialog.get_input("link").trigger("select");
		}
	},
});
