// Portal Tokens: every customer the user may see, the state of their link, and what staff do with it.

{% include "customer_portal_ext/public/desk/portal_links.js" %}
{% include "customer_portal_ext/public/desk/bulk_links.js" %}

frappe.pages["portal-tokens"].on_page_load = (wrapper) => {
	wrapper.portal_tokens = new PortalTokens(wrapper);
};

frappe.pages["portal-tokens"].on_page_show = (wrapper) => {
	wrapper.portal_tokens.refresh();
};

const PAGE_LENGTH = 20;

class PortalTokens {
	constructor(wrapper) {
		this.links = customer_portal.links;
		this.start = 0;
		this.total = 0;
		this.selected = new Set();
		this.all_matching = false;
		this.page = frappe.ui.make_app_page({
			parent: wrapper,
			title: __("Portal Tokens"),
			single_column: true,
		});
		this.make_menu();
		this.make_filters();
		this.make_table();
	}

	make_menu() {
		this.page.set_secondary_action(__("Refresh"), () => this.refresh(), "refresh");
		this.page.add_menu_item(__("Settings"), () => frappe.set_route("Form", "Customer Portal Settings"));
		this.page.add_menu_item(__("Portal Activity"), () => frappe.set_route("List", "Portal Activity"));
		const labels = {
			generate: __("Generate Links"),
			email: __("E-mail Links"),
			regenerate: __("Regenerate Links"),
			revoke: __("Revoke Links"),
			invite: __("Invite to Sign In"),
		};
		for (const [action, label] of Object.entries(labels)) {
			this.page.add_actions_menu_item(label, () => this.start_bulk(action));
		}
		this.page.hide_actions_menu();
	}

	make_filters() {
		const changed = () => this.refresh_from_start();
		this.search = this.page.add_field({
			fieldname: "search",
			fieldtype: "Data",
			label: __("Find a customer"),
			change: changed,
		});
		this.search.$input.on("input", frappe.utils.debounce(changed, 300));
		this.state = this.page.add_field({
			fieldname: "state",
			fieldtype: "Select",
			label: __("State of the link"),
			options: [
				{ value: "", label: __("All customers") },
				{ value: "none", label: __("No link") },
				{ value: "active", label: __("Active", null, "Portal Access Token") },
				{ value: "expired", label: __("Expired", null, "Portal Access Token") },
				{ value: "revoked", label: __("Revoked", null, "Portal Access Token") },
				{ value: "disabled", label: __("Customer disabled") },
			],
			change: changed,
		});
	}

	make_table() {
		this.$body = $(`
			<div class="portal-tokens">
				<div class="portal-tokens-notice text-warning" role="status"></div>
				<table class="table">
					<thead><tr>
						<th data-label="${__("Select this page")}"><input type="checkbox" class="select-page" aria-label="${__("Select this page")}"></th>
						<th>${__("Customer")}</th>
						<th>${__("Link", null, "Portal Access Token")}</th>
						<th>${__("Last Used")}</th>
						<th><span class="sr-only">${__("Actions")}</span></th>
					</tr></thead>
					<tbody></tbody>
				</table>
				<div class="portal-tokens-empty text-muted text-center hidden"></div>
				<div class="portal-tokens-paging">
					<span class="text-muted" role="status"></span>
					<span class="btn-group">
						<button class="btn btn-default btn-sm previous">${__("Previous", null, "Customer Portal Ext")}</button>
						<button class="btn btn-default btn-sm next">${__("Next", null, "Customer Portal Ext")}</button>
					</span>
				</div>
			</div>
		`).appendTo(this.page.main);
		this.$selection = $('<div class="portal-tokens-selection hidden" role="status"></div>').insertBefore(
			this.$body.find("table")
		);
		this.$rows = this.$body.find("tbody");
		this.$body.on("click", ".previous", () => this.turn(-PAGE_LENGTH));
		this.$body.on("click", ".next", () => this.turn(PAGE_LENGTH));
		this.$body.on("click", "[data-action]", (event) => this.act(event.currentTarget));
		this.$body.on("click", ".select-all", () => this.select_all_matching());
		this.$body.on("click", ".select-none", () => this.select_none());
		this.$body.on("change", ".select-page", (event) => this.select_page(event.currentTarget.checked));
		this.$body.on("change", ".select-row", (event) => this.select_row(event.currentTarget));
	}

	get filters() {
		return { search: this.search.$input.val().trim(), state: this.state.$input.val() || "" };
	}

	refresh_from_start() {
		const wanted = JSON.stringify(this.filters);
		if (wanted === this.shown_filters) return; // the field reports a change again when it loses the focus
		this.start = 0;
		this.select_none();
		this.refresh();
	}

	turn(by) {
		this.start += by;
		this.refresh();
	}

	async refresh() {
		const filters = this.filters;
		const request = (this.request = Symbol("the latest request"));
		const page = await this.links.get("get_portal_tokens", {
			...filters,
			start: this.start,
			page_length: PAGE_LENGTH,
		});
		if (request !== this.request) return; // a later one is under way
		if (!page.rows.length && this.start) {
			this.start = 0;
			return this.refresh();
		}
		this.shown_filters = JSON.stringify(filters);
		this.rows = page.rows;
		this.total = page.total;
		this.render(page);
	}

