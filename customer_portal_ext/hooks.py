app_name = "customer_portal_ext"
app_title = "Customer Portal"
app_publisher = "customer_portal_ext contributors"
app_description = "The customer portal for ERPNext: invoices, credit notes and statements by secure link"
app_email = "maintainers@customer-portal-ext.example"
app_license = "GPL-3.0-or-later"
required_apps = ["frappe/erpnext", "frappe/payments"]

after_install = "customer_portal_ext.install.after_install"
before_uninstall = "customer_portal_ext.install.before_uninstall"

page_renderer = ["customer_portal_ext.web.renderer.PortalRenderer"]

override_doctype_class = {
	"Email Queue": "customer_portal_ext.overrides.email_queue.PortalEmailQueue",
}

doc_events = {
	"Customer": {
		"on_trash": "customer_portal_ext.overrides.customer.on_trash",
		"after_rename": "customer_portal_ext.overrides.customer.after_rename",
	},
	"Customer Group": {
		"on_trash": "customer_portal_ext.overrides.customer_group.on_trash",
		"after_rename": "customer_portal_ext.overrides.customer_group.after_rename",
	},
}

scheduler_events = {
	"daily": ["customer_portal_ext.access.tokens.expire_due"],
}

default_log_clearing_doctypes = {"Portal Activity": 365}

# A trace must not keep a document from being deleted, nor a link its customer (overrides/customer.py removes those).
ignore_links_on_delete = ["Portal Activity", "Portal Access Token", "Customer Portal Policy"]
