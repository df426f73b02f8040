"""Stripe Checkout: the session a customer pays on, on Stripe's own page.

No card data touches the site, and nothing that comes back through the browser is believed: whoever hears that something
happened (the webhook, the return page, the scheduler) asks Stripe, in ``refresh``.
"""

import frappe
from frappe.utils import add_to_date, now_datetime

from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.exceptions import GatewayUnavailable, InvalidInput
from customer_portal_ext.payments import (
	capture,
	limits,
	locks,
	states,
	stripe_amounts,
	stripe_api,
	stripe_refunds,
	stripe_session,
)
from customer_portal_ext.payments.capture import Captured
from customer_portal_ext.payments.stripe_api import Account, StripeProblem, StripeRefused
from customer_portal_ext.payments.stripe_times import to_site_time
from customer_portal_ext.web.words import _

EXPANDED = ("payment_intent.latest_charge.balance_transaction",)
LONGEST_MINUTES = 24 * 60 - 5


class ForeignSession(StripeProblem):
	"""A session of that id exists, but it is not the one made for this payment."""


def start(payment) -> str:
	"""The address of the hosted page for a Portal Payment that is Initiated or Processing. Commits.

	Called again it gives the same session, even where the first answer never arrived: the key is derived from the intent.
	:raises InvalidInput: Stripe does not take this amount or currency.
	:raises GatewayUnavailable: try again; the payment stays as it is.
	"""
	# as stored: what is sent must not differ between a fresh document and one that was read
	payment = frappe.get_doc(states.DOCTYPE, payment.name)
	if payment.provider_reference and payment.checkout_url:
		return payment.checkout_url
	try:
		account = stripe_api.get_account(payment.gateway)
		session = create_session(payment, account)
	except StripeRefused as problem:
		refuse(payment, problem)
	except StripeProblem as problem:
		_log(payment.name, problem)
		raise GatewayUnavailable(
			_("The card payment service cannot be reached at the moment. Please try again in a minute.")
		) from None
	if not session.get("url"):  # the kept answer of a session that has ended since
		refresh(payment.name)
		raise InvalidInput(_("This payment has ended. Please start again."))
	capture.set_processing(
		payment.name,
		provider_reference=session["id"],
		checkout_url=session["url"],
		expires_on=to_site_time(session["expires_at"]),
	)
	return session["url"]


def create_session(payment, account: Account) -> dict:
	"""The session of this intent. What is sent depends on stored values alone, so that the same key has the same body."""
	if not payment.expires_on or payment.expires_on < now_datetime():
		set_expiry(payment)
	try:
		return stripe_api.post(
			account,
			"checkout/sessions",
			stripe_session.get_parameters(payment),
			stripe_session.get_idempotency_key(payment),
		)
	except StripeRefused as problem:
		if problem.param != "expires_at":
			raise
	# An earlier attempt never reached Stripe, and its expiry is too near by now. Stripe keeps nothing for a request that it
	# refused so: the same key is free for the later expiry.
	set_expiry(payment)
	return stripe_api.post(
		account,
		"checkout/sessions",
		stripe_session.get_parameters(payment),
		stripe_session.get_idempotency_key(payment),
	)


def set_expiry(payment) -> None:
	minutes = min(get_settings().payment_minutes or limits.DEFAULT_MINUTES, LONGEST_MINUTES)
	payment.db_set("expires_on", add_to_date(now_datetime(), minutes=minutes).replace(microsecond=0))
	frappe.db.commit()  # before Stripe is called: a second attempt must send the same body


def refresh(name: str) -> None:
	"""Ask Stripe what became of a payment, and record it. Commits. Raises StripeProblem: nothing is known, ask later."""
	payment = frappe.get_doc(states.DOCTYPE, name)
	if not payment.provider_reference:
		# Its address never left the server, so nobody can have paid.
		if payment.state in states.UNDER_WAY and payment.expires_on and payment.expires_on < now_datetime():
			capture.expire(name)
		return
	account = stripe_api.get_account(payment.gateway)
	session = fetch_session(account, payment.provider_reference)
	require_own(session, payment)
	apply(payment, session)


def fetch_session(account: Account, session: str) -> dict:
	return stripe_api.get(account, stripe_api.make_path("checkout", "sessions", session), EXPANDED)


