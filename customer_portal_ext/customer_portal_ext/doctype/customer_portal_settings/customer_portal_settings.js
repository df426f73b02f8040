frappe.ui.form.on("Customer Portal Settings", {
	refresh(frm) {
		frm.add_custom_button(__("Manage Portal Tokens"), () => frappe.set_route("portal-tokens"));
	},
});
