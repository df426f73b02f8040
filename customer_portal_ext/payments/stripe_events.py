"""Stripe's events: each is kept, and acted upon once. A failed one stays, and is tried again until it is done.

An event is a knock on the door, not the news itself: events come twice, late and out of order, in the shape of the account's
own API version. Who acts on one asks Stripe how things are now.
"""

import json
from collections.abc import Callable
from contextlib import contextmanager

import frappe
from frappe.utils import add_to_date, now_datetime

from customer_portal_ext.payments import (
	states,
	stripe_api,
	stripe_checkout,
	stripe_refunds,
	stripe_session,
)
from customer_portal_ext.payments.stripe_api import StripeProblem

DOCTYPE = "Portal Payment Event"
RECEIVED, DONE, FAILED, IGNORED = "Received", "Done", "Failed", "Ignored"

CHECKOUT = "checkout.session."
SESSION_EVENTS = frozenset(
	f"{CHECKOUT}{what}"
	for what in ("completed", "async_payment_succeeded", "async_payment_failed", "expired")
)
REFUND_EVENTS = frozenset(
	("charge.refunded", "charge.refund.updated", "refund.created", "refund.updated", "refund.failed")
)
DISPUTE_EVENTS = frozenset(
	f"charge.dispute.{what}"
	for what in ("created", "updated", "closed", "funds_withdrawn", "funds_reinstated")
)
KNOWN = SESSION_EVENTS | REFUND_EVENTS | DISPUTE_EVENTS

GIVEN_UP_AFTER_DAYS = 30
# A worker may be at it: an event is left alone for so long before another tries.
PATIENCE_MINUTES = 5
MOST_AT_ONCE = 200


def find_payment(content: dict) -> str | None:
	"""The Portal Payment that an event's object is about, by what the database knows of it: the session or the PaymentIntent.

	An event that came before the session's id was stored names the payment itself; that it is the right one is checked against
	Stripe before anything is done (``stripe_checkout.require_own``).
	"""
	if content.get("object") == "checkout.session":
		known = frappe.db.get_value(states.DOCTYPE, {"provider_reference": content["id"]})
		return known or find_named(content.get("metadata") or {})
	intent = get_intent(content)
	return frappe.db.get_value(states.DOCTYPE, {"provider_payment": intent}) if intent else None


def find_named(metadata: dict) -> str | None:
	"""A payment that does not know its session yet. A copy of the site has payments of the same names, with other digests."""
	payment = frappe.db.get_value(
		states.DOCTYPE,
		{"name": str(metadata.get("portal_payment") or ""), "provider_reference": ("is", "not set")},
		["name", "form_key", "amount_minor", "currency", "customer"],
		as_dict=True,
	)
	return payment.name if payment and stripe_session.is_of(payment, metadata) else None


def get_intent(content: dict) -> str | None:
	"""The PaymentIntent of a charge, refund or dispute."""
	intent = content.get("payment_intent")
	return intent.get("id") if isinstance(intent, dict) else intent


def keep(event: dict, payment: str, gateway: str) -> str:
	"""Store the event as received, and commit. The name of its record, the first one's where it came before."""
	if known := frappe.db.get_value(DOCTYPE, {"event_id": event["id"]}):
		return known
	try:
		record = frappe.get_doc(
			{
				"doctype": DOCTYPE,
				"gateway": gateway,
				"event_id": event["id"],
				"event_type": event["type"],
				"provider_reference": event["data"]["object"].get("id"),
				"portal_payment": payment,
				"received_on": now_datetime(),
				"payload": json.dumps(event, indent=1, ensure_ascii=False),
				"state": RECEIVED,
			}
		)
		# The signature has been verified: nobody's permission is needed to keep what Stripe sent.
		record.insert(ignore_permissions=True)
		frappe.db.commit()  # kept, whatever becomes of acting on it
		return record.name
	except frappe.UniqueValidationError:
		frappe.db.rollback()
		frappe.clear_messages()
		return frappe.db.get_value(DOCTYPE, {"event_id": event["id"]})


def process(name: str) -> str:
	"""Act on a kept event, unless that was done, or is being done, already. Commits. The state it is in now.

	A failure is written into the event, which stays to be tried again; it does not leave this function.
	"""
	with claim(name) as is_ours:
		frappe.db.rollback()  # what was read before the claim may be old
		event = frappe.get_doc(DOCTYPE, name)
		if not is_ours or event.state in (DONE, IGNORED):
			return event.state
		try:
			find_act(event.event_type)(event)
			state, error = DONE, None
		except Exception as problem:
			frappe.db.rollback()
			state, error = FAILED, describe(problem)
			if not isinstance(problem, StripeProblem):
				frappe.log_error(f"Customer Portal: {event.event_type}", frappe.get_traceback())
		event.db_set({"state": state, "error": error})
		frappe.db.commit()  # the end of this event's work
		return state


@contextmanager
def claim(name: str):
	"""Whether this connection alone works on the event. Acting commits on its way, which would end a row's lock; MariaDB's
	named lock lasts until it is released, or the connection ends with its process."""
	lock = f"{frappe.conf.db_name[:32]}.{name}"
	is_ours = bool(frappe.db.sql("select get_lock(%s, 0)", lock)[0][0])
	try:
		yield is_ours
	finally:
		if is_ours:
			frappe.db.sql("select release_lock(%s)", lock)


def find_act(event_type: str) -> Callable:
	if event_type in SESSION_EVENTS:
		return act_on_session
	return act_on_refund if event_type in REFUND_EVENTS else act_on_dispute


def act_on_session(event) -> None:
	payment = frappe.get_doc(states.DOCTYPE, event.portal_payment)
	account = stripe_api.get_account(payment.gateway)
	session = stripe_checkout.fetch_session(account, event.provider_reference)
	stripe_checkout.require_own(session, payment)
	stripe_checkout.apply(payment, session)


def act_on_refund(event) -> None:
	content = json.loads(event.payload)["data"]["object"]
	stripe_refunds.record_refunds(event.portal_payment, get_intent(content))


def act_on_dispute(event) -> None:
	content = json.loads(event.payload)["data"]["object"]
	stripe_refunds.record_disputes(event.portal_payment, get_intent(content))


def describe(problem: Exception) -> str:
	"""For staff, without what other libraries put into their texts."""
	return str(problem)[:500] if isinstance(problem, StripeProblem) else type(problem).__name__


def get_unfinished() -> list[str]:
	"""Events that failed, or that a killed worker left, the ones tried longest ago first."""
	now = now_datetime()
	return frappe.get_all(
		DOCTYPE,
		filters={
			"state": ("in", (RECEIVED, FAILED)),
			"received_on": (
				"between",
				(add_to_date(now, days=-GIVEN_UP_AFTER_DAYS), add_to_date(now, minutes=-PATIENCE_MINUTES)),
			),
		},
		order_by="modified",
		limit=MOST_AT_ONCE,
		pluck="name",
	)
