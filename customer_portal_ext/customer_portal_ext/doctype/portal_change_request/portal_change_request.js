// Portal Change Request: approve or reject what a customer asks for.

(() => {
	frappe.ui.form.on("Portal Change Request", {
		refresh(frm) {
			frm.disable_save();
			if (frm.doc.status !== "Open" || !frappe.model.can_write("Customer")) return;
			frm.add_custom_button(__("Approve"), () => approve(frm)).addClass("btn-primary");
			frm.add_custom_button(__("Reject"), () => reject(frm));
		},
	});

	function approve(frm) {
		frappe.confirm(__("Write these changes to customer {0}?", [frappe.utils.escape_html(frm.doc.customer).bold()]), () =>
			decide(frm, "approve_change_request", {})
		);
	}

	function reject(frm) {
		const fields = [
			{
				fieldname: "note",
				fieldtype: "Small Text",
				label: __("Reason"),
				description: __("The customer reads it."),
			},
		];
		frappe.prompt(fields, (values) => decide(frm, "reject_change_request", values), __("Reject"), __("Reject"));
	}

	async function decide(frm, method, values) {
		const { message } = await frappe.call({
			method: `customer_portal_ext.api.${method}`,
			type: "POST",
			args: { request: frm.doc.name, ...values },
			freeze: true,
		});
		if (message) {
			const told = message.told.length
				? __("Told by e-mail: {0}.", [message.told.join(", ")])
				: __("No e-mail was sent.");
			frappe.show_alert({ message: `${__(message.status, null, "Portal Change Request")}. ${frappe.utils.escape_html(told)}`, indicator: "green" });
		}
		frm.reload_doc();
	}
})();
