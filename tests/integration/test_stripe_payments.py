"""Stripe Checkout over real HTTP, with the double on the other side: each way a payment can go, down to the ledger."""

import itertools
import time

import frappe
import pytest
from frappe.utils import flt

from customer_portal_ext.exceptions import GatewayUnavailable, InvalidInput
from customer_portal_ext.payments import capture, follow_up, gateways, states, stripe_api, stripe_session
from tests import factories
from tests.factories import paying
from tests.factories.stripe_site import GATEWAY, fresh

EVENTS = "Portal Payment Event"


@pytest.fixture
def invoice(customer):
	return factories.make_sales_invoice(customer, rate=120.5)


def get_outstanding(invoice):
	return flt(frappe.db.get_value("Sales Invoice", invoice.name, "outstanding_amount"), 6)


def get_ledger(entry):
	"""Per account: debit less credit in the company's currency."""
	rows = frappe.get_all(
		"GL Entry", {"voucher_no": entry, "is_cancelled": 0}, ["account", "debit", "credit"]
	)
	found = {}
	for row in rows:
		found[row.account] = flt(found.get(row.account, 0) + row.debit - row.credit, 6)
	return found


def get_session(stripe, payment):
	return stripe.account.sessions[payment.provider_reference]


def assert_posted(payment, invoice, amount, left=0):
	payment = fresh(payment)
	assert (payment.state, payment.last_error) == (states.POSTED, None)
	assert paying.get_entries(payment) == [payment.payment_entry]
	assert get_outstanding(invoice) == left
	ledger = get_ledger(payment.payment_entry)
	assert ledger[invoice.debit_to] == -amount
	assert sum(ledger.values()) == pytest.approx(0)
	return payment


def assert_nothing_posted(payment, invoice, state, outstanding=120.5):
	payment = fresh(payment)
	assert payment.state == state
	assert not payment.captured_on and not payment.payment_entry
	assert paying.get_entries(payment) == []
	assert get_outstanding(invoice) == outstanding
	return payment


def get_events(payment):
	frappe.db.rollback()
	return frappe.get_all(EVENTS, {"portal_payment": payment.name}, ["event_type", "state", "error"])


def test_the_session_says_what_the_intent_says(stripe, customer, invoice):
	payment = stripe.begin(customer, [invoice.name])
	session = get_session(stripe, payment)
	assert payment.state == states.PROCESSING
	assert (session["amount_total"], session["currency"]) == (12050, "usd")
	assert session["client_reference_id"] == payment.name
	assert session["metadata"]["portal_payment"] == payment.name
	assert session["customer_email"] == "buyer@example.com"
	assert session["success_url"].endswith(f"/portal/pay/{payment.name}?returned=1")
	assert payment.checkout_url == session["url"]
	minutes = (session["expires_at"] - session["created"]) / 60
	assert 30 <= minutes <= 33
	(request,) = [r for r in stripe.double.requests if r["method"] == "POST"]
	assert request["headers"]["Idempotency-Key"] == stripe_session.get_idempotency_key(payment)
	assert request["headers"]["Stripe-Version"] == stripe_api.VERSION


def test_starting_twice_is_one_session(stripe, customer, invoice, monkeypatch):
	payment = paying.begin(customer, [invoice.name], gateway=GATEWAY)
	with monkeypatch.context() as patch:
		patch.setattr(capture, "set_processing", lambda *arguments, **values: None)
		url = gateways.start(payment)
	assert not fresh(payment).provider_reference, "as after a crash: Stripe's answer was not written down"
	assert gateways.start(payment) == url, "the kept answer of the same key"
	assert gateways.start(payment) == url
	assert len(stripe.account.sessions) == 1 and stripe.double.count("POST", "/v1/") == 2


def test_paid_and_only_the_webhook_tells(stripe, customer, invoice):
	payment = stripe.begin(customer, [invoice.name])
	stripe.account.pay(payment.provider_reference)
	assert set(stripe.deliver_all()) == {200}
	payment = assert_posted(payment, invoice, 120.5)
	assert (payment.captured_minor, payment.captured_currency, payment.payment_method) == (
		12050,
		"USD",
		"card",
	)
	assert (payment.fee_minor, payment.fee_currency) == (30 + 349, "USD")
	assert payment.provider_payment.startswith("pi_")
	assert [(row.event_type, row.state) for row in get_events(payment)] == [
		("checkout.session.completed", "Done")
	]


