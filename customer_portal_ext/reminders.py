"""Reminders of invoices that fall due, as ERPNext Notifications: made on install, switched off, staff's own from then on.

They are no standard Notifications: Frappe lets nobody switch on one of those outside developer mode (notification.py:
validate_standard).
"""

import frappe

MODULE = "Customer Portal Ext"
# The earliest part that is open, whose day may have passed when the last one falls due (desk/template_functions.py).
DUE = (
	"{{ 'was' if portal_due_date(doc) < frappe.utils.getdate() else 'is' }} due on "
	"{{ frappe.utils.format_date(portal_due_date(doc)) }}"
)
# name: (event, days, subject, first sentence)
REMINDERS = {
	"Portal: Invoice Due Soon": (
		"Days Before",
		3,
		"Invoice {{ doc.name }}: due on {{ frappe.utils.format_date(portal_due_date(doc)) }}",
		f"your invoice {{{{ doc.name }}}} {DUE}.",
	),
	"Portal: Invoice Due Today": (
		"Days Before",
		0,
		"Invoice {{ doc.name }} is due today",
		"your invoice {{ doc.name }} is due today.",
	),
	"Portal: Invoice Overdue": (
		"Days After",
		7,
		"Invoice {{ doc.name }} is overdue",
		f"your invoice {{{{ doc.name }}}} {DUE}.",
	),
}
CONDITION = "doc.docstatus == 1 and not doc.is_return and doc.outstanding_amount > 0"
# The link is a placeholder until the e-mail goes out (access/mail_links.py).
NAME = "{{ portal_text(doc.customer_name) }}"
MESSAGE = """<p>Hello {name},</p>
<p>{sentence} {{{{ doc.get_formatted("outstanding_amount") }}}} is open.</p>
<p><a href="{{{{ portal_link(doc) }}}}">See and pay it on the portal</a></p>
<p>If you have paid already, please take this as read.</p>
"""
# By a function, which knows whether that person wants reminders; Frappe has no such condition (account/preferences.py).
RECIPIENT = "{{ portal_reminder_address(doc) }}"


def create() -> None:
	"""Make those that are not there."""
	for name, (event, days, subject, sentence) in REMINDERS.items():
		if frappe.db.exists("Notification", name):
			continue
		notification = frappe.get_doc(
			{
				"doctype": "Notification",
				"name": name,
				"module": MODULE,
				"enabled": 0,
				"is_standard": 0,
				"channel": "Email",
				"document_type": "Sales Invoice",
				"event": event,
				"date_changed": "due_date",
				"days_in_advance": days,
				"condition": CONDITION,
				"subject": subject,
				"message_type": "HTML",
				"message": MESSAGE.format(name=NAME, sentence=sentence),
				"recipients": [{"cc": RECIPIENT}],
			}
		)
		notification.insert()


def follow_preferences() -> None:
	"""Those made before customers could do without them, as far as staff left their recipients alone."""
	for row in frappe.get_all(
		"Notification Recipient",
		{"parent": ("in", list(REMINDERS)), "receiver_by_document_field": "contact_email"},
		["name", "parent"],
	):
		values = {"receiver_by_document_field": None, "cc": RECIPIENT}
		frappe.db.set_value("Notification Recipient", row.name, values)
		frappe.clear_document_cache("Notification", row.parent)


def escape_names() -> None:
	"""Those made before names were escaped, where staff left the greeting as it was."""
	for row in frappe.get_all("Notification", {"name": ("in", list(REMINDERS))}, ["name", "message"]):
		message = (row.message or "").replace("{{ doc.customer_name }}", NAME)
		if message != row.message:
			frappe.db.set_value("Notification", row.name, "message", message)
			frappe.clear_document_cache("Notification", row.name)


def remove() -> None:
	"""Without a trace in Frappe's bin of deleted documents."""
	frappe.db.delete(
		"Notification Recipient", {"parenttype": "Notification", "parent": ("in", list(REMINDERS))}
	)
	frappe.db.delete("Notification", {"name": ("in", list(REMINDERS))})
	frappe.cache.hdel("notifications", "Sales Invoice")
