// Sales Invoice: a link to the customer's portal that lands on this invoice.

frappe.ui.form.on("Sales Invoice", {
	refresh(frm) {
		const { links } = customer_portal;
		if (frm.doc.docstatus !== 1 || !links.may_manage()) return;
		frm.add_custom_button(
			__("Copy Portal Link"),
			async () => {
				const { doctype, name } = frm.doc;
				const { link } = await links.post("copy_document_link", { doctype, name });
				links.to_clipboard(link);
			},
			__("Portal")
		);
	},
});
