// Customer and Contact: who may sign in, invitations, what they can see and why, and how the portal looks to them.

frappe.provide("customer_portal.people");

Object.assign(customer_portal.people, {
	states: {
		none: [__("Not invited"), "gray"],
		invited: [__("Invited"), "orange"],
		active: [__("Active", null, "Customer Portal Ext"), "green"],
		disabled: [__("User disabled"), "red"],
		removed: [__("Disabled"), "red"],
	},

	// What staff may do about a person in each state, by the button's label.
	get_actions({ state, contact, user }) {
		const invite = { none: __("Invite"), invited: __("Send Again"), removed: __("Invite Again") }[state];
		return {
			...(contact && invite ? { invite } : {}),
			...(["invited", "active", "disabled"].includes(state) ? { remove: __("Disable") } : {}),
			...(["invited", "active"].includes(state) && user ? { explain: __("What They See") } : {}),
		};
	},

	// The people of the customer anew after an action; null when nothing was done, or when it failed: Frappe has shown why.
	async run(action, customer, person) {
		const { people } = customer_portal;
		if (action === "explain") return people.explain(customer, person.user).then(() => null);
		try {
			return await (action === "invite"
				? people.invite(customer, [person.contact])
				: people.remove(customer, person.user));
		} catch {
			return null;
		}
	},

	// The server has changed the record; a form that kept the old one could not be saved.
	reload(frm) {
		frm.is_dirty() ? frm.refresh() : frm.reload_doc();
	},

	async show(frm) {
		const { links, people } = customer_portal;
		people.draw(frm, await links.get("get_portal_people", { customer: frm.doc.name }));
	},

	draw(frm, rows) {
		const { people } = customer_portal;
		const customer = frm.doc.name;
		people.dialog?.hide();
		const dialog = (people.dialog = new frappe.ui.Dialog({
			title: __("People of {0}", [customer]),
			size: "large",
			fields: [{ fieldname: "people", fieldtype: "HTML" }],
		}));
		const wrapper = dialog.get_field("people").$wrapper.html(people.get_list_html(rows));
		const redraw = (changed) => {
			if (!changed) return;
			people.draw(frm, changed);
			people.reload(frm);
		};
		wrapper.on("click", "button[data-action]", async ({ currentTarget: button }) => {
			button.disabled = true;
			redraw(await people.run(button.dataset.action, customer, rows[button.closest("li").dataset.row]));
			button.disabled = false;
		});
		wrapper.on("change", "input", () => dialog.get_primary_btn().prop("disabled", !people.get_chosen(dialog).length));
		if (wrapper.find("input").length) {
			dialog.set_primary_action(__("Invite Selected"), async () => {
				redraw(await people.invite(customer, people.get_chosen(dialog)));
			});
			dialog.get_primary_btn().prop("disabled", true);
		}
		dialog.show();
	},

	get_list_html(rows) {
		const { people } = customer_portal;
		const escape = frappe.utils.escape_html;
		if (!rows.length) {
			return `<p class="text-muted">${__("This customer has no contact with an e-mail address.")}</p>`;
		}
		const lines = rows.map((row, number) => {
			const [label, colour] = people.states[row.state];
			const actions = people.get_actions(row);
			const box = actions.invite
				? `<input type="checkbox" data-contact="${escape(row.contact)}" aria-label="${escape(row.name)}">`
				: "";
			const buttons = Object.entries(actions).map(
				([action, text]) => `<button class="btn btn-xs btn-default" data-action="${action}">${text}</button>`
			);
			// wraps on a phone: who it is, and below it what can be done
			return `<li class="portal-person list-group-item d-flex flex-wrap align-items-center px-0" data-row="${number}" style="gap: 8px">
				<span style="width: 22px">${box}</span>
				<span style="flex: 1 1 200px; min-width: 0; overflow-wrap: anywhere">${escape(row.name)}
					<span class="indicator-pill whitespace-nowrap ml-1 ${colour}">${label}</span><br>
					<span class="text-muted">${escape(row.email)}</span></span>
				<span class="d-flex flex-wrap" style="gap: 6px">${buttons.join("")}</span></li>`;
		});
		return `<ul class="list-group list-group-flush">${lines.join("")}</ul>`;
	},

	get_chosen(dialog) {
		const boxes = dialog.get_field("people").$wrapper.find("input:checked");
		return boxes.toArray().map((box) => box.dataset.contact);
	},

	async invite(customer, contacts) {
		const { links } = customer_portal;
		const result = await links.post("invite_contacts", { customer, contacts: JSON.stringify(contacts) });
		if (result.invited.length) links.say(__("Invited: {0}", [result.invited.join(", ")]));
		if (result.accepting.length) {
			links.say(__("Have an account already, and are let in when they accept: {0}", [result.accepting.join(", ")]));
		}
		const escape = frappe.utils.escape_html;
		const refused = result.refused.map((row) => `${escape(row.contact)}: ${escape(row.reason)}`);
		if (refused.length) frappe.msgprint({ title: __("Not invited"), message: refused.join("<br>") });
		return result.people;
	},

	async remove(customer, user) {
		const { links } = customer_portal;
		const question = __("Disable the portal for {0}? They can no longer sign in for {1}, from their next click on.", [
			frappe.utils.escape_html(user).bold(),
			frappe.utils.escape_html(customer).bold(),
		]);
		if (!(await links.confirm(question))) return null;
		return links.post("remove_portal_user", { customer, user });
	},

	async explain(customer, user) {
		const answer = await customer_portal.links.get("explain_portal", { customer, user });
		const escape = frappe.utils.escape_html;
		const closed = answer.closed_because.map((reason) => `<p class="text-danger">${escape(reason)}</p>`);
		const rows = answer.capabilities.map(
			(row) => `<tr><td>${escape(row.label)}</td>
				<td><span class="indicator-pill ${row.allowed ? "green" : "gray"}">${row.allowed ? __("Yes", null, "Customer Portal Ext") : __("No", null, "Customer Portal Ext")}</span></td>
				<td>${escape(row.because)}</td></tr>`
		);
		frappe.msgprint({
			title: __("What {0} can see and do, and why", [user || customer]),
			wide: true,
			message: `${closed.join("")}<table class="table"><tbody>${rows.join("")}</tbody></table>`,
		});
	},

	async view_as(customer) {
		const { url } = await customer_portal.links.post("view_as_customer", { customer });
		window.open(url, "_blank");
	},

	// The policy of a customer or a contact, or a new one.
	async open_policy(applies_to, party) {
		const filters = { applies_to, party };
		const { message } = await frappe.db.get_value("Customer Portal Policy", filters, "name");
		if (message.name) return frappe.set_route("Form", "Customer Portal Policy", message.name);
		frappe.new_doc("Customer Portal Policy", filters);
	},
});

