"""Staff's side of payments: trying again, settling by hand, and what a document's timeline says of them."""

import frappe
from frappe import _
from frappe.utils import escape_html, fmt_money, format_datetime, now_datetime

from customer_portal_ext.payments import gateways, locks, posting, states
from customer_portal_ext.payments.states import DOCTYPE

ROLES = ("Accounts Manager", "Customer Portal Manager", "System Manager")


def retry(name: str) -> dict:
	"""Go on with a payment: ask the gateway about one that waits, post one that has money. ``{"state", "payment_entry"}``.

	Whoever presses the button has looked at it: a payment that needs attention is posted with what was captured.
	:raises frappe.PermissionError, frappe.ValidationError: nothing was changed.
	"""
	require_rights(name)
	payment = frappe.get_doc(DOCTYPE, name)
	if payment.state in states.UNDER_WAY and payment.gateway:
		gateways.refresh(name)
	elif payment.state == states.NEEDS_ATTENTION:
		release(name)
	if frappe.db.get_value(DOCTYPE, name, "state") == states.PAID:
		posting.post(name)
	return get_state(name)


def release(name: str) -> None:
	"""Let what needs attention be posted. Raises frappe.ValidationError where that cannot be right."""

	def release_locked():
		payment = states.lock(name)
		if payment.state != states.NEEDS_ATTENTION:
			return
		if obstacle := get_obstacle(payment):
			frappe.throw(obstacle)
		states.move(
			payment, states.PAID, attention_reason=None, tries=0, last_error=None, next_try_on=now_datetime()
		)
		frappe.db.commit()  # from here on the scheduler posts it, should this request die

	locks.in_new_transaction(release_locked)


def get_obstacle(payment) -> str | None:
	"""Why the app cannot post it."""
	if not payment.captured_on:
		return _("Nothing was captured.")
	if payment.payment_entry:
		return _("It is posted: {0}.").format(payment.payment_entry)
	if payment.settled_on:
		return _("It is settled.")
	if payment.captured_currency != payment.currency:
		return _(
			"It was captured in {0}. Make a Payment Entry by hand, then settle this payment with it."
		).format(payment.captured_currency)
	if payment.refunded_minor:
		return _("Part of it was refunded. Make a Payment Entry by hand, then settle this payment with it.")
	return None


def settle(name: str, note: str, payment_entry: str | None = None) -> dict:
	"""Say that a person has dealt with it: how, and with which Payment Entry, if any. ``{"state", "payment_entry"}``.

	:raises frappe.PermissionError, frappe.ValidationError: nothing was changed.
	"""
	require_rights(name)
	if not (note or "").strip():
		frappe.throw(_("Say how it was settled."))

	def settle_locked():
		payment = states.lock(name)
		if not payment.attention_reason and payment.state != states.NEEDS_ATTENTION:
			frappe.throw(_("This payment needs nobody."))
		values = {
			"settled_on": now_datetime(),
			"settled_by": frappe.session.user,
			"attention_note": note.strip()[:500],
		}
		if payment_entry:
			link_entry(payment, payment_entry)
			states.move(payment, states.POSTED, payment_entry=payment_entry, **values)
		else:
			payment.db_set(values)
		frappe.db.commit()  # with the lock that it was decided under

	locks.in_new_transaction(settle_locked)
	return get_state(name)


def link_entry(payment, name: str) -> None:
	"""The Payment Entry that staff made. Raises frappe.ValidationError unless it can be this payment's."""
	if payment.payment_entry:
		frappe.throw(_("It is posted: {0}.").format(payment.payment_entry))
	entry = frappe.get_doc("Payment Entry", name, for_update=True)
	entry.check_permission("read")
	fits = (entry.docstatus, entry.payment_type, entry.party_type, entry.party, entry.company) == (
		*(1, "Receive", "Customer"),
		payment.customer,
		payment.company,
	)
	if not fits or entry.portal_payment:
		frappe.throw(
			_("{0} is no submitted Payment Entry of this customer that is free for this payment.").format(
				name
			)
		)
	entry.db_set("portal_payment", payment.name)


def require_rights(name: str) -> None:
	frappe.only_for(ROLES)
	frappe.get_doc(DOCTYPE, name).check_permission("read")


def get_state(name: str) -> dict:
	return frappe.db.get_value(
		DOCTYPE, name, ["state", "payment_entry", "attention_reason", "last_error"], as_dict=True
	)


def get_timeline(doctype: str, name: str) -> list[dict]:
	"""Payments on the portal in an invoice's or order's timeline, for the hook ``additional_timeline_content``."""
	payment, allocation = frappe.qb.DocType(DOCTYPE), frappe.qb.DocType("Portal Payment Allocation")
	rows = (
		frappe.qb.from_(payment)
		.join(allocation)
		.on(allocation.parent == payment.name)
		.select(
			payment.name,
			payment.state,
			payment.captured_on,
			payment.creation,
			payment.visitor_name,
			payment.customer_name,
			payment.currency,
			allocation.amount,
		)
		.where((allocation.reference_doctype == doctype) & (allocation.reference_name == name))
		.orderby(payment.creation)
	).run(as_dict=True)
	return [get_timeline_item(row) for row in rows]


def get_timeline_item(row) -> dict:
	came = row.captured_on or (row.creation if row.state == states.POSTED else None)
	text = (
		_("{0} paid {1} on the portal on {2}: {3}")
		if came
		else _("{0} began to pay {1} on the portal on {2}: {3}")
	)
	when = came or row.creation
	link = frappe.utils.get_link_to_form(DOCTYPE, row.name)
	return {
		"icon": "tick" if came else "es-line-time",
		"is_card": False,
		"creation": str(when),
		"content": text.format(
			frappe.bold(escape_html(row.visitor_name or row.customer_name)),
			frappe.bold(fmt_money(row.amount, currency=row.currency)),
			frappe.bold(format_datetime(when)),
			f"{link} ({_(row.state, context=DOCTYPE)})",
		),
	}