def test_the_fee_is_booked_where_settings_say(stripe, customer, invoice):
	stripe.set_up(fee_account=paying.make_fee_account())
	payment = stripe.begin(customer, [invoice.name])
	stripe.account.pay(payment.provider_reference)
	stripe.deliver_all()
	payment = assert_posted(payment, invoice, 120.5)
	ledger = get_ledger(payment.payment_entry)
	assert ledger[paying.make_fee_account()] == 3.79
	assert ledger[stripe.get_row()["account"]] == 116.71


def test_the_return_comes_before_the_webhook(stripe, customer, invoice):
	payment = stripe.begin(customer, [invoice.name])
	stripe.account.pay(payment.provider_reference)
	gateways.refresh(payment.name)
	first = assert_posted(payment, invoice, 120.5)
	assert set(stripe.deliver_all()) == {200}
	assert assert_posted(payment, invoice, 120.5).payment_entry == first.payment_entry


def test_a_return_that_did_not_pay_changes_nothing(stripe, customer, invoice):
	payment = stripe.begin(customer, [invoice.name])
	gateways.refresh(payment.name)
	assert_nothing_posted(payment, invoice, states.PROCESSING)


def test_no_webhook_ever_comes(stripe, customer, invoice):
	payment = stripe.begin(customer, [invoice.name])
	stripe.account.pay(payment.provider_reference)
	frappe.db.set_value("Portal Payment", payment.name, "creation", frappe.utils.add_to_date(None, hours=-1))
	frappe.db.commit()
	assert payment.name in follow_up.get_waiting()
	follow_up.run()
	assert_posted(payment, invoice, 120.5)
	assert payment.name not in follow_up.get_waiting()


def test_a_delayed_method_pays_later(stripe, customer, invoice):
	stripe.set_up(payment_methods="card, us_bank_account")
	payment = stripe.begin(customer, [invoice.name])
	stripe.account.pay(payment.provider_reference, "us_bank_account")
	stripe.deliver_all()
	payment = assert_nothing_posted(payment, invoice, states.PROCESSING)
	assert payment.expires_on is None, "no time limit holds while the money is on its way"
	stripe.account.settle(payment.provider_reference)
	stripe.deliver_all()
	payment = assert_posted(payment, invoice, 120.5)
	assert payment.payment_method == "us_bank_account"


def test_a_delayed_method_fails_later(stripe, customer, invoice):
	stripe.set_up(payment_methods="us_bank_account")
	payment = stripe.begin(customer, [invoice.name])
	stripe.account.pay(payment.provider_reference, "us_bank_account")
	stripe.deliver_all()
	stripe.account.fail_later(payment.provider_reference)
	assert set(stripe.deliver_all()) == {200}
	payment = assert_nothing_posted(payment, invoice, states.FAILED)
	assert "payment_intent_payment_attempt_failed" in payment.last_error


def test_nobody_pays_in_time(stripe, customer, invoice):
	payment = stripe.begin(customer, [invoice.name])
	stripe.account.clock_offset = 60 * 60
	stripe.account.get_session(payment.provider_reference)
	stripe.account.clock_offset = 0
	assert set(stripe.deliver_all()) == {200}
	assert_nothing_posted(payment, invoice, states.EXPIRED)
	again = stripe.begin(customer, [invoice.name])
	assert again.name != payment.name, "the invoice is free again"


def test_the_customer_cancels(stripe, customer, invoice):
	payment = stripe.begin(customer, [invoice.name])
	gateways.cancel(payment.name)
	assert_nothing_posted(payment, invoice, states.CANCELLED)
	assert get_session(stripe, payment)["status"] == "expired", "nobody can pay it any more"
	assert set(stripe.deliver_all()) == {200}
	assert_nothing_posted(payment, invoice, states.CANCELLED)


def test_cancelled_here_but_paid_there(stripe, customer, invoice):
	payment = stripe.begin(customer, [invoice.name])
	stripe.account.pay(payment.provider_reference)
	gateways.cancel(payment.name)
	assert_posted(payment, invoice, 120.5)


def test_cancelling_while_stripe_is_away_changes_nothing(stripe, customer, invoice):
	payment = stripe.begin(customer, [invoice.name])
	stripe.double.fail_next("outage", times=9)
	with pytest.raises(GatewayUnavailable):
		gateways.cancel(payment.name)
	assert_nothing_posted(payment, invoice, states.PROCESSING)


def test_a_declined_card_leaves_the_session_open(stripe, customer, invoice):
	payment = stripe.begin(customer, [invoice.name])
	stripe.account.decline(payment.provider_reference)
	assert set(stripe.deliver_all()) == {200}
	gateways.refresh(payment.name)
	assert_nothing_posted(payment, invoice, states.PROCESSING)
	stripe.account.pay(payment.provider_reference)
	stripe.deliver_all()
	assert_posted(payment, invoice, 120.5)


