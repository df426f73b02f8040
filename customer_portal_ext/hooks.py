app_name = "customer_portal_ext"
app_title = "Customer Portal"
app_publisher = "customer_portal_ext contributors"
app_description = "The customer portal for ERPNext: invoices, credit notes and statements by secure link"
app_email = "maintainers@customer-portal-ext.example"
app_license = "GPL-3.0-or-later"
required_apps = ["frappe/erpnext", "frappe/payments"]

after_install = "customer_portal_ext.install.after_install"
before_uninstall = "customer_portal_ext.install.before_uninstall"
after_uninstall = "customer_portal_ext.install.after_uninstall"

website_path_resolver = ["customer_portal_ext.web.path_resolver.resolve"]
page_renderer = ["customer_portal_ext.web.renderer.PortalRenderer"]

on_login = "customer_portal_ext.access.sign_in.on_login"
get_website_user_home_page = "customer_portal_ext.access.sign_in.get_home_page"

# What customers' users reach beside the portal's pages (access/other_doors.py, access/document_rules.py).
auth_hooks = ["customer_portal_ext.access.other_doors.check_request"]
override_whitelisted_methods = {
	# Frappe's own counts for anybody, in any DocType: of the app's own, only for who may read them.
	"frappe.client.get_count": "customer_portal_ext.api.get_count",
	"frappe.www.list.get": "customer_portal_ext.api.get_website_list",
	"frappe.www.list.get_list_data": "customer_portal_ext.api.get_website_rows",
}
_RULED = (
	*("Sales Invoice", "Payment Entry", "Quotation", "Sales Order", "Delivery Note"),
	*("Issue", "Customer", "Address", "Contact", "File"),
	*("Communication", "Payment Request", "Shipment", "POS Invoice"),
	*("Project", "Timesheet", "Material Request"),
)
_RULES = "customer_portal_ext.access.document_rules"
# What staff see of the portal's own records (desk/customer_records.py, desk/policy_permissions.py).
_RECORDS = (
	*("Portal Access Token", "Portal Activity", "Portal Payment", "Portal Payment Reversal", "Portal Export"),
	*("Portal Change Request", "Portal Quotation Response", "Portal Email Preference"),
)
_STAFF = {doctype: "customer_portal_ext.desk.customer_records" for doctype in _RECORDS} | {
	"Customer Portal Policy": "customer_portal_ext.desk.policy_permissions"
}
_BY_DOCTYPE = {doctype: _RULES for doctype in _RULED} | _STAFF
has_permission = {doctype: f"{module}.has_permission" for doctype, module in _BY_DOCTYPE.items()}
permission_query_conditions = {
	doctype: f"{module}.get_query_conditions" for doctype, module in _BY_DOCTYPE.items()
}
# Beside a hook of Frappe's or ERPNext's alone: where there is none, Frappe refuses, and a first one would open a door.
has_website_permission = {
	doctype: f"{_RULES}.has_website_permission"
	for doctype in (
		*("Sales Invoice", "Quotation", "Sales Order", "Delivery Note", "Issue", "Address"),
		*("Project", "Timesheet", "Material Request"),
	)
}

override_doctype_class = {
	"Email Queue": "customer_portal_ext.overrides.email_queue.PortalEmailQueue",
}

doctype_list_js = {
	"Customer": [
		"public/desk/portal_links.js",
		"public/desk/bulk_links.js",
		"public/desk/customer_list.js",
	],
}

doctype_js = {
	"Customer": [
		"public/desk/portal_links.js",
		"public/desk/customer.js",
		"public/desk/people.js",
		"public/desk/portal_reply.js",
	],
	"Contact": ["public/desk/portal_links.js", "public/desk/people.js"],
	"Sales Invoice": [
		"public/desk/portal_links.js",
		"public/desk/sales_invoice.js",
		"public/desk/portal_reply.js",
	],
	"Payment Entry": "public/desk/portal_reply.js",
	"Quotation": ["public/desk/portal_links.js", "public/desk/quotation.js", "public/desk/portal_reply.js"],
	"Sales Order": "public/desk/portal_reply.js",
	"Delivery Note": "public/desk/portal_reply.js",
	"Issue": "public/desk/portal_reply.js",
}

jinja = {
	"methods": [
		"customer_portal_ext.desk.paper.portal_paper",
		"customer_portal_ext.desk.template_functions.portal_due_date",
		"customer_portal_ext.desk.template_functions.portal_link",
		"customer_portal_ext.desk.template_functions.portal_number",
		"customer_portal_ext.desk.template_functions.portal_reminder_address",
		"customer_portal_ext.desk.template_functions.portal_text",
		"customer_portal_ext.desk.template_functions.portal_transfer_qr",
	]
}

additional_timeline_content = {
	"Sales Invoice": [
		"customer_portal_ext.desk.timeline.get_content",
		"customer_portal_ext.desk.payments.get_timeline",
	],
	"Payment Entry": ["customer_portal_ext.desk.timeline.get_content"],
	"Sales Order": [
		"customer_portal_ext.desk.timeline.get_content",
		"customer_portal_ext.desk.payments.get_timeline",
	],
	"Delivery Note": ["customer_portal_ext.desk.timeline.get_content"],
	"Quotation": [
		"customer_portal_ext.desk.timeline.get_content",
		"customer_portal_ext.desk.quotations.get_timeline",
	],
}

