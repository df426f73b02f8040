"""What a gateway said about a payment: captured, failed, expired, cancelled. Recorded first, posted after."""

from dataclasses import dataclass
from datetime import datetime

import frappe
from frappe import _
from frappe.utils import now_datetime

from customer_portal_ext.payments import locks, posting, states, telling
from customer_portal_ext.payments.minor_units import from_minor
from customer_portal_ext.payments.states import DOCTYPE

LONGEST_REASON = 500


@dataclass(frozen=True)
class Captured:
	"""Money that a gateway has, as it says itself (never as a browser says). Integers of the smallest unit.

	``captured_on`` is naive, in the site's time zone. A fee of None is not known (yet).
	"""

	provider_reference: str | None
	provider_payment: str
	amount_minor: int
	currency: str
	captured_on: datetime
	fee_minor: int | None = None
	fee_currency: str | None = None
	method: str | None = None


def record(name: str, captured: Captured) -> None:
	"""Record the money, commit, then post. Call it as often as you like, from anywhere, at once.

	What differs from the intent in amount or currency, or comes a second time with another ``provider_payment``, needs a person:
	it is recorded, and not posted. Errors of posting do not leave this function: posting is tried again by the scheduler.
	:raises frappe.DoesNotExistError: there is no such payment.
	:raises ValueError: no amount, or no id of the payment at the gateway.
	"""
	if captured.amount_minor <= 0 or not captured.provider_payment:
		raise ValueError(f"{name}: nothing was captured")
	recorded = locks.in_new_transaction(lambda: record_locked(name, captured))
	posting.post_quietly(recorded)


def record_locked(name: str, captured: Captured) -> str:
	"""The name of the Portal Payment that holds this money now. Commits."""
	payment = states.lock(name)
	if payment.captured_on and payment.provider_payment != captured.provider_payment:
		payment = get_second(payment, captured)
	if not payment.captured_on:
		write(payment, captured)
	elif captured.fee_minor is not None and payment.state == states.PAID and not payment.fee_currency:
		payment.db_set(get_fee(captured))
	# Recorded first: nothing that happens from here on can lose what the gateway has taken.
	frappe.db.commit()
	return payment.name


def write(payment, captured: Captured) -> None:
	"""The money and the state it leads to. A mismatch is for a person to judge."""
	reason = (
		payment.attention_reason
		if payment.state == states.NEEDS_ATTENTION
		else find_mismatch(payment, captured)
	)
	values = {
		"provider_payment": captured.provider_payment,
		"captured_minor": captured.amount_minor,
		"captured_currency": captured.currency.upper(),
		"captured_on": captured.captured_on,
		"payment_method": (captured.method or "")[:140],
		"next_try_on": now_datetime(),
		**get_fee(captured),
	}
	if captured.provider_reference and not payment.provider_reference:
		values["provider_reference"] = captured.provider_reference
	states.move(payment, states.NEEDS_ATTENTION if reason else states.PAID, attention_reason=reason, **values)
	if reason:
		telling.tell_staff(payment)


def get_fee(captured: Captured) -> dict:
	if captured.fee_minor is None:
		return {}
	return {
		"fee_minor": captured.fee_minor,
		"fee_currency": (captured.fee_currency or captured.currency).upper(),
	}


def find_mismatch(payment, captured: Captured) -> str | None:
	"""Why the money is not what was asked for."""
	if (payment.amount_minor, payment.currency) != (captured.amount_minor, captured.currency.upper()):
		return _("The gateway took {0}, {1} were asked for.").format(
			describe(captured.amount_minor, captured.currency.upper()),
			describe(payment.amount_minor, payment.currency),
		)
	return None


def describe(minor: int, currency: str) -> str:
	"""An amount and its currency's code, whatever the gateway calls a currency."""
	return f"{from_minor(minor, currency)} {currency}"


def get_second(first, captured: Captured):
	"""The payment that holds a second capture of the same intent. It is money too: a record of its own, for a person to judge."""
	reference = f"{first.name}-{captured.provider_payment}"[:140]
	if standing := frappe.db.get_value(DOCTYPE, {"provider_reference": reference}):
		return frappe.get_doc(DOCTYPE, standing)
	second = frappe.copy_doc(first, ignore_no_copy=False)
	second.update(
		{
			"state": states.NEEDS_ATTENTION,
			"provider_reference": reference,
			"attention_reason": _("{0} was paid a second time at the gateway.").format(first.name),
			"allocations": [],
			"credits": [],
			"credit_amount": 0,
			"discount": 0,
		}
	)
	# As intents.insert: written by the app alone.
	return second.insert(ignore_permissions=True)


def set_processing(name: str, **values) -> None:
	"""The customer was sent to the gateway. ``values``: provider_reference, provider_payment, checkout_url, expires_on. Commits.

	A payment that ended or was captured meanwhile keeps its state, and learns what it did not know.
	"""

	def set_locked():
		payment = states.lock(name)
		if payment.state == states.INITIATED:
			states.move(payment, states.PROCESSING, **values)
		else:
			payment.db_set({key: value for key, value in values.items() if not payment.get(key)})
		# The gateway knows this payment: it must be found again by what the gateway calls it.
		frappe.db.commit()

	locks.in_new_transaction(set_locked)


def fail(name: str, reason: str) -> None:
	"""The gateway said no. Nothing happens to a payment that has money, or has ended. Commits."""
	end(name, states.FAILED, last_error=reason[:LONGEST_REASON])


def expire(name: str) -> None:
	"""Nobody paid in time. As ``fail``."""
	end(name, states.EXPIRED)


def cancel(name: str) -> None:
	"""The customer changed their mind. As ``fail``."""
	end(name, states.CANCELLED)


def end(name: str, state: str, **values) -> None:
	def end_locked():
		payment = states.lock(name)
		if payment.state in states.UNDER_WAY:
			states.move(payment, state, **values)
		# Others wait for the documents that this payment held.
		frappe.db.commit()

	locks.in_new_transaction(end_locked)


def need_attention(name: str, reason: str, **values) -> None:
	"""Put a payment before staff, such as after a refund or a dispute made at the gateway, with ``values`` set. Commits."""

	def put_locked():
		put_before_staff(states.lock(name), reason, **values)
		# A refund or dispute is recorded before whoever reported it is answered.
		frappe.db.commit()

	locks.in_new_transaction(put_locked)


def put_before_staff(payment, reason: str, **values) -> None:
	"""The same for a payment that is locked already, as a part of its transaction."""
	known = payment.attention_reason or ""
	said = known if reason in known else "\n".join(text for text in (known, reason) if text)
	state = (
		states.NEEDS_ATTENTION if states.NEEDS_ATTENTION in states.ALLOWED[payment.state] else payment.state
	)
	news = said != known
	states.move(payment, state, attention_reason=said, settled_on=None, settled_by=None, **values)
	if news:
		telling.tell_staff(payment)