def test_every_event_twice_and_backwards(stripe, customer, invoice):
	payment = stripe.begin(customer, [invoice.name])
	stripe.account.pay(payment.provider_reference)
	assert set(stripe.deliver_all(order=lambda events: [*reversed(events), *events, *reversed(events)])) == {
		200
	}
	assert_posted(payment, invoice, 120.5)
	assert len(get_events(payment)) == 1


def test_any_order_of_a_whole_life(stripe, customer):
	"""Paid late, partly refunded, disputed and lost: each of the orders ends in the same."""
	stripe.set_up(payment_methods="us_bank_account")
	kinds = (
		"checkout.session.completed",
		"checkout.session.async_payment_succeeded",
		"refund.created",
		"charge.dispute.created",
	)
	for order in itertools.permutations(range(4)):
		invoice = factories.make_sales_invoice(customer, rate=50)
		payment = stripe.begin(customer, [invoice.name])
		stripe.account.pay(payment.provider_reference, "us_bank_account")
		stripe.account.settle(payment.provider_reference)
		intent = get_session(stripe, payment)["payment_intent"]
		stripe.account.refund(intent, 1000)
		stripe.account.open_dispute(intent, 4000)
		events = [stripe.events(kind)[-1] for kind in kinds]
		stripe.account.outbox.clear()
		assert {stripe.deliver(events[place]) for place in order} == {200}
		payment = fresh(payment)
		assert payment.state == states.NEEDS_ATTENTION, order
		assert paying.get_entries(payment) == [payment.payment_entry], order
		assert get_outstanding(invoice) == 0
		rows = frappe.get_all(
			"Portal Payment Reversal",
			{"portal_payment": payment.name},
			["kind", "amount", "state"],
			order_by="kind",
		)
		assert [(row.kind, row.amount, row.state) for row in rows] == [
			("Dispute", 40.0, "Drafted"),
			("Refund", 10.0, "Drafted"),
		], order


def test_an_event_before_the_session_is_known_here(stripe, customer, invoice):
	"""The process died between Stripe's answer and writing it down: the event names the payment, Stripe proves it."""
	payment = stripe.begin(customer, [invoice.name])
	stripe.account.pay(payment.provider_reference)
	frappe.db.set_value(
		"Portal Payment",
		payment.name,
		{"provider_reference": None, "checkout_url": None, "state": states.INITIATED},
	)
	assert set(stripe.deliver_all()) == {200}
	assert_posted(payment, invoice, 120.5)


def test_an_event_that_fails_is_kept_and_done_later(stripe, customer, invoice):
	payment = stripe.begin(customer, [invoice.name])
	stripe.account.pay(payment.provider_reference)
	(event,) = stripe.events("checkout.session.completed")
	stripe.double.fail_next("outage", times=9)
	assert stripe.deliver(event) == 503
	(kept,) = get_events(payment)
	assert kept.state == "Failed" and "503" in kept.error
	assert_nothing_posted(payment, invoice, states.PROCESSING)
	stripe.double.faults.clear()
	assert stripe.deliver(event) == 200, "Stripe sends it again"
	assert_posted(payment, invoice, 120.5)
	assert [row.state for row in get_events(payment)] == ["Done"]


def test_the_hourly_job_does_failed_events(stripe, customer, invoice):
	payment = stripe.begin(customer, [invoice.name])
	stripe.account.pay(payment.provider_reference)
	stripe.double.fail_next("outage", times=9)
	stripe.deliver(stripe.events("checkout.session.completed")[0])
	stripe.double.faults.clear()
	frappe.db.set_value(
		EVENTS, {"portal_payment": payment.name}, "received_on", frappe.utils.add_to_date(None, minutes=-6)
	)
	frappe.db.commit()
	follow_up.run()
	assert_posted(payment, invoice, 120.5)
	assert [row.state for row in get_events(payment)] == ["Done"]


def test_a_silent_gateway_is_not_asked_on_and_on(stripe, customer):
	payments = [
		stripe.begin(customer, [factories.make_sales_invoice(customer, rate=10).name]) for _ in range(6)
	]
	past = frappe.utils.add_to_date(None, hours=-1)
	for payment in payments:
		stripe.account.pay(payment.provider_reference)
		frappe.db.set_value("Portal Payment", payment.name, "creation", past)
	frappe.db.commit()
	asked = stripe.double.count("GET", "/v1/checkout/sessions/")
	stripe.double.fail_next("outage", times=999)
	follow_up.ask_all(follow_up.get_waiting(), time.monotonic() + 60)
	attempts = stripe.double.count("GET", "/v1/checkout/sessions/") - asked
	assert attempts == follow_up.MOST_IN_VAIN * stripe_api.MOST_ATTEMPTS
	stripe.double.faults.clear()
	assert len(follow_up.get_waiting()) == 6, "to be asked in the next hour"
	follow_up.run()
	assert [fresh(payment).state for payment in payments] == [states.POSTED] * 6


