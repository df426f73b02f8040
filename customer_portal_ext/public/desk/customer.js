// Customer: the state of the portal link, and what staff do with it.

frappe.ui.form.on("Customer", {
	async refresh(frm) {
		const { links } = customer_portal;
		frm.portal_indicator?.remove(); // the form may have shown another customer before
		if (frm.is_new() || !links.may_manage()) return;
		const row = await links.get("get_link_state", { customer: frm.doc.name });
		if (frm.doc.name !== row.name) return; // the form went on to another customer meanwhile
		show_portal_link(frm, row);
	},
});

function show_portal_link(frm, row) {
	const { links } = customer_portal;
	const { label, colour } = links.describe(row);
	frm.portal_indicator?.remove();
	// Beside the customer's own indicator: the dashboard's lie on a tab of their own.
	frm.portal_indicator = $('<span class="indicator-pill whitespace-nowrap ml-2">')
		.addClass(colour)
		.text(__("Portal: {0}", [label]))
		.insertAfter(frm.page.indicator);

	const labels = {
		copy: __("Copy Link"),
		email: __("E-mail Link"),
		generate: __("Generate Link"),
		regenerate: __("Regenerate Link"),
		revoke: __("Revoke Link"),
	};
	const offered = {
		active: ["copy", "email", "regenerate", "revoke"],
		disabled: [],
	}[row.state] || ["generate", "email"];
	Object.values(labels).forEach((text) => frm.remove_custom_button(text, __("Portal")));
	for (const action of offered) {
		frm.add_custom_button(
			labels[action],
			async () => {
				const changed = await links.run(action, frm.doc.name);
				if (changed) show_portal_link(frm, changed);
			},
			__("Portal")
		);
	}
	const all = __("All Portal Tokens");
	frm.remove_custom_button(all, __("Portal"));
	frm.add_custom_button(all, () => frappe.set_route("portal-tokens"), __("Portal"));
}
