"""Staff hear, once for each company, that customers are not offered the early payment discount of their invoices, and why."""

import frappe
from frappe import _
from frappe.desk.doctype.notification_log.notification_log import make_notification_logs
from frappe.utils import getdate

from customer_portal_ext.documents import early_payment
from customer_portal_ext.payments.telling import MOST_NOTIFIED, ROLES

COMPANY = "Company"


def tell_missing() -> None:
	"""Look through the companies whose open invoices have such a discount today. Commits."""
	for company in get_companies():
		missing = early_payment.get_missing(company)
		if missing and not is_told(company):
			tell(company, missing)
			frappe.db.commit()  # a job: whoever was told is not told again


def get_companies() -> list[str]:
	schedule = frappe.qb.DocType("Payment Schedule")
	invoice = frappe.qb.DocType("Sales Invoice")
	return (
		frappe.qb.from_(schedule)
		.inner_join(invoice)
		.on((invoice.name == schedule.parent) & (schedule.parenttype == "Sales Invoice"))
		.select(invoice.company)
		.distinct()
		.where((invoice.docstatus == 1) & (invoice.outstanding_amount > 0))
		.where((schedule.discount > 0) & (schedule.discount_date >= getdate()))
		.orderby(invoice.company)
	).run(pluck=True)


def is_told(company: str) -> bool:
	return bool(
		frappe.db.exists(
			"Notification Log",
			{"document_type": COMPANY, "document_name": company, "subject": get_subject(company)},
		)
	)


def get_subject(company: str) -> str:
	return _("Customers of {0} are not offered the early payment discount of their invoices").format(
		frappe.bold(frappe.utils.escape_html(company))
	)


def tell(company: str, missing: list[str]) -> None:
	meta = frappe.get_meta(COMPANY)
	labels = ", ".join(_(meta.get_label(field)) for field in missing)
	log = {
		"type": "Alert",
		"document_type": COMPANY,
		"document_name": company,
		"subject": get_subject(company),
		"from_user": frappe.session.user,
		"email_content": _("It cannot be booked. Please set in the Company: {0}").format(labels),
	}
	make_notification_logs(frappe._dict(log), get_responsible(company))


def get_responsible(company: str) -> list[str]:
	"""E-mail addresses of who looks after payments and may see the company."""
	users = frappe.get_all(
		"Has Role",
		{"role": ("in", ROLES), "parenttype": "User"},
		pluck="parent",
		distinct=True,
		order_by="parent",
	)
	enabled = frappe.get_all(
		"User",
		{"name": ("in", users or [""]), "enabled": 1, "user_type": "System User"},
		["name", "email"],
		order_by="name",
	)
	return [
		user.email for user in enabled if frappe.has_permission(COMPANY, "read", doc=company, user=user.name)
	][:MOST_NOTIFIED]