@pytest.mark.parametrize("fault", ["rate limit", "outage", "lost answer", "refused"])
def test_trouble_while_the_session_is_made_is_got_over(stripe, customer, invoice, fault):
	stripe.double.fail_next(fault)
	payment = stripe.begin(customer, [invoice.name])
	assert payment.state == states.PROCESSING
	assert len(stripe.account.sessions) == 1
	stripe.account.pay(payment.provider_reference)
	stripe.deliver_all()
	assert_posted(payment, invoice, 120.5)


def test_an_answer_that_never_comes(stripe, customer, invoice, monkeypatch):
	"""Stripe made the session and said nothing. Whoever tries again goes on with that session."""
	monkeypatch.setattr(stripe_api, "TIMEOUTS", (1, 0.3))
	stripe.double.fail_next("silence", times=3)
	payment = paying.begin(customer, [invoice.name], gateway=GATEWAY)
	with pytest.raises(GatewayUnavailable):
		gateways.start(payment)
	payment = assert_nothing_posted(payment, invoice, states.INITIATED)
	assert gateways.start(payment) in [session["url"] for session in stripe.account.sessions.values()]
	assert len(stripe.account.sessions) == 1
	stripe.account.pay(fresh(payment).provider_reference)
	stripe.deliver_all()
	assert_posted(payment, invoice, 120.5)


def test_an_attempt_long_after_one_that_never_arrived(stripe, customer, invoice):
	"""The stored expiry is too near for Stripe by then; the same key is still free, as Stripe has kept nothing."""
	stripe.double.fail_next("refused", times=3)
	payment = paying.begin(customer, [invoice.name], gateway=GATEWAY)
	with pytest.raises(GatewayUnavailable):
		gateways.start(payment)
	soon = frappe.utils.add_to_date(None, minutes=10).replace(microsecond=0)
	frappe.db.set_value("Portal Payment", payment.name, "expires_on", soon)
	frappe.db.commit()
	gateways.start(fresh(payment))
	(session,) = stripe.account.sessions.values()
	assert session["expires_at"] - session["created"] >= 30 * 60


def test_an_error_that_stripe_keeps_to_ends_the_payment(stripe, customer, invoice):
	"""Its answer under this key will be the same for a day: the customer starts again, with another key."""
	stripe.double.fail_next("server error")
	payment = paying.begin(customer, [invoice.name], gateway=GATEWAY)
	with pytest.raises(InvalidInput, match="start again"):
		gateways.start(payment)
	payment = assert_nothing_posted(payment, invoice, states.FAILED)
	assert "keeps to it" in payment.last_error
	again = stripe.begin(customer, [invoice.name])
	stripe.account.pay(again.provider_reference)
	stripe.deliver_all()
	assert_posted(again, invoice, 120.5)


def test_an_amount_that_stripe_does_not_take(stripe, customer):
	invoice = factories.make_sales_invoice(customer, rate=0.2)
	payment = paying.begin(customer, [invoice.name], gateway=GATEWAY)
	with pytest.raises(InvalidInput, match="too small"):
		gateways.start(payment)
	assert fresh(payment).state == states.FAILED
	assert stripe.account.sessions == {}


def test_a_wrong_key_is_for_staff(stripe, customer, invoice):
	del stripe.double.accounts[stripe.key]
	payment = paying.begin(customer, [invoice.name], gateway=GATEWAY)
	with pytest.raises(InvalidInput) as refusal:
		gateways.start(payment)
	assert stripe.key[-4:] not in str(refusal.value)
	payment = fresh(payment)
	assert payment.last_error == "Stripe does not know the secret key"


def test_stripe_collected_another_amount(stripe, customer, invoice):
	"""It cannot, but if it does: recorded, and left to a person."""
	payment = stripe.begin(customer, [invoice.name])
	get_session(stripe, payment)["amount_total"] = 12000
	stripe.account.pay(payment.provider_reference)
	stripe.deliver_all()
	payment = fresh(payment)
	assert (payment.state, payment.captured_minor) == (states.NEEDS_ATTENTION, 12000)
	assert "120.00 USD, 120.50 USD were asked for" in payment.attention_reason
	assert get_outstanding(invoice) == 120.5
