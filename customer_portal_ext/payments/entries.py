"""What staff do with a Payment Entry that the portal made: its payment has money that is not booked, or is booked anew."""

import frappe
from frappe import _

from customer_portal_ext.payments import states, telling
from customer_portal_ext.payments.states import DOCTYPE

ENTRY = "Payment Entry"


def release(entry: str) -> None:
	"""The entry was cancelled: somebody must decide what becomes of the money. Part of the cancelling transaction."""
	payment = get_payment({"payment_entry": entry})
	if not payment:
		return
	# The next entry of this payment needs the unique field.
	frappe.db.set_value(ENTRY, entry, "portal_payment", None, update_modified=False)
	states.move(
		payment,
		states.NEEDS_ATTENTION,
		payment_entry=None,
		cancelled_entry=entry,
		settled_on=None,
		settled_by=None,
		attention_reason=_("The Payment Entry {0} was cancelled.").format(entry),
	)
	telling.tell_staff(payment)


def follow_amendment(cancelled: str, amended: str) -> None:
	"""The cancelled entry was amended and submitted: the payment is booked again."""
	payment = get_payment({"cancelled_entry": cancelled, "payment_entry": ("is", "not set")})
	if not payment or payment.state != states.NEEDS_ATTENTION:
		return
	frappe.db.set_value(ENTRY, amended, "portal_payment", payment.name, update_modified=False)
	states.move(payment, states.POSTED, payment_entry=amended, cancelled_entry=None, attention_reason=None)


def forget(entry: str) -> None:
	"""The cancelled entry was deleted: the next one may get its name."""
	frappe.db.set_value(DOCTYPE, {"cancelled_entry": entry}, "cancelled_entry", None)


def forget_customer(customer: str) -> None:
	"""The customer is being deleted. Raises frappe.ValidationError while money of theirs waits to be posted.

	What is posted keeps the customer anyway: ERPNext deletes none that has a ledger.
	"""
	if frappe.db.exists(DOCTYPE, {"customer": customer, "captured_on": ("is", "set")}):
		frappe.throw(_("{0} has paid on the portal and cannot be deleted.").format(customer))
	for name in frappe.get_all(DOCTYPE, {"customer": customer}, pluck="name"):
		# Intents that came to nothing: whoever may delete the customer may delete these.
		frappe.delete_doc(DOCTYPE, name, ignore_permissions=True, force=True)


def get_payment(filters: dict):
	name = frappe.db.get_value(DOCTYPE, filters, for_update=True)
	return frappe.get_doc(DOCTYPE, name) if name else None