	render(page) {
		const notice = page.portal_enabled
			? ""
			: `${__("The customer portal is switched off: every link shows “Portal not available”.")}
				<a href="/app/customer-portal-settings">${__("Settings")}</a>`;
		this.$body.find(".portal-tokens-notice").html(notice).toggleClass("hidden", !notice);
		this.$rows.html(this.rows.map((row) => this.get_row_html(row)).join(""));
		this.$body.find("table").toggleClass("hidden", !this.rows.length);
		this.$body
			.find(".portal-tokens-empty")
			.toggleClass("hidden", this.rows.length > 0)
			.text(this.shown_filters === JSON.stringify({ search: "", state: "" })
				? __("No customers yet. Each customer will be listed here with the state of their link.")
				: __("No customer matches.")
			);
		const last = this.start + this.rows.length;
		this.$body.find(".portal-tokens-paging").toggleClass("hidden", !this.rows.length);
		this.$body
			.find(".portal-tokens-paging [role=status]")
			.text(__("{0} to {1} of {2}", [this.start + 1, last, this.total].map((n) => format_number(n, null, 0))));
		this.$body.find(".previous").prop("disabled", this.start === 0);
		this.$body.find(".next").prop("disabled", last >= this.total);
		this.render_selection();
	}

	get_row_html(row) {
		const escape = frappe.utils.escape_html;
		const { label, colour } = this.links.describe(row);
		const id = row.customer_name === row.name ? "" : escape(row.name);
		const contact = row.email ? escape(row.email) : __("No e-mail address");
		const used = row.last_used_on
			? `<span title="${frappe.datetime.str_to_user(row.last_used_on)}">${comment_when(row.last_used_on)}</span>
				<div class="text-muted small">${
					row.use_count === 1 ? __("once") : __("{0} times", [row.use_count])
				}</div>`
			: row.token ? `<span class="text-muted">${__("Never")}</span>` : "";
		const ending = row.state === "active" ? `<span class="text-muted small">…${escape(row.last_four)}</span>` : "";
		return `<tr data-customer="${escape(row.name)}">
			<td><input type="checkbox" class="select-row" aria-label="${__("Select {0}", [escape(row.customer_name)])}"></td>
			<td>
				<a href="/app/customer/${encodeURIComponent(row.name)}">${escape(row.customer_name)}</a>
				<div class="text-muted small">${[id, contact].filter(Boolean).join(" · ")}</div>
			</td>
			<td><span class="indicator-pill ${colour}">${label}</span> ${ending}</td>
			<td>${used}</td>
			<td>${this.get_buttons_html(row)}</td>
		</tr>`;
	}

	get_buttons_html(row) {
		const labels = {
			generate: __("Generate"),
			copy: __("Copy"),
			email: __("E-mail"),
			regenerate: __("Regenerate"),
			revoke: __("Revoke"),
		};
		const actions = {
			active: ["copy", "email", "regenerate", "revoke"],
			disabled: [],
		}[row.state] || ["generate", "email"];
		return actions
			.filter((action) => action !== "email" || row.email)
			.map((action) => `<button class="btn btn-default btn-xs" data-action="${action}">${labels[action]}</button>`)
			.join(" ");
	}

	async act(button) {
		const customer = button.closest("tr").dataset.customer;
		button.disabled = true;
		await this.links.run(button.dataset.action, customer);
		button.disabled = false;
		this.refresh();
	}

	// Selection: of single rows, kept while turning pages, or of all that match the filters.

	select_row(box) {
		const { customer } = box.closest("tr").dataset;
		if (this.all_matching) this.select_none(); // "all but one" is none of the selections: start over with what is left
		box.checked ? this.selected.add(customer) : this.selected.delete(customer);
		this.render_selection();
	}

	select_page(checked) {
		this.all_matching = false;
		for (const row of this.rows) {
			checked ? this.selected.add(row.name) : this.selected.delete(row.name);
		}
		this.render_selection();
	}

	select_all_matching() {
		this.all_matching = true;
		this.render_selection();
	}

	select_none() {
		this.all_matching = false;
		this.selected.clear();
		this.render_selection();
	}

	get selected_count() {
		return this.all_matching ? this.total : this.selected.size;
	}

	render_selection() {
		const is_selected = (name) => this.all_matching || this.selected.has(name);
		this.$rows.find("tr").each((_, row) => {
			$(row).find(".select-row").prop("checked", is_selected(row.dataset.customer));
		});
		const rows = this.rows || [];
		const whole_page = rows.length > 0 && rows.every((row) => is_selected(row.name));
		this.$body.find(".select-page").prop("checked", whole_page);
		const count = this.selected_count;
		this.page[count ? "show_actions_menu" : "hide_actions_menu"]();
		const offer = whole_page && !this.all_matching && this.total > count;
		const total = format_number(this.total, null, 0);
		this.$selection.toggleClass("hidden", !count).html(`
			${__("{0} selected", [format_number(count, null, 0)])}
			${offer ? `<button class="btn btn-link btn-sm select-all">${__("Select all {0} matching", [total])}</button>` : ""}
			<button class="btn btn-link btn-sm select-none">${__("Clear", null, "Customer Portal Ext")}</button>
		`);
	}

	async start_bulk(action) {
		const selection = this.all_matching ? this.filters : { customers: JSON.stringify([...this.selected]) };
		const bulk = new customer_portal.BulkLinks(action);
		if (!(await bulk.confirm(this.selected_count))) return;
		try {
			await bulk.run(selection);
			this.select_none();
		} finally {
			this.refresh();
		}
	}
}
