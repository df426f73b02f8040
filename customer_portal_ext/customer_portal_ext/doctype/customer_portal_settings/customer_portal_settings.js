frappe.ui.form.on("Customer Portal Settings", {
	setup(frm) {
		// money comes in on a bank account, or on an account that stands for one until it does
		set_account_query(frm, "account", { account_type: ["in", ["Bank", "Cash", "Receivable", ""]] });
		set_account_query(frm, "fee_account", { root_type: "Expense" });
	},
	refresh(frm) {
		// without it, nothing but the site's name says where the links of e-mails lead
		const address = frm.doc.__onload && frm.doc.__onload.site_address;
		if (address) {
			frm.set_intro(
				__("host_name is missing in site_config.json: links in e-mails, codes and payments begin with {0}.", [
					frappe.utils.escape_html(address).bold(),
				]),
				"orange"
			);
		}
		frm.add_custom_button(__("Manage Portal Tokens"), () => frappe.set_route("portal-tokens"));
	},
});

function set_account_query(frm, field, filters) {
	frm.set_query(field, "payment_gateways", (_doc, cdt, cdn) => ({
		filters: { company: locals[cdt][cdn].company, is_group: 0, disabled: 0, ...filters },
	}));
}
