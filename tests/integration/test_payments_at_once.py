"""Many words about one payment at once, and processes that die: always one Payment Entry, and no money lost."""

import frappe
import pytest
from frappe.utils import add_days, flt, getdate

from customer_portal_ext.exceptions import PaymentUnderWay
from customer_portal_ext.payments import (
	capture,
	fitting,
	intents,
	locks,
	payment_entry,
	posting,
	retry,
	states,
	telling,
)
from tests import factories
from tests.factories import paying
from tests.factories.threads import at_once, killed_after

THREADS, CALLS = 25, 4


@pytest.fixture(autouse=True)
def paying_is_allowed(allow):
	"""In every test of this file."""


def get_outstanding(invoice):
	return flt(frappe.db.get_value("Sales Invoice", invoice.name, "outstanding_amount"), 6)


def get_payments(customer):
	frappe.db.rollback()
	return frappe.get_all(
		states.DOCTYPE,
		{"customer": customer.name},
		["name", "state", "captured_minor", "payment_entry"],
		order_by="creation",
	)


def test_a_hundred_words_about_one_capture(site, customer):
	invoice = factories.make_sales_invoice(customer, rate=100)
	payment = paying.begin(customer, [invoice.name])
	captured = paying.make_captured(payment)

	def deliver():
		for _time in range(CALLS):
			capture.record(payment.name, captured)

	assert at_once(site, [deliver] * THREADS) == [None] * THREADS
	payment.reload()
	assert (payment.state, payment.captured_minor, payment.tries) == (states.POSTED, 10000, 0)
	assert paying.get_entries(payment) == [payment.payment_entry]
	assert get_outstanding(invoice) == 0
	assert len(get_payments(customer)) == 1


def test_the_webhook_races_the_return_the_scheduler_and_an_expiry(site, customer):
	invoice = factories.make_sales_invoice(customer, rate=100)
	payment = paying.begin(customer, [invoice.name])
	captured = paying.make_captured(payment)
	works = [
		lambda: capture.record(payment.name, captured),
		lambda: capture.expire(payment.name),
		lambda: capture.cancel(payment.name),
		lambda: capture.fail(payment.name, "Declined"),
		lambda: capture.set_processing(payment.name, provider_reference=f"cs_{payment.name}"),
		lambda: posting.post(payment.name),
		retry.run,
	]
	results = at_once(site, works * 3)
	assert not [result for result in results if isinstance(result, Exception)]
	payment.reload()
	assert payment.state == states.POSTED
	assert paying.get_entries(payment) == [payment.payment_entry]
	assert get_outstanding(invoice) == 0


def test_two_captures_of_one_intent_at_once(site, customer):
	"""The customer paid twice at the gateway: one is posted, the other waits for a person, none is lost."""
	payment = paying.begin(customer, [factories.make_sales_invoice(customer, rate=100).name])
	works = [
		lambda number=number: capture.record(
			payment.name, paying.make_captured(payment, provider_payment=f"pay_{payment.name}_{number % 2}")
		)
		for number in range(10)
	]
	assert at_once(site, works) == [None] * 10
	payments = get_payments(customer)
	assert sorted(row.state for row in payments) == [states.NEEDS_ATTENTION, states.POSTED]
	assert [row.captured_minor for row in payments] == [10000, 10000]


def test_tabs_that_pay_the_same_invoice(site, customer):
	invoices = [factories.make_sales_invoice(customer, rate=rate) for rate in (10, 20)]
	names = [[invoices[0].name], [invoices[0].name, invoices[1].name]]
	origin = intents.Origin(customer.name)
	works = [
		lambda place=place: (
			intents.create(
				paying.choose(customer, names[place % 2]), paying.GATEWAY, intents.make_form_key(), origin
			)[0].name
		)
		for place in range(8)
	]
	results = at_once(site, works)
	(made,) = [result for result in results if isinstance(result, str)]
	told = [result for result in results if result != made]
	assert [type(result) for result in told] == [PaymentUnderWay] * 7
	assert {result.payment for result in told} == {made}
	assert [row.name for row in get_payments(customer)] == [made]


