// Customer and Contact: who may sign in, invitations, what they can see and why, and how the portal looks to them.

frappe.provide("customer_portal.people");

Object.assign(customer_portal.people, {
	states: {
		none: [__("Not invited"), "gray"],
		invited: [__("Invited"), "orange"],
		active: [__("Active"), "green"],
		disabled: [__("User disabled"), "red"],
		removed: [__("Removed"), "red"],
	},

	async show(customer) {
		const { links, people } = customer_portal;
		people.draw(customer, await links.get("get_portal_people", { customer }));
	},

	draw(customer, rows) {
		const { people } = customer_portal;
		const escape = frappe.utils.escape_html;
		people.dialog?.hide();
		const dialog = (people.dialog = new frappe.ui.Dialog({
			title: __("People of {0}", [customer]),
			size: "large",
			fields: [{ fieldname: "people", fieldtype: "HTML" }],
			primary_action_label: __("Invite"),
			primary_action: () => people.invite(customer, people.get_chosen(dialog)),
		}));
		const lines = rows.map((row) => {
			const [label, colour] = people.states[row.state];
			const may_invite = row.contact && row.state !== "disabled";
			const box = may_invite
				? `<input type="checkbox" data-contact="${escape(row.contact)}" aria-label="${escape(row.name)}">`
				: "";
			const off = ["invited", "active", "disabled"].includes(row.state)
				? `<button class="btn btn-xs btn-default" data-user="${escape(row.user)}">${__("Remove")}</button>`
				: "";
			return `<tr><td>${box}</td><td>${escape(row.name)}<br><span class="text-muted">${escape(row.email)}</span></td>
				<td><span class="indicator-pill ${colour}">${label}</span></td><td class="text-right">${off}</td></tr>`;
		});
		const table = lines.length
			? `<table class="table"><tbody>${lines.join("")}</tbody></table>`
			: `<p class="text-muted">${__("This customer has no contact with an e-mail address.")}</p>`;
		const wrapper = dialog.get_field("people").$wrapper.html(table);
		wrapper.on("click", "button[data-user]", (event) => people.remove(customer, event.currentTarget.dataset.user));
		dialog.show();
	},

	get_chosen(dialog) {
		const boxes = dialog.get_field("people").$wrapper.find("input:checked");
		return boxes.toArray().map((box) => box.dataset.contact);
	},

	async invite(customer, contacts) {
		const { links, people } = customer_portal;
		if (!contacts.length) return frappe.msgprint(__("Choose who to invite first."));
		const result = await links.post("invite_contacts", { customer, contacts: JSON.stringify(contacts) });
		if (result.invited.length) links.say(__("Invited: {0}", [result.invited.join(", ")]));
		const escape = frappe.utils.escape_html;
		const refused = result.refused.map((row) => `${escape(row.contact)}: ${escape(row.reason)}`);
		if (refused.length) frappe.msgprint({ title: __("Not invited"), message: refused.join("<br>") });
		if (people.dialog?.display) people.draw(customer, result.people);
	},

	async remove(customer, user) {
		const { links, people } = customer_portal;
		const question = __("Put {0} out of the portal? It works at once.", [frappe.utils.escape_html(user).bold()]);
		if (!(await links.confirm(question))) return;
		people.draw(customer, await links.post("remove_portal_user", { customer, user }));
	},

	async explain(customer) {
		const answer = await customer_portal.links.get("explain_portal", { customer });
		const escape = frappe.utils.escape_html;
		const closed = answer.closed_because.map((reason) => `<p class="text-danger">${escape(reason)}</p>`);
		const rows = answer.capabilities.map(
			(row) => `<tr><td>${escape(row.label)}</td>
				<td><span class="indicator-pill ${row.allowed ? "green" : "gray"}">${row.allowed ? __("Yes") : __("No")}</span></td>
				<td>${escape(row.because)}</td></tr>`
		);
		frappe.msgprint({
			title: __("What {0} can see and do, and why", [customer]),
			wide: true,
			message: `${closed.join("")}<table class="table"><tbody>${rows.join("")}</tbody></table>`,
		});
	},

	async view_as(customer) {
		const { url } = await customer_portal.links.post("view_as_customer", { customer });
		window.open(url, "_blank");
	},
});

frappe.ui.form.on("Customer", {
	refresh(frm) {
		const { links, people } = customer_portal;
		if (frm.is_new() || !links.may_manage()) return;
		const customer = frm.doc.name;
		frm.add_custom_button(__("People"), () => people.show(customer), __("Portal"));
		frm.add_custom_button(__("What They See and Why"), () => people.explain(customer), __("Portal"));
		frm.add_custom_button(__("View as Customer"), () => people.view_as(customer), __("Portal"));
	},
});

frappe.ui.form.on("Contact", {
	refresh(frm) {
		const { links, people } = customer_portal;
		if (frm.is_new() || !links.may_manage()) return;
		const customers = (frm.doc.links || []).filter((row) => row.link_doctype === "Customer");
		for (const { link_name } of customers) {
			const label = customers.length > 1 ? __("Invite for {0}", [link_name]) : __("Invite to Portal");
			frm.add_custom_button(label, () => people.invite(link_name, [frm.doc.name]), __("Portal"));
		}
	},
});
