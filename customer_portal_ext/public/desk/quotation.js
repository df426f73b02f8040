// Quotation: the approval link, the links to it that are out, and the customer's answer.

(() => {
	const group = () => __("Portal");
	const escape = (text) => frappe.utils.escape_html(text ?? "");

	frappe.ui.form.on("Quotation", {
		async refresh(frm) {
			const parties = ["Customer", "Lead", "Prospect"];
			if (frm.is_new() || frm.doc.docstatus !== 1 || !parties.includes(frm.doc.quotation_to)) return;
			const quotation = frm.doc.name;
			const state = await customer_portal.links.get("get_quotation_state", { quotation });
			if (frm.doc.name !== quotation) return; // the form went on to another one meanwhile
			show(frm, state);
			tell(frm, state.answer);
		},
	});

	function show(frm, state) {
		const labels = [__("Copy Approval Link"), __("E-mail Approval Link"), __("Shared Links"), __("Answers")];
		for (const label of labels) frm.remove_custom_button(label, group());
		if (state.may_share) {
			frm.add_custom_button(labels[0], () => copy(frm), group());
			frm.add_custom_button(labels[1], () => email(frm, state.email), group());
		}
		if (state.links.length) frm.add_custom_button(labels[2], () => list(frm, state.links), group());
		if (state.answer) {
			frm.add_custom_button(
				labels[3],
				() => frappe.set_route("List", "Portal Quotation Response", { quotation: frm.doc.name }),
				group()
			);
		}
	}

	// At the top of the form: its dashboard lies on another tab.
	function tell(frm, answer) {
		if (!answer) return;
		const when = frappe.datetime.str_to_user(answer.answered_on);
		const accepted = answer.answer === "Accepted";
		const text = accepted
			? __("Accepted on the portal by {0} on {1}", [escape(answer.signer_name), when])
			: __("Declined on the portal by {0} on {1}", [escape(answer.signer_name), when]);
		frm.set_intro(text, accepted ? "green" : "red");
	}

	async function copy(frm) {
		const { link } = await customer_portal.links.post("copy_approval_link", { quotation: frm.doc.name });
		customer_portal.links.to_clipboard(link, __("Link copied. Whoever holds it may accept this quotation."));
	}

	function email(frm, address) {
		frappe.prompt(
			{
				fieldname: "email",
				fieldtype: "Data",
				options: "Email",
				label: __("E-mail"),
				reqd: 1,
				default: address,
				description: __("Whoever holds the link may accept or decline this quotation, and see nothing else."),
			},
			async (values) => {
				const quotation = frm.doc.name;
				const sent = await customer_portal.links.post("email_approval_link", { quotation, ...values });
				customer_portal.links.say(__("The link is on its way to {0}.", [escape(sent.recipient).bold()]));
				frm.reload_doc();
			},
			__("E-mail Approval Link"),
			__("Send")
		);
	}

	function list(frm, links) {
		const dialog = new frappe.ui.Dialog({
			title: __("Shared Links"),
			fields: [{ fieldname: "links", fieldtype: "HTML" }],
		});
		const table = $("<table class='table table-bordered'><tbody></tbody></table>");
		for (const link of links) {
			const row = $("<tr>").appendTo(table.find("tbody"));
			const what = link.may_answer ? __("may accept or decline") : __("may look at it");
			const whom = link.shared_with || (link.shared_by === "Staff" ? __("Copied by staff") : "");
			$("<td>").text(whom).append($("<div class='text-muted small'>").text(what)).appendTo(row);
			$("<td>").text(link.is_working ? __("until {0}", [frappe.datetime.str_to_user(link.expires_on)]) : __(link.status, null, "Portal Access Token")).appendTo(row);
			const cell = $("<td class='text-right'>").appendTo(row);
			if (!link.is_working) continue;
			$("<button class='btn btn-xs btn-default' type='button'>")
				.text(__("Revoke"))
				.appendTo(cell)
				.on("click", async () => {
					const args = { quotation: frm.doc.name, token: link.name };
					const state = await customer_portal.links.post("revoke_quotation_link", args);
					dialog.hide();
					show(frm, state);
					customer_portal.links.say(__("Revoked. The link no longer works."));
				});
		}
		dialog.get_field("links").$wrapper.append(table);
		dialog.show();
	}
})();