def test_one_form_sent_many_times_at_once(site, customer):
	invoice = factories.make_sales_invoice(customer, rate=10)
	key, origin = intents.make_form_key(), intents.Origin(customer.name)
	works = [
		lambda: intents.create(paying.choose(customer, [invoice.name]), paying.GATEWAY, key, origin)
	] * 10
	results = at_once(site, works)
	(payment,) = get_payments(customer)
	assert {made.name for made, _is_new in results} == {payment.name}
	assert [is_new for _made, is_new in results].count(True) == 1


def test_payments_of_different_invoices_at_once(site, customer):
	invoices = [factories.make_sales_invoice(customer, rate=10) for _number in range(4)]
	payments = [paying.begin(customer, [invoice.name]) for invoice in invoices]
	works = [
		lambda payment=payment: capture.record(payment.name, paying.make_captured(payment))
		for payment in payments
	]
	assert at_once(site, works) == [None] * 4
	assert [row.state for row in get_payments(customer)] == [states.POSTED] * 4
	assert [get_outstanding(invoice) for invoice in invoices] == [0] * 4


def test_two_payments_of_one_invoice_captured_at_once(site, customer):
	"""The first had expired here, and was paid at the gateway all the same: one pays the invoice, one stays on account."""
	invoice = factories.make_sales_invoice(customer, rate=100)
	first = paying.begin(customer, [invoice.name])
	capture.expire(first.name)
	second = paying.begin(customer, [invoice.name])
	works = [
		lambda payment=payment: capture.record(payment.name, paying.make_captured(payment))
		for payment in (first, second)
	] * 3
	assert at_once(site, works) == [None] * 6
	assert get_outstanding(invoice) == 0
	entries = frappe.get_all(
		"Payment Entry", {"party": customer.name, "docstatus": 1}, ["paid_amount", "unallocated_amount"]
	)
	assert sorted((row.paid_amount, row.unallocated_amount) for row in entries) == [(100, 0), (100, 100)]
	assert len([row for row in get_payments(customer) if row.state == states.POSTED]) == 2


# where a process may end while it records and posts a capture
RECORDING = {
	"the lock": (states, "lock"),
	"what was captured": (capture, "write"),
	"the commit of what was captured": (capture, "record_locked"),
	"the lock for posting": (posting, "lock_documents"),
	"fitting": (fitting, "fit"),
	"building the entry": (payment_entry, "build"),
	"the entry": (payment_entry, "make"),
	"the credits": (posting, "apply_credits"),
	"the state": (posting, "finish"),
	"posting": (posting, "post_locked"),
	"queueing what follows": (telling, "enqueue"),
}


@pytest.mark.parametrize("step", RECORDING)
def test_a_killed_process_loses_no_money(site, customer, step):
	invoice = factories.make_sales_invoice(customer, rate=100)
	factories.make_payment_entry(customer, 30)
	payment = paying.begin(customer, [invoice.name], use_credit="1")
	captured = paying.make_captured(payment)
	killed_after(site, *RECORDING[step], lambda: capture.record(payment.name, captured))
	payment.reload()
	entries = paying.get_entries(payment)
	assert len(entries) == (payment.state == states.POSTED)
	if payment.state == states.PAID:
		# The gateway was answered nothing, and may never come again: the scheduler alone must finish it.
		assert payment.name in retry.get_due()
		retry.run()
	else:
		# Nothing of it was recorded (the gateway comes again), or all of it.
		assert payment.state in (states.INITIATED, states.POSTED)
		capture.record(payment.name, captured)
	payment.reload()
	assert (payment.state, payment.captured_minor) == (states.POSTED, 7000)
	assert paying.get_entries(payment) == [payment.payment_entry]
	assert get_outstanding(invoice) == 0