frappe.ui.form.on("Customer", {
	refresh(frm) {
		const { links, people } = customer_portal;
		if (frm.is_new()) return;
		const customer = frm.doc.name;
		const add = (label, action) => frm.add_custom_button(label, action, __("Portal"));
		if (links.may_manage()) add(__("People"), () => people.show(frm));
		// whoever reads the customer may see what the customer sees
		add(__("What They See and Why"), () => people.explain(customer));
		add(__("View as Customer"), () => people.view_as(customer));
		if (links.may_manage()) add(__("Policy"), () => people.open_policy("Customer", customer));
	},
});

frappe.ui.form.on("Contact", {
	async refresh(frm) {
		const { links } = customer_portal;
		frm.portal_indicators?.forEach((indicator) => indicator.remove()); // the form may have shown another contact before
		if (frm.is_new() || !links.may_manage()) return;
		if (!(frm.doc.links || []).some((row) => row.link_doctype === "Customer")) return;
		const rows = await links.get("get_contact_portal_states", { contact: frm.doc.name });
		if (rows.every((row) => frm.doc.name === row.contact)) show_portal_access(frm, rows);
	},
});

function show_portal_access(frm, rows) {
	const { people } = customer_portal;
	frm.portal_indicators?.forEach((indicator) => indicator.remove());
	const many = rows.length > 1;
	frm.portal_indicators = rows.map((row) => {
		const [label, colour] = people.states[row.state];
		return $('<span class="indicator-pill whitespace-nowrap ml-2">')
			.addClass(colour)
			.text(many ? `${row.customer}: ${label}` : __("Portal: {0}", [label]))
			.insertAfter(frm.page.indicator);
	});
	for (const row of rows) {
		for (const [action, label] of Object.entries(people.get_actions(row))) {
			const text = many ? `${label}: ${row.customer}` : label;
			frm.add_custom_button(
				text,
				async () => (await people.run(action, row.customer, row)) && people.reload(frm),
				__("Portal")
			);
		}
	}
	frm.add_custom_button(__("Policy"), () => people.open_policy("Contact", frm.doc.name), __("Portal"));
}