def require_own(session: dict, payment) -> None:
	"""Raise ForeignSession unless the session was made from this intent."""
	if not stripe_session.is_of(payment, session.get("metadata")):
		raise ForeignSession(f"The session does not belong to {payment.name}")


def apply(payment, session: dict) -> None:
	"""Record what Stripe says about a session of this payment: paid, under way, refused, expired. Commits."""
	intent = session.get("payment_intent")
	if session["payment_status"] == "paid":
		capture.record(payment.name, read_capture(session))
		# An event about it may have come before this money was known, and found no payment.
		stripe_refunds.record_of_charge(payment.name, intent)
	elif session["status"] == "expired":
		capture.expire(payment.name)
	elif session["status"] == "complete" and intent and intent["status"] in ("processing", "requires_action"):
		set_pending(payment.name, intent["id"])
	elif session["status"] == "complete":
		capture.fail(payment.name, get_failure(intent))


def set_pending(name: str, intent: str) -> None:
	"""The customer has paid by a method whose money takes minutes or days: no time limit holds any more. Commits."""

	def set_locked():
		payment = states.lock(name)
		if payment.state in states.UNDER_WAY:
			states.move(payment, states.PROCESSING, provider_payment=intent, expires_on=None)
		frappe.db.commit()  # lets go of the lock

	locks.in_new_transaction(set_locked)


def read_capture(session: dict) -> Captured:
	"""A paid session as Captured; amounts of the PaymentIntent, which is what was collected."""
	intent = session["payment_intent"]
	charge = intent["latest_charge"]
	booked = charge.get("balance_transaction")
	currency = intent["currency"].upper()
	fee_currency = booked["currency"].upper() if booked else None
	return Captured(
		provider_reference=session["id"],
		provider_payment=intent["id"],
		amount_minor=stripe_amounts.from_stripe(intent["amount_received"], currency),
		currency=currency,
		captured_on=to_site_time(charge["created"]),
		fee_minor=stripe_amounts.from_stripe(booked["fee"], fee_currency) if booked else None,
		fee_currency=fee_currency,
		method=(charge.get("payment_method_details") or {}).get("type"),
	)


def get_failure(intent: dict | None) -> str:
	"""Why a payment failed, in the words of Stripe's codes: its messages are for developers."""
	problem = (intent or {}).get("last_payment_error") or {}
	return f"The payment was not completed ({problem.get('decline_code') or problem.get('code') or 'no reason given'})"


def cancel(name: str) -> None:
	"""End the session, so that nobody pays it any more, then the payment. What was paid meanwhile is recorded. Commits.

	Raises GatewayUnavailable where Stripe could not be told: the payment is left as it is.
	"""
	payment = frappe.get_doc(states.DOCTYPE, name)
	if payment.provider_reference and payment.state in states.UNDER_WAY:
		try:
			account = stripe_api.get_account(payment.gateway)
			path = stripe_api.make_path("checkout", "sessions", payment.provider_reference, "expire")
			stripe_api.post(account, path, {}, f"{stripe_session.get_idempotency_key(payment)}-expire")
		except StripeRefused:
			# Not open any more: paid, or ended already. Stripe says which.
			return refresh(name)
		except StripeProblem as problem:
			_log(name, problem)
			raise GatewayUnavailable(
				_("The card payment service cannot be reached at the moment. Please try again in a minute.")
			) from None
	capture.cancel(name)


def refuse(payment, problem: StripeRefused) -> None:
	"""The payment fails; the customer is told what they can change, staff the rest. Raises InvalidInput."""
	_log(payment.name, problem)
	capture.fail(payment.name, str(problem))
	texts = {
		# Whatever Stripe has made, its address is not known to anybody: a new payment cannot be paid twice.
		stripe_api.KEPT_ERROR: _("This payment has ended. Please start again."),
		"amount_too_small": _("This amount is too small to be paid by card."),
		"amount_too_large": _("This amount is too large to be paid by card. Please pay in several parts."),
	}
	raise InvalidInput(
		texts.get(problem.code) or _("This cannot be paid by card at the moment. Please contact us.")
	)


def _log(name: str, problem: StripeProblem) -> None:
	frappe.log_error(f"Stripe: {name}", f"{type(problem).__name__}: {problem}")
	frappe.db.commit()  # what follows may be rolled back
