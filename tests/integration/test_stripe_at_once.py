"""Many at once, and processes that die: what Stripe has taken is posted once, and never lost."""

import threading
import time
from contextlib import contextmanager

import frappe
import pytest

from customer_portal_ext.payments import (
	capture,
	follow_up,
	gateways,
	payment_entry,
	posting,
	retry,
	reversals,
	states,
	stripe_api,
	stripe_checkout,
	stripe_events,
	stripe_refunds,
	stripe_webhook,
)
from tests import factories
from tests.doubles.stripe_server import encode, sign
from tests.factories import paying
from tests.factories.stripe_site import GATEWAY, fresh
from tests.factories.threads import killed_after
from tests.integration.test_stripe_payments import assert_posted, get_events, get_outstanding

HUNDRED = 100


@pytest.fixture
def invoice(customer):
	return factories.make_sales_invoice(customer, rate=120.5)


def at_once(works):
	"""Run them in threads that start together; what each returned, in order. A raised exception is returned."""
	gate, results = threading.Barrier(len(works)), [None] * len(works)

	def run(place, work):
		gate.wait()
		try:
			results[place] = work()
		except Exception as problem:
			results[place] = problem

	threads = [threading.Thread(target=run, args=item) for item in enumerate(works)]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join()
	return results


@contextmanager
def connected(site):
	"""Frappe in this thread or process, on a connection of its own."""
	frappe.init(site=site, sites_path=".", force=True)
	frappe.connect()
	try:
		yield
	finally:
		frappe.destroy()


def on_site(site, work):
	def run():
		with connected(site):
			return work()

	return run


def test_a_hundred_deliveries_of_one_event(stripe, customer, invoice):
	payment = stripe.begin(customer, [invoice.name])
	stripe.account.pay(payment.provider_reference)
	(event,) = stripe.events("checkout.session.completed")
	frappe.db.commit()

	def deliver():
		return stripe.double.deliver(stripe.account, event, stripe.webhook, stripe.host)

	assert at_once([deliver] * HUNDRED) == [200] * HUNDRED
	payment = assert_posted(payment, invoice, 120.5)
	assert [row.state for row in get_events(payment)] == ["Done"]
	asked = stripe.double.count("GET", f"/v1/checkout/sessions/{payment.provider_reference}")
	assert asked == 1, "acted on once"


def test_webhook_return_and_hourly_job_race(stripe, customer, site):
	for _round in range(4):
		invoice = factories.make_sales_invoice(customer, rate=77)
		payment = stripe.begin(customer, [invoice.name])
		stripe.account.pay(payment.provider_reference)
		(event,) = [
			event
			for event in stripe.events("checkout.session.completed")
			if event["data"]["object"]["id"] == payment.provider_reference
		]
		frappe.db.set_value(
			"Portal Payment", payment.name, "creation", frappe.utils.add_to_date(None, hours=-1)
		)
		frappe.db.commit()
		name = payment.name

		def webhook(event=event):
			return stripe.double.deliver(stripe.account, event, stripe.webhook, stripe.host)

		def come_back(name=name):
			gateways.refresh(name)

		works = [webhook, on_site(site, come_back), on_site(site, follow_up.run)] * 3
		results = at_once(works)
		assert [result for result in results if result not in (200, None)] == []
		assert_posted(payment, invoice, 77)


def test_paying_and_cancelling_at_once(stripe, customer, site):
	"""Whoever wins at Stripe, the portal says the same."""
	for _round in range(6):
		invoice = factories.make_sales_invoice(customer, rate=10)
		payment = stripe.begin(customer, [invoice.name])
		session, name = payment.provider_reference, payment.name

		def pay(session=session):
			stripe.account.pay(session)

		def cancel(name=name):
			gateways.cancel(name)

		at_once([pay, on_site(site, cancel)])
		stripe.deliver_all()
		payment = fresh(payment)
		is_paid = stripe.account.sessions[session]["payment_status"] == "paid"
		assert payment.state == (states.POSTED if is_paid else states.CANCELLED)
		assert get_outstanding(invoice) == (0 if is_paid else 10)


