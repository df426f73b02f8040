// Many customers' links or invitations at once: within the request when few, else a background job whose progress is polled.

frappe.provide("customer_portal");

customer_portal.BulkLinks = class BulkLinks {
	constructor(action) {
		this.action = action;
		this.links = customer_portal.links;
		this.title = action === "invite" ? __("Portal Invitations") : __("Portal Links");
		this.poll_every = 1000; // milliseconds, beside the realtime events, which need a socket server
	}

	confirm(customers) {
		const count = format_number(customers, null, 0);
		const questions = {
			generate: __("Generate links for {0} customers? Links that are active stay as they are.", [count]),
			email: __("E-mail {0} customers their link? Where none is active, one is made.", [count]),
			regenerate: __("Make new links for {0} customers? Their old links stop working at once.", [count]),
			revoke: __("Revoke the links of {0} customers? They stop working at once.", [count]),
			invite: __("Invite {0} customers to sign in? The e-mail goes to each one's address on file, and again to who has not signed in yet. Who signs in already gets none.", [count]),
		};
		return this.links.confirm(questions[this.action]);
	}

	async run(selection) {
		try {
			const progress = await this.links.post("start_bulk", { action: this.action, ...selection });
			this.show_result(await this.follow(progress));
		} finally {
			frappe.hide_progress();
		}
	}

	async follow(progress) {
		const show = ({ status, done, total }) =>
			frappe.show_progress(
				this.title,
				done,
				total,
				status === "waiting" ? __("Waiting for a background worker …") : __("{0} of {1}", [done, total])
			);
		const on_event = (event) => event.job === progress.job && event.status === "running" && show(event);
		frappe.realtime.on("portal_links_progress", on_event);
		while (["waiting", "running"].includes(progress.status)) {
			show(progress);
			await new Promise((resolve) => setTimeout(resolve, this.poll_every));
			progress = await this.links.get("get_bulk_progress", { job: progress.job });
		}
		frappe.realtime.off("portal_links_progress", on_event);
		frappe.hide_progress();
		return progress;
	}

	show_result(result) {
		if (result.status === "failed") {
			frappe.msgprint({
				title: this.title,
				indicator: "red",
				message: __("The background job stopped after {0} of {1} customers. What it did so far stays done; start it again for the others.", [result.done, result.total]),
			});
			return;
		}
		const changed = {
			generate: __("{0} links made.", [result.changed]),
			email: __("{0} links sent.", [result.changed]),
			regenerate: __("{0} new links made. The old ones no longer work.", [result.changed]),
			revoke: __("{0} customers' links revoked.", [result.changed]),
			invite: result.changed === 1 ? __("1 customer invited.") : __("{0} customers invited.", [result.changed]),
		}[this.action];
		const unchanged = {
			generate: __("{0} customers had an active link already.", [result.unchanged]),
			revoke: __("{0} customers had no active link.", [result.unchanged]),
			invite: __("{0} customers sign in already.", [result.unchanged]),
		}[this.action];
		const dialog = new frappe.ui.Dialog({
			title: this.title,
			size: result.refused.length ? "large" : "small",
			fields: [{ fieldname: "result", fieldtype: "HTML" }],
		});
		const lines = [changed, result.unchanged ? unchanged : ""].filter(Boolean);
		dialog.get_field("result").$wrapper.html(
			`<p>${lines.join("<br>")}</p>${this.get_refused_html(result.refused)}`
		);
		if (result.refused.length) {
			dialog.set_secondary_action_label(__("Download as CSV"));
			dialog.set_secondary_action(() => this.download(result.refused));
		}
		dialog.show();
	}

	get_refused_html(refused) {
		if (!refused.length) return "";
		const escape = frappe.utils.escape_html;
		const shown = refused.slice(0, 200);
		const more = refused.length - shown.length;
		const heading =
			refused.length === 1
				? __("1 customer got none:")
				: __("{0} customers got none:", [refused.length]);
		const rows = shown.map(
			(row) => `<tr>
				<td><a href="/app/customer/${encodeURIComponent(row.customer)}">${escape(row.customer_name)}</a></td>
				<td>${escape(row.reason)}</td>
			</tr>`
		);
		return `<p><b>${heading}</b></p>
			<table class="table table-bordered">
				<thead><tr><th>${__("Customer")}</th><th>${__("Reason")}</th></tr></thead>
				<tbody>${rows.join("")}</tbody>
			</table>
			${more > 0 ? `<p class="text-muted">${__("and {0} more", [more])}</p>` : ""}`;
	}

	download(refused) {
		const rows = refused.map((row) => [row.customer, row.customer_name, row.reason]);
		frappe.tools.downloadify(
			[[__("Customer"), __("Customer Name"), __("Reason")], ...rows],
			null,
			this.title
		);
	}
};