doc_events = {
	# A link that staff paste, or that a failed SMS leaves behind, is kept as dead text (access/mail_links.py).
	"Communication": {
		"before_insert": "customer_portal_ext.overrides.communication.before_insert",
		"validate": "customer_portal_ext.overrides.communication.validate",
	},
	"*": {
		# What was kept as a placeholder is filled in on paper (desk/printing.py); fields are cleaned (documents/printed_fields.py).
		"before_print": "customer_portal_ext.overrides.printed_document.before_print",
		# What visitors, website users and incoming e-mails write is plain text (access/visitors_text.py).
		"before_insert": "customer_portal_ext.overrides.written_document.before_insert",
		"before_validate": "customer_portal_ext.overrides.written_document.before_validate",
	},
	"Issue": {
		"validate": "customer_portal_ext.overrides.issue.validate",
		"on_update": "customer_portal_ext.overrides.issue.on_update",
	},
	"Quotation": {"on_cancel": "customer_portal_ext.overrides.quotation.on_cancel"},
	"Sales Order": {
		"after_insert": "customer_portal_ext.overrides.sales_order.after_insert",
		"on_cancel": "customer_portal_ext.overrides.sales_order.on_cancel",
		"on_trash": "customer_portal_ext.overrides.sales_order.on_trash",
	},
	"Payment Entry": {
		"on_submit": "customer_portal_ext.overrides.payment_entry.on_submit",
		"on_cancel": "customer_portal_ext.overrides.payment_entry.on_cancel",
		"on_trash": "customer_portal_ext.overrides.payment_entry.on_trash",
	},
	# Staff and a customer who settle one document at the same moment (payments/locks.py).
	"Payment Ledger Entry": {"validate": "customer_portal_ext.overrides.payment_ledger_entry.validate"},
	"Advance Payment Ledger Entry": {
		"validate": "customer_portal_ext.overrides.payment_ledger_entry.validate"
	},
	"SMS Log": {"before_insert": "customer_portal_ext.overrides.sms_log.before_insert"},
	"Error Log": {"before_insert": "customer_portal_ext.overrides.error_log.before_insert"},
	"Customer": {
		"after_mapping": "customer_portal_ext.overrides.customer.after_mapping",
		"on_update": "customer_portal_ext.overrides.customer.on_update",
		"on_trash": "customer_portal_ext.overrides.customer.on_trash",
		"after_rename": "customer_portal_ext.overrides.customer.after_rename",
	},
	# Website users do not reach another's account past the portal (access/party_records.py).
	"Address": {"validate": "customer_portal_ext.overrides.address.validate"},
	"Contact Email": {"validate": "customer_portal_ext.overrides.party_row.validate"},
	"Dynamic Link": {"validate": "customer_portal_ext.overrides.party_row.validate"},
	"Contact": {
		"validate": "customer_portal_ext.overrides.contact.validate",
		"on_update": "customer_portal_ext.overrides.contact.on_update",
		"on_trash": "customer_portal_ext.overrides.contact.on_trash",
		"after_delete": "customer_portal_ext.overrides.contact.after_delete",
		"after_rename": "customer_portal_ext.overrides.contact.after_rename",
	},
	"User": {
		"after_delete": "customer_portal_ext.overrides.user.after_delete",
		"after_rename": "customer_portal_ext.overrides.user.after_rename",
	},
	"Customer Group": {
		"on_trash": "customer_portal_ext.overrides.customer_group.on_trash",
		"after_rename": "customer_portal_ext.overrides.customer_group.after_rename",
	},
}

scheduler_events = {
	"daily": [
		"customer_portal_ext.access.tokens.expire_due",
		"customer_portal_ext.web.sent_forms.forget_old",
	],
	"hourly_long": ["customer_portal_ext.payments.follow_up.run"],
	"hourly": ["customer_portal_ext.access.quotation_follow_up.finish_all"],
	"cron": {"*/5 * * * *": ["customer_portal_ext.payments.retry.run"]},
}

default_log_clearing_doctypes = {"Portal Activity": 365, "Portal Export": 7, "Portal Payment Event": 365}

# A trace must not keep a document from being deleted, nor a link its customer (overrides/customer.py removes those).
ignore_links_on_delete = [
	"Portal Activity",
	"Portal Access Token",
	"Portal Export",
	"Portal Quotation Response",
	"Portal Payment",
	"Portal Payment Allocation",
	"Portal Payment Credit",
	"Portal Payment Event",
	"Portal Payment Reversal",
	"Portal Change Request",
	"Portal Email Preference",
	"Customer Portal Policy",
]

# What Frappe sends to who asks for their data, and makes unreadable for who asks to be forgotten. What was signed and paid
# stays as proof of it (GDPR, article 17, 3 e), without the address it came from.
user_data_fields = [
	{"doctype": "Portal Activity", "filter_by": "user", "redact_fields": ["ip_address", "details"]},
	{"doctype": "Portal Quotation Response", "filter_by": "signer_email", "redact_fields": ["ip_address"]},
	{"doctype": "Portal Quotation Response", "filter_by": "user", "redact_fields": ["ip_address"]},
	{"doctype": "Portal Payment", "filter_by": "email", "redact_fields": ["visitor_name", "ip_address"]},
	{"doctype": "Portal Payment", "filter_by": "user", "redact_fields": ["visitor_name", "ip_address"]},
	{"doctype": "Portal Access Token", "filter_by": "shared_with"},
	{"doctype": "Portal Change Request", "filter_by": "user", "redact_fields": ["requested_by"]},
	# what a user asked for, and what anybody asked for about their address
	{"doctype": "Portal Change Request Item", "redact_fields": ["old_value", "new_value", "shown_value"]},
	{"doctype": "Portal Change Request Item", "filter_by": "old_value"},
	{"doctype": "Portal Change Request Item", "filter_by": "new_value"},
	{"doctype": "Portal Email Preference", "filter_by": "email"},
]