@pytest.mark.parametrize("step", ["insert", "require_free", "create"])
def test_a_killed_process_while_a_payment_is_begun(site, customer, step):
	"""Before the commit nothing is left; after it the form finds its payment again."""
	invoice = factories.make_sales_invoice(customer, rate=100)
	key = intents.make_form_key()
	killed_after(site, intents, step, lambda: paying.begin(customer, [invoice.name], form_key=key))
	before = [row.name for row in get_payments(customer)]
	assert len(before) == (step == "create")
	payment = paying.begin(customer, [invoice.name], form_key=key)
	assert [row.name for row in get_payments(customer)] == [payment.name]
	assert before in ([], [payment.name])


def test_a_credit_alone_is_applied_once_though_the_process_dies(site, customer):
	invoice = factories.make_sales_invoice(customer, rate=30)
	factories.make_payment_entry(customer, 100)
	payment = paying.begin(customer, [invoice.name], use_credit="1")
	killed_after(site, posting.credits, "apply", lambda: posting.post_credits(payment.name))
	assert (payment.reload().state, get_outstanding(invoice)) == (states.INITIATED, 30)
	assert at_once(site, [lambda: posting.post_credits(payment.name)] * 5) == [None] * 5
	assert (payment.reload().state, get_outstanding(invoice)) == (states.POSTED, 0)
	left = frappe.db.get_value("Payment Entry", {"party": customer.name}, "unallocated_amount")
	assert left == 70


@pytest.mark.parametrize("is_gone", [False, True])
def test_the_scheduler_finishes_a_credit_that_nobody_came_back_for(site, customer, is_gone):
	invoice = factories.make_sales_invoice(customer, rate=30)
	advance = factories.make_payment_entry(customer, 100)
	payment = paying.begin(customer, [invoice.name], use_credit="1")
	if is_gone:
		advance.reload().cancel()
	payment.db_set("creation", frappe.utils.add_to_date(None, minutes=-11), update_modified=False)
	frappe.db.commit()
	retry.run()
	state = states.CANCELLED if is_gone else states.POSTED
	assert (payment.reload().state, get_outstanding(invoice)) == (state, 30 if is_gone else 0)


def test_a_lock_that_is_held_too_long_counts_as_no_try(site, customer, monkeypatch):
	payment = paying.begin(customer, [factories.make_sales_invoice(customer, rate=30).name])

	def refuse(*_arguments):
		raise frappe.QueryTimeoutError

	with monkeypatch.context() as patched:
		patched.setattr(posting, "lock_documents", refuse)
		capture.record(payment.name, paying.make_captured(payment))
	payment.reload()
	assert (payment.state, payment.tries) == (states.PAID, 0)
	retry.run()
	assert payment.reload().state == states.POSTED


def test_a_deadlock_is_tried_again(customer, monkeypatch):
	tries = []

	def work():
		tries.append(len(tries))
		if len(tries) < locks.MOST_ATTEMPTS:
			raise frappe.QueryDeadlockError
		return "done"

	assert locks.in_new_transaction(work) == "done"
	assert tries == [0, 1, 2]
	with pytest.raises(frappe.QueryDeadlockError):
		locks.in_new_transaction(lambda: (_ for _ in ()).throw(frappe.QueryDeadlockError))


def test_an_expired_intent_frees_its_invoice_for_one_of_many(site, customer):
	invoice = factories.make_sales_invoice(customer, rate=10)
	first = paying.begin(customer, [invoice.name])
	first.db_set("expires_on", add_days(getdate(), -1))
	origin = intents.Origin(customer.name)
	works = [
		lambda: (
			intents.create(
				paying.choose(customer, [invoice.name]), paying.GATEWAY, intents.make_form_key(), origin
			)[0].name
		)
	] * 6
	results = at_once(site, works)
	assert len([result for result in results if isinstance(result, str)]) == 1
