"""Whatever happens in whatever order, with Stripe stumbling: what it took is what the site has posted, to the cent."""

import random

import frappe
import pytest
from frappe.utils import add_to_date, flt

from customer_portal_ext.exceptions import GatewayUnavailable, InvalidInput
from customer_portal_ext.payments import follow_up, gateways, retry, states
from tests import factories
from tests.factories import paying
from tests.factories.stripe_site import GATEWAY, fresh

STEPS = 80
FAULTS = ("rate limit", "outage", "lost answer", "refused", "server error")


class Play:
	"""One customer, some invoices, and random things that happen to their payments."""

	def __init__(self, stripe, customer, seed):
		self.stripe = stripe
		self.customer = customer
		self.chance = random.Random(seed)
		self.payments = []

	def begin(self):
		rate = self.chance.randint(100, 99999) / 100
		invoice = factories.make_sales_invoice(self.customer, rate=rate, disable_rounded_total=1)
		self.payments.append(paying.begin(self.customer, [invoice.name], gateway=GATEWAY))
		self.start()

	def start(self):
		payment = fresh(self.chance.choice(self.payments))
		if payment.state in states.UNDER_WAY:
			self.attempt(gateways.start, payment)

	def pay(self):
		if session := self.pick("open"):
			self.stripe.account.pay(session, self.chance.choice(["card", "card", "us_bank_account"]))

	def decline(self):
		if session := self.pick("open"):
			self.stripe.account.decline(session)

	def expire(self):
		if session := self.pick("open"):
			self.stripe.account.expire(session)

	def settle(self):
		if session := self.pick("complete", is_pending=True):
			self.stripe.account.settle(session)

	def fail_later(self):
		if session := self.pick("complete", is_pending=True):
			self.stripe.account.fail_later(session)

	def cancel(self):
		self.attempt(gateways.cancel, self.chance.choice(self.payments).name)

	def come_back(self):
		gateways.refresh(self.chance.choice(self.payments).name)

	def deliver(self):
		self.stripe.deliver_all(order=self.scramble)

	def lose_events(self):
		self.stripe.account.outbox = [
			event for event in self.stripe.account.outbox if self.chance.random() < 0.5
		]

	def stumble(self):
		self.stripe.double.fail_next(self.chance.choice(FAULTS), times=self.chance.randint(1, 2))

	def attempt(self, work, *arguments):
		try:
			work(*arguments)
		except (GatewayUnavailable, InvalidInput):
			frappe.db.rollback()

	def pick(self, status, is_pending=False):
		"""A session that customers can see (its address was given out), in this state."""
		known = {fresh(payment).provider_reference for payment in self.payments}
		found = [
			name
			for name, session in self.stripe.account.sessions.items()
			if session["status"] == status and name in known and is_pending == self.is_pending(session)
		]
		return self.chance.choice(found) if found else None

	def is_pending(self, session):
		intent = self.stripe.account.records.get(session["payment_intent"])
		return bool(intent) and intent["status"] == "processing"

	def scramble(self, events):
		events = events + self.chance.sample(events, len(events) // 3)
		self.chance.shuffle(events)
		return events

	def finish(self):
		"""Stripe is well again, and the scheduler's hours pass."""
		self.stripe.double.faults.clear()
		past = add_to_date(None, hours=-2)
		for payment in self.payments:
			frappe.db.set_value("Portal Payment", payment.name, "creation", past)
		frappe.db.set_value(
			"Portal Payment Event", {"state": ("in", ("Failed", "Received"))}, "received_on", past
		)
		frappe.db.commit()
		for _hour in range(3):
			follow_up.run()
			retry.run()
			frappe.db.commit()


@pytest.mark.parametrize("seed", range(4))
def test_what_stripe_took_is_what_is_posted(stripe, db, seed):
	stripe.set_up(payment_methods="card, us_bank_account")
	customer = factories.make_customer()
	play = Play(stripe, customer, seed)
	play.begin()
	often = [play.begin, play.pay, play.pay, play.settle] * 4 + [play.deliver] * 2
	seldom = [play.start, play.decline, play.expire, play.fail_later, play.cancel, play.come_back]
	actions = [*often, *seldom, play.lose_events, play.stumble]
	for _step in range(STEPS):
		play.chance.choice(actions)()
	play.finish()
	taken = sum(
		record["amount_received"]
		for record in stripe.account.records.values()
		if record["object"] == "payment_intent"
	)
	payments = [fresh(payment) for payment in play.payments]
	assert taken == sum(payment.captured_minor for payment in payments)
	posted = frappe.get_all(
		"Payment Entry", {"party": customer.name, "docstatus": 1}, ["paid_amount", "unallocated_amount"]
	)
	assert round(sum(row.paid_amount for row in posted) * 100) == taken
	assert len(posted) == sum(payment.state == states.POSTED for payment in payments) >= 1
	assert [row for row in posted if row.unallocated_amount] == []
	for payment in payments:
		assert payment.state != states.PAID and bool(payment.captured_on) == (payment.state == states.POSTED)
		outstanding = frappe.db.get_value(
			"Sales Invoice", payment.allocations[0].reference_name, "outstanding_amount"
		)
		assert flt(outstanding, 2) == (0 if payment.captured_on else flt(payment.amount, 2))
