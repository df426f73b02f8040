"""Thousands of orders in which things can happen to a customer's payments, with processes dying anywhere in between.

After every single step: what the gateway's word recorded is what is posted plus what waits. At the end, when the gateway
has said everything again and the scheduler has run, everything that it took is posted or before a person.

A Payment Entry is a row without a ledger here, so that thousands of steps take a minute; the unique field, the locks, the
states and the commits are the real ones. A few rounds are played with ERPNext's own entries.
"""

import random
from types import SimpleNamespace

import frappe
import pytest
from frappe.utils import add_to_date, flt, now_datetime

from customer_portal_ext.desk import payments as desk
from customer_portal_ext.payments import (
	capture,
	fitting,
	payment_entry,
	posting,
	states,
	telling,
)
from tests import factories
from tests.factories import paying

STEPS_IN_A_ROUND = 12
# where a process may die: before and after each of these
FRAGILE = (
	(states, "lock"),
	(states, "move"),
	(capture, "write"),
	(fitting, "fit"),
	(posting, "make_entry"),
	(posting, "finish"),
	(posting, "put_off"),
	(telling, "tell_staff"),
)


class Killed(BaseException):
	"""The process is gone; its transaction with it."""


class Fate:
	"""Lets the process die at one of the next moments, or not at all."""

	def __init__(self, chance: random.Random, monkeypatch):
		self.chance, self.left, self.deaths = chance, None, 0
		for module, name in FRAGILE:
			monkeypatch.setattr(module, name, self.around(getattr(module, name)))
		self.commit = frappe.db.commit
		monkeypatch.setattr(frappe.db, "commit", self.around(self.commit))

	def around(self, function):
		def run(*arguments, **keywords):
			self.pass_moment()
			result = function(*arguments, **keywords)
			self.pass_moment()
			return result

		return run

	def pass_moment(self):
		if self.left is not None:
			self.left -= 1
			if self.left < 0:
				raise Killed

	def attempt(self, work, *arguments):
		"""Do it, or die on the way. Whether it was done to the end."""
		self.left = self.chance.randrange(16) if self.chance.random() < 0.5 else None
		try:
			work(*arguments)
			return True
		except Killed:
			self.deaths += 1
			return False
		finally:
			self.left = None
			frappe.db.rollback()


class Gateway:
	"""What the gateway took, whoever was told of it."""

	def __init__(self, chance: random.Random):
		self.chance, self.taken = chance, {}

	def take(self, payment):
		"""The customer pays: mostly what was asked for, seldom something else, and now and then twice."""
		amount = payment.amount_minor + self.chance.choice((0, 0, 0, 0, 0, 1, -1))
		identity = f"pay_{payment.name}_{self.chance.randrange(2)}"
		captured = paying.make_captured(payment, provider_payment=identity, amount_minor=amount)
		return payment.name, self.taken.setdefault((payment.name, identity), captured)

	def get_total(self):
		return sum(captured.amount_minor for captured in self.taken.values())


def make_light_entry(chance: random.Random):
	"""In place of ERPNext's Payment Entry: one row with the unique field; now and then a refusal."""

	def make(payment, captured, day, references):
		if chance.random() < 0.2:
			raise frappe.ValidationError("The period is closed")
		entry = frappe.get_doc(
			{
				"doctype": "Payment Entry",
				"name": frappe.generate_hash(length=12),
				"docstatus": 1,
				"party": payment.customer,
				"portal_payment": payment.name,
				"paid_amount": float(captured),
			}
		)
		entry.db_insert()
		return entry

	return make


def get_money(customer) -> SimpleNamespace:
	"""In cents: recorded in all, posted, and waiting to be posted or for a person."""
	payments = frappe.get_all(
		states.DOCTYPE,
		{"customer": customer.name, "captured_on": ("is", "set")},
		["name", "state", "captured_minor", "payment_entry"],
	)
	entries = frappe.get_all(
		"Payment Entry",
		{"party": customer.name, "docstatus": 1},
		["name", "portal_payment", "paid_amount"],
	)
	assert len({entry.portal_payment for entry in entries}) == len(entries)
	posted = {entry.portal_payment: round(flt(entry.paid_amount) * 100) for entry in entries}
	assert {row.name for row in payments if row.state == states.POSTED} == set(posted)
	assert {row.payment_entry for row in payments if row.payment_entry} == {entry.name for entry in entries}
	waiting = [row for row in payments if row.name not in posted]
	assert {row.state for row in waiting} <= {states.PAID, states.NEEDS_ATTENTION}
	return SimpleNamespace(
		recorded=sum(row.captured_minor for row in payments),
		posted=sum(posted.values()),
		waiting=sum(row.captured_minor for row in waiting),
		paid=[row.name for row in waiting if row.state == states.PAID],
	)