def test_two_starts_at_once_are_one_session(stripe, customer, invoice, site):
	payment = paying.begin(customer, [invoice.name], gateway=GATEWAY)
	frappe.db.commit()
	name = payment.name

	def start():
		return gateways.start(frappe.get_doc("Portal Payment", name))

	urls = set(at_once([on_site(site, start)] * 6))
	assert len(stripe.account.sessions) == 1
	assert urls == {next(iter(stripe.account.sessions.values()))["url"]}


STEPS = {
	"the event is kept": (stripe_events, "keep"),
	"Stripe was asked": (stripe_checkout, "fetch_session"),
	"the money is written": (capture, "write"),
	"the capture is committed": (capture, "record_locked"),
	"the entry is made": (payment_entry, "make"),
	"before it is committed": (posting, "apply_credits"),
	"it is posted": (capture, "record"),
	"Stripe's charge was looked at": (stripe_refunds, "record_of_charge"),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_webhook_is_finished_by_the_scheduler(stripe, customer, invoice, site, step):
	payment = stripe.begin(customer, [invoice.name])
	stripe.account.pay(payment.provider_reference)
	payload = encode(stripe.events("checkout.session.completed")[0])
	signature = sign(payload, stripe.secret, int(time.time()))
	killed_after(site, *STEPS[step], lambda: stripe_webhook.receive(payload, signature))
	frappe.db.rollback()
	past = frappe.utils.add_to_date(None, hours=-1)
	frappe.db.set_value("Portal Payment", payment.name, "creation", past)
	frappe.db.set_value("Portal Payment Event", {"portal_payment": payment.name}, "received_on", past)
	frappe.db.commit()
	retry.run()
	follow_up.run()
	retry.run()
	payment = assert_posted(payment, invoice, 120.5)
	assert payment.captured_minor == 12050
	assert [row.state for row in get_events(payment)] == ["Done"]


def test_killed_between_stripe_and_the_database(stripe, customer, invoice, site):
	payment = paying.begin(customer, [invoice.name], gateway=GATEWAY)
	name = payment.name
	killed_after(site, stripe_api, "post", lambda: gateways.start(frappe.get_doc("Portal Payment", name)))
	payment = fresh(payment)
	assert (payment.state, payment.provider_reference) == (states.INITIATED, None)
	assert len(stripe.account.sessions) == 1
	gateways.start(payment)
	assert len(stripe.account.sessions) == 1, "the customer goes on with the session that was made"


def test_killed_between_stripe_and_the_database_and_nobody_comes_back(stripe, customer, invoice, site):
	payment = paying.begin(customer, [invoice.name], gateway=GATEWAY)
	name = payment.name
	killed_after(site, stripe_api, "post", lambda: gateways.start(frappe.get_doc("Portal Payment", name)))
	past = frappe.utils.add_to_date(None, hours=-1)
	frappe.db.rollback()
	frappe.db.set_value("Portal Payment", name, {"creation": past, "expires_on": past})
	frappe.db.commit()
	follow_up.run()
	assert fresh(payment).state == states.EXPIRED


@pytest.mark.parametrize(
	"step", [(reversals, "insert"), (reversals, "make_entry"), (capture, "put_before_staff")], ids=str
)
def test_a_killed_refund_leaves_one_draft(stripe, customer, invoice, site, step):
	payment = stripe.begin(customer, [invoice.name])
	stripe.account.pay(payment.provider_reference)
	stripe.deliver_all()
	refund = stripe.account.refund(fresh(payment).provider_payment, 2000)
	payload = encode(stripe.events("refund.created")[0])
	signature = sign(payload, stripe.secret, int(time.time()))
	killed_after(site, *step, lambda: stripe_webhook.receive(payload, signature))
	frappe.db.rollback()
	assert frappe.db.count("Portal Payment Reversal", {"portal_payment": payment.name}) == 0
	stripe.deliver_all()
	frappe.db.rollback()
	assert frappe.db.count("Portal Payment Reversal", {"provider_reference": refund["id"]}) == 1
	assert frappe.db.count("Journal Entry", {"cheque_no": refund["id"], "docstatus": 0}) == 1
