"""Refunds and disputes made in Stripe: recorded, put before staff, with a draft that books them. Nothing is submitted here.

Whether a refund means that the invoice is owed again, or a credit note is due, is for a person to say.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import frappe

from customer_portal_ext.payments import capture, locks, reversals, states, stripe_amounts, stripe_api
from customer_portal_ext.payments.minor_units import from_minor
from customer_portal_ext.payments.stripe_api import Account
from customer_portal_ext.payments.stripe_times import to_site_time

REFUND, DISPUTE = "Refund", "Dispute"
MOST_LISTED = 100
# The money stays with the company, or came back to it.
REFUND_UNDONE = ("failed", "canceled")
DISPUTE_UNDONE = ("won", "warning_closed")
# An inquiry before a dispute: no money has moved.
INQUIRY = "warning_"


@dataclass(frozen=True)
class Reversal:
	"""Money that went back, or is held back, as Stripe says now. ``amount_minor`` in the currency's smallest unit (ISO 4217)."""

	kind: str
	reference: str
	status: str
	amount_minor: int
	currency: str
	reason: str
	happened_on: datetime
	moves_money: bool
	is_undone: bool

	@property
	def amount(self) -> Decimal:
		return from_minor(self.amount_minor, self.currency)


def record_refunds(payment: str, intent: str) -> None:
	"""Record every refund of a PaymentIntent as it is at Stripe now. Commits. Raises StripeProblem."""
	_record(payment, [read_refund(refund) for refund in _list(payment, "refunds", intent)])


def record_disputes(payment: str, intent: str) -> None:
	"""The same for disputes and inquiries."""
	_record(payment, [read_dispute(dispute) for dispute in _list(payment, "disputes", intent)])


def record_of_charge(payment: str, intent: dict) -> None:
	"""What a paid PaymentIntent, with its charge, already says of refunds and disputes."""
	if intent["latest_charge"].get("amount_refunded"):
		record_refunds(payment, intent["id"])
	if intent["latest_charge"].get("disputed"):
		record_disputes(payment, intent["id"])


def catch_up(account: Account, since: int) -> None:
	"""Record what was made since, Unix seconds, and no event told of. Two requests for all payments. Commits."""
	for what, record in (("refunds", record_refunds), ("disputes", record_disputes)):
		answer = stripe_api.get(account, what, **{"created": {"gte": since}, "limit": MOST_LISTED})
		for intent in dict.fromkeys(row.get("payment_intent") for row in answer["data"]):
			for payment in frappe.get_all(
				states.DOCTYPE,
				{"provider_payment": intent or "-", "captured_on": ("is", "set")},
				pluck="name",
			):
				record(payment, intent)


def read_refund(refund: dict) -> Reversal:
	currency = refund["currency"].upper()
	return Reversal(
		kind=REFUND,
		reference=refund["id"],
		status=refund["status"],
		amount_minor=stripe_amounts.from_stripe(refund["amount"], currency),
		currency=currency,
		reason=refund.get("reason") or "",
		happened_on=to_site_time(refund["created"]),
		moves_money=refund["status"] not in REFUND_UNDONE,
		is_undone=refund["status"] in REFUND_UNDONE,
	)


def read_dispute(dispute: dict) -> Reversal:
	currency, status = dispute["currency"].upper(), dispute["status"]
	is_undone = status in DISPUTE_UNDONE
	return Reversal(
		kind=DISPUTE,
		reference=dispute["id"],
		status=status,
		amount_minor=stripe_amounts.from_stripe(dispute["amount"], currency),
		currency=currency,
		reason=dispute.get("reason") or "",
		happened_on=to_site_time(dispute["created"]),
		moves_money=not is_undone and not status.startswith(INQUIRY),
		is_undone=is_undone,
	)


def _list(payment: str, what: str, intent: str) -> list[dict]:
	account = stripe_api.get_account(frappe.db.get_value(states.DOCTYPE, payment, "gateway"))
	answer = stripe_api.get(account, what, payment_intent=intent, limit=MOST_LISTED)
	return answer["data"]


def _record(name: str, found: list[Reversal]) -> None:
	def record_locked():
		payment = states.lock(name)
		# Oldest first, as they happened.
		news = [
			text for reversal in reversed(found) if (text := reversals.record(payment, reversal)) is not None
		]
		if news:
			latest = reversals.get_latest_entry(name)
			capture.put_before_staff(
				payment,
				"\n".join(news),
				refunded_minor=reversals.get_refunded_minor(name),
				**({"reversing_entry": latest} if latest else {}),
			)
		# Record, draft and the word to staff together: a second event then finds nothing new.
		frappe.db.commit()

	locks.in_new_transaction(record_locked)