def make_step(chance, gateway, payment):
	"""Something that may happen next: what to call, and with what."""
	return chance.choice(
		(
			lambda: capture.record(*gateway.take(payment)),
			lambda: capture.record(*gateway.take(payment)),
			lambda: [capture.record(name, captured) for (name, _id), captured in gateway.taken.items()],
			lambda: capture.set_processing(payment.name, checkout_url="https://gateway.example/1"),
			lambda: capture.fail(payment.name, "Declined"),
			lambda: capture.expire(payment.name),
			lambda: capture.cancel(payment.name),
			lambda: posting.post(payment.name),
			lambda: retry_all(payment.customer),
			lambda: release(payment.name),
		)
	)


def release(name):
	try:
		desk.retry(name)
	except frappe.ValidationError:
		frappe.clear_messages()  # there is nothing that could be tried again


def retry_all(customer):
	"""The scheduler, once every wait is over, for this customer alone. What it took up."""
	due = frappe.get_all(states.DOCTYPE, {"customer": customer, "state": states.PAID}, pluck="name")
	for name in due:
		posting.post_quietly(name)
	return due


def play(customer, invoices, chance, fate, gateway):
	"""One customer's round: two payments, and so many steps."""
	payments = []
	for invoice in invoices:
		payments.append(paying.begin(customer, [invoice]))
	money = get_money(customer)
	for _number in range(STEPS_IN_A_ROUND):
		before = money
		payment = frappe.get_doc(states.DOCTYPE, chance.choice(payments).name)
		fate.attempt(make_step(chance, gateway, payment))
		money = get_money(customer)
		assert money.recorded == money.posted + money.waiting
		assert money.recorded >= before.recorded and money.posted >= before.posted
	for (name, _identity), captured in gateway.taken.items():
		capture.record(name, captured)
	for _time in range(20):
		if not retry_all(customer.name):
			break
	money = get_money(customer)
	assert money.recorded == gateway.get_total() == money.posted + money.waiting
	assert money.paid == []


@pytest.fixture
def paid_by_anybody(allow, monkeypatch):
	monkeypatch.setattr(telling, "enqueue", lambda name: None)
	monkeypatch.setattr(telling, "notify", lambda *arguments: None)


@pytest.mark.parametrize("seed", range(20))
def test_what_was_captured_is_posted_or_waits(paid_by_anybody, monkeypatch, seed):
	chance = random.Random(seed)
	fate = Fate(chance, monkeypatch)
	monkeypatch.setattr(payment_entry, "make", make_light_entry(chance))
	customer = factories.make_customer()
	names = [factories.make_sales_invoice(customer, rate=rate).name for rate in (10, 0.30)]
	for _round in range(10):
		play(customer, names, chance, fate, Gateway(chance))
		start_again(customer)
	assert fate.deaths > 10


def start_again(customer):
	"""The next round begins with nothing: the rows of this one go."""
	payments = frappe.get_all(states.DOCTYPE, {"customer": customer.name}, pluck="name")
	frappe.db.delete("Payment Entry", {"party": customer.name})
	for doctype in ("Portal Payment Allocation", "Portal Payment Credit"):
		frappe.db.delete(doctype, {"parent": ("in", payments or [""])})
	frappe.db.delete(states.DOCTYPE, {"customer": customer.name})
	frappe.db.commit()


@pytest.mark.parametrize("seed", range(3))
def test_the_same_with_erpnexts_own_entries(paid_by_anybody, monkeypatch, seed):
	chance = random.Random(1000 + seed)
	fate = Fate(chance, monkeypatch)
	customer = factories.make_customer()
	names = [factories.make_sales_invoice(customer, rate=rate).name for rate in (10, 0.30)]
	play(customer, names, chance, fate, gateway := Gateway(chance))
	ledger = frappe.get_all(
		"Payment Ledger Entry",
		{"party": customer.name, "delinked": 0},
		["sum(amount_in_account_currency) as balance"],
	)
	money = get_money(customer)
	assert round(ledger[0].balance * 100) == 1030 - money.posted
	assert gateway.get_total() == money.posted + money.waiting


def test_nothing_waits_without_a_next_try(paid_by_anybody, monkeypatch):
	"""Whatever is Paid has a time at which the scheduler takes it up."""
	customer = factories.make_customer()
	payment = paying.begin(customer, [factories.make_sales_invoice(customer, rate=10).name])
	monkeypatch.setattr(posting, "post_quietly", lambda name: None)
	payment = paying.capture_payment(payment)
	assert payment.state == states.PAID and payment.next_try_on <= now_datetime()
	monkeypatch.setattr(posting, "make_entry", lambda payment: (_ for _ in ()).throw(ValueError("broken")))
	posting.post(payment.name)
	payment.reload()
	assert (payment.tries, payment.last_error) == (1, "broken")
	assert now_datetime() < payment.next_try_on < add_to_date(now_datetime(), minutes=2)
