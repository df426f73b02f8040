// Portal Payment: what needs a person, and what they can do about it.

(() => {
	const roles = ["Accounts Manager", "Customer Portal Manager", "System Manager"];
	const escape = (text) => frappe.utils.escape_html(text ?? "");

	frappe.ui.form.on("Portal Payment", {
		refresh(frm) {
			frm.disable_save();
			tell(frm);
			if (!roles.some((role) => frappe.user.has_role(role))) return;
			if (may_retry(frm.doc)) {
				frm.add_custom_button(retry_label(frm.doc), () => retry(frm)).addClass("btn-primary");
			}
			if (needs_person(frm.doc)) frm.add_custom_button(__("Settle by Hand"), () => settle(frm));
		},
	});

	const is_under_way = (doc) => ["Initiated", "Processing"].includes(doc.state);
	const needs_person = (doc) => Boolean(doc.attention_reason) && !doc.settled_on;

	function may_retry(doc) {
		if (is_under_way(doc)) return Boolean(doc.gateway);
		if (doc.state === "Paid") return true;
		return doc.state === "Needs attention" && doc.captured_on && !doc.payment_entry && !doc.settled_on;
	}

	function retry_label(doc) {
		return is_under_way(doc) ? __("Ask the Gateway") : __("Retry");
	}

	function tell(frm) {
		const doc = frm.doc;
		if (needs_person(doc)) frm.set_intro(escape(doc.attention_reason).replace(/\n/g, "<br>"), "orange");
		else if (doc.state === "Paid" && doc.last_error) {
			const when = doc.next_try_on ? frappe.datetime.str_to_user(doc.next_try_on) : "";
			frm.set_intro(__("Not posted yet: {0}. Tried again on {1}.", [escape(doc.last_error), when]), "yellow");
		}
	}

	function retry(frm) {
		if (frm.doc.state !== "Needs attention") return post(frm, "retry_portal_payment", {});
		frappe.confirm(__("Post what was captured, to the documents chosen as far as they are open?"), () =>
			post(frm, "retry_portal_payment", {})
		);
	}

	function settle(frm) {
		const fields = [
			{ fieldname: "note", fieldtype: "Small Text", label: __("How was it settled?"), reqd: 1 },
		];
		if (frm.doc.captured_on && !frm.doc.payment_entry) {
			fields.push({
				fieldname: "payment_entry",
				fieldtype: "Link",
				options: "Payment Entry",
				label: __("Payment Entry Made by Hand"),
				get_query: () => ({
					filters: { docstatus: 1, party_type: "Customer", party: frm.doc.customer, company: frm.doc.company },
				}),
			});
		}
		frappe.prompt(fields, (values) => post(frm, "settle_portal_payment", values), __("Settle by Hand"), __("Settle"));
	}

	async function post(frm, method, values) {
		await frappe.call({
			method: `customer_portal_ext.api.${method}`,
			type: "POST",
			args: { payment: frm.doc.name, ...values },
			freeze: true,
		});
		frm.reload_doc();
	}
})();
