"""Staff hear of payments: in Desk's bell, at once of what needs a person, and afterwards of what was paid."""

import frappe
from frappe import _
from frappe.desk.doctype.notification_log.notification_log import make_notification_logs
from frappe.utils import escape_html, fmt_money

from customer_portal_ext.payments.minor_units import from_minor
from customer_portal_ext.payments.states import DOCTYPE

ROLES = ("Accounts Manager", "Customer Portal Manager")
MOST_NOTIFIED = 20


def tell_staff(payment) -> None:
	"""Somebody must look at this payment. Part of the caller's transaction; never raises: the money matters more."""
	notify(payment, _("Payment {0} of {1} needs attention"), payment.attention_reason)


def announce(payment) -> None:
	"""A payment was made. As ``tell_staff``."""
	notify(payment, _("{1} paid {2}: {0}"), "")


def notify(payment, subject: str, details: str | None) -> None:
	frappe.db.savepoint("portal_payment_bell")
	try:
		log = {
			"type": "Alert",
			"document_type": DOCTYPE,
			"document_name": payment.name,
			"subject": subject.format(
				frappe.bold(escape_html(payment.name)),
				escape_html(payment.customer_name or payment.customer),
				frappe.bold(escape_html(get_amount(payment))),
			),
			"from_user": frappe.session.user,
			"email_content": escape_html(details or ""),
		}
		make_notification_logs(frappe._dict(log), get_responsible(payment))
	except Exception:
		frappe.db.rollback(save_point="portal_payment_bell")
		frappe.clear_messages()
		frappe.log_error(f"Customer Portal: telling staff of {payment.name}", frappe.get_traceback())


def get_responsible(payment) -> list[str]:
	"""E-mail addresses of the customer's account manager and of who looks after payments, as far as they may see this one."""
	users = [
		frappe.db.get_value("Customer", payment.customer, "account_manager"),
		*frappe.get_all(
			"Has Role",
			{"role": ("in", ROLES), "parenttype": "User"},
			pluck="parent",
			distinct=True,
			order_by="parent",
		),
	]
	found = [user for user in dict.fromkeys(users) if user and may_see(user, payment)][:MOST_NOTIFIED]
	return frappe.get_all("User", {"name": ("in", found or [""])}, pluck="email", order_by="name")


def may_see(user: str, payment) -> bool:
	enabled = frappe.db.get_value("User", {"name": user, "enabled": 1, "user_type": "System User"})
	return bool(enabled) and bool(frappe.has_permission(DOCTYPE, "read", doc=payment, user=user))


def get_amount(payment) -> str:
	"""What was captured, or what credit paid, with its currency."""
	if payment.captured_on:
		currency = payment.captured_currency
		return fmt_money(float(from_minor(payment.captured_minor, currency)), currency=currency)
	return fmt_money(payment.credit_amount, currency=payment.currency)


def enqueue(name: str) -> None:
	"""Have the receipt sent, and staff told, in the background. Never raises: the scheduler finds who was not told."""
	try:
		frappe.enqueue(
			"customer_portal_ext.access.payment_mail.tell",
			queue="short",
			job_id=f"portal-payment-{name}",
			deduplicate=True,
			name=name,
		)
	except Exception:
		frappe.log_error(f"Customer Portal: telling of {name}", frappe.get_traceback())
		frappe.db.commit()  # the log entry alone: the payment is committed
