"""The scheduler's part of collecting: whatever a webhook should have told, and did not, is asked for."""

import random
import time
from collections import Counter
from datetime import timedelta

import frappe
from frappe.utils import add_to_date, now_datetime
from pypika.terms import Case

from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.payments import (
	discount_accounts,
	gateways,
	states,
	stripe_api,
	stripe_events,
	stripe_refunds,
	stripe_webhook,
)
from customer_portal_ext.payments.stripe_times import to_stripe_time

# A customer on the gateway's page, and the webhook behind them, get so much time first.
PATIENCE_MINUTES = 10
# A session lives for a day at most. One that ended here, but perhaps not at the gateway, is asked about until it is over there.
ASKED_FOR_DAYS = 3
MOST_AT_ONCE = 200
REFUNDS_SINCE = timedelta(days=3)
# A job of the long queue has 25 minutes. A gateway gets so many questions in vain.
MOST_SECONDS = 15 * 60
MOST_IN_VAIN = 3


def run() -> None:
	"""Scheduled hourly. Each step by itself: one that fails leaves the others alone, and is tried in the next hour."""
	latest = time.monotonic() + MOST_SECONDS
	discount_accounts.tell_missing()
	for event in stripe_events.get_unfinished():
		if time.monotonic() < latest:
			stripe_events.process(event)
	ask_all(get_waiting(), latest)
	for account in get_accounts():
		catch_up(account)


def ask_all(names: list[str], latest: float) -> None:
	"""Ask about each payment, until ``latest``. A gateway that does not answer is left alone: each attempt takes its time-out."""
	gateway_of = dict(
		frappe.get_all(states.DOCTYPE, {"name": ("in", names)}, ["name", "gateway"], as_list=True)
	)
	in_vain = Counter()
	# In no order: a few that fail every hour must not always come first.
	for name in random.sample(names, len(names)):
		if time.monotonic() < latest and in_vain[gateway_of[name]] < MOST_IN_VAIN:
			in_vain[gateway_of[name]] += not gateways.refresh(name)


def get_waiting() -> list[str]:
	"""Payments whose end the gateway has not told, the ones asked longest ago first."""
	payment = frappe.qb.DocType(states.DOCTYPE)
	now = now_datetime()
	under_way = payment.state.isin(states.UNDER_WAY) & (
		payment.creation < add_to_date(now, minutes=-PATIENCE_MINUTES)
	)
	# Cancelled here while the gateway could not be told, or expired by our clock: money may still have come. Stripe's session
	# has an end of its own, after which it was asked once; with other gateways there is only time.
	perhaps_paid = (
		payment.state.isin(states.ENDED_WITHOUT_MONEY)
		& (payment.creation > add_to_date(now, days=-ASKED_FOR_DAYS))
		& Case()
		.when(
			payment.provider_reference.isnotnull(),
			payment.asked_on.isnull() | (payment.asked_on < payment.expires_on),
		)
		.else_(payment.checkout_url.isnotnull())
	)
	return (
		frappe.qb.from_(payment)
		.select(payment.name)
		.where(payment.gateway.isnotnull() & payment.captured_on.isnull() & (under_way | perhaps_paid))
		.orderby(payment.asked_on, payment.creation)
		.limit(MOST_AT_ONCE)
	).run(pluck=True)


def get_accounts() -> list[stripe_api.Account]:
	"""The Stripe accounts of the settings, each once."""
	accounts = {}
	for row in get_settings().payment_gateways:
		if stripe_webhook.is_stripe(row.payment_gateway):
			try:
				account = stripe_api.get_account(row.payment_gateway)
			except stripe_api.NotConfigured:
				continue  # said where gateways are chosen
			accounts[account.settings] = account
	return list(accounts.values())


def catch_up(account: stripe_api.Account) -> None:
	"""Refunds and disputes of the last days that no event told of."""
	try:
		stripe_refunds.catch_up(account, to_stripe_time(now_datetime() - REFUNDS_SINCE))
	except Exception as problem:
		frappe.db.rollback()
		said = str(problem) if isinstance(problem, stripe_api.StripeProblem) else frappe.get_traceback()
		frappe.log_error(f"Stripe: refunds of {account.settings}", said)
		frappe.db.commit()  # the log entry alone
