// "Reply in Portal" on the documents that customers see, on the Customer and on the Issue; and in their timelines the customer's
// name, where Frappe knows a guest alone.

(() => {
	const unread = {}; // document -> new messages, until they are answered or the page is left
	const say = (message) => frappe.show_alert({ message, indicator: "green" });

	async function call(method, args) {
		const response = await frappe.call({ type: "POST", method: `customer_portal_ext.api.${method}`, args });
		return response.message;
	}

	async function show_button(frm) {
		if (frm.is_new()) return;
		const { doctype, name } = frm.doc;
		const state = await call("open_portal_thread", { doctype, name });
		if (frm.doc.name !== name || !state.may_reply) return; // the form went on to another document meanwhile
		// A form refreshes more than once as it opens, and the first time counts them as read.
		const key = `${doctype} ${name}`;
		unread[key] = (unread[key] || 0) + state.unread;
		const label = unread[key] ? __("Reply in Portal ({0} new)", [unread[key]]) : __("Reply in Portal");
		frm.portal_reply?.remove();
		frm.portal_reply = frm.add_custom_button(label, () => compose(frm));
	}

	function compose(frm) {
		const files = new Map(); // name -> file name
		const dialog = new frappe.ui.Dialog({
			title: __("Reply in Portal"),
			fields: [
				{
					fieldname: "message",
					fieldtype: "Text",
					label: __("Message", null, "Customer Portal Ext"),
					max_height: "240px",
					description: __("The customer reads it on the portal and is told by e-mail."),
				},
				{ fieldname: "files", fieldtype: "HTML" },
			],
			primary_action_label: __("Send"),
			async primary_action({ message }) {
				dialog.disable_primary_action();
				try {
					const { doctype, name } = frm.doc;
					const sent = await call("reply_in_portal", { doctype, name, message, files: [...files.keys()] });
					dialog.hide();
					delete unread[`${doctype} ${name}`];
					const to = sent.recipients.map(frappe.utils.escape_html).join(", ");
					say(to ? __("Sent. {0} is told by e-mail.", [to]) : __("Sent. Nobody could be told by e-mail."));
					frm.reload_doc();
				} finally {
					dialog.enable_primary_action();
				}
			},
		});
		const area = dialog.get_field("files").$wrapper;
		const draw = () => {
			area.empty();
			for (const file_name of files.values()) $("<div class='text-muted small'>").text(file_name).appendTo(area);
			$("<button class='btn btn-xs btn-default' type='button'>")
				.text(__("Attach Files"))
				.appendTo(area)
				.on("click", () => {
					new frappe.ui.FileUploader({
						allow_multiple: true,
						make_attachments_public: false,
						on_success(file) {
							files.set(file.name, file.file_name);
							draw();
						},
					});
				});
		};
		draw();
		dialog.show();
	}

	// Who comes by a link is "Guest" to Frappe, also as owner and last editor of a document. A name alone could be a user's.
	function name_guests(frm) {
		const { customer_name, party_name, customer } = frm.doc;
		const name = customer_name || party_name || customer; // an Issue may have the customer alone
		if (!name) return;
		const text = `${name} (${__("on the portal")})`;
		const links = frm.timeline.timeline_items_wrapper.find('a[href="/app/user/Guest"]');
		links.replaceWith(() => $("<b>").text(text));
	}

	// Each time it is drawn anew, also by its own switch.
	function watch_timeline(frm) {
		const { timeline } = frm;
		if (!timeline.names_guests) {
			timeline.names_guests = true;
			const render = timeline.render_timeline_items;
			timeline.render_timeline_items = function () {
				render.call(this);
				name_guests(frm);
			};
		}
		name_guests(frm);
	}

	const doctypes = [
		"Customer",
		"Sales Invoice",
		"Payment Entry",
		"Quotation",
		"Sales Order",
		"Delivery Note",
		"Issue",
	];
	// Each of these DocTypes' forms loads this file; the handlers are made once.
	if (customer_portal_replies()) return;
	for (const doctype of doctypes) {
		frappe.ui.form.on(doctype, { refresh: show_button, timeline_refresh: watch_timeline });
	}

	function customer_portal_replies() {
		frappe.provide("customer_portal");
		const made = customer_portal.has_replies;
		customer_portal.has_replies = true;
		return made;
	}
})();
