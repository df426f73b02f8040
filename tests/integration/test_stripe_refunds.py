"""Refunds and disputes made in Stripe: recorded once, put before staff, a draft that books them, nothing submitted."""

import frappe
import pytest
from frappe.utils import add_to_date, flt

from customer_portal_ext.payments import capture, follow_up, states
from tests import factories
from tests.factories.stripe_site import fresh
from tests.integration.test_stripe_payments import get_ledger, get_outstanding

REVERSAL = "Portal Payment Reversal"


@pytest.fixture
def invoice(customer):
	return factories.make_sales_invoice(customer, rate=120.5)


@pytest.fixture
def paid(stripe, customer, invoice):
	payment = stripe.begin(customer, [invoice.name])
	stripe.account.pay(payment.provider_reference)
	assert set(stripe.deliver_all()) == {200}
	payment = fresh(payment)
	assert (payment.state, payment.last_error) == (states.POSTED, None)
	return payment


def get_reversals(payment):
	frappe.db.rollback()
	return frappe.get_all(
		REVERSAL,
		{"portal_payment": payment.name},
		[
			"name",
			"kind",
			"provider_reference",
			"provider_status",
			"amount",
			"state",
			"journal_entry",
			"error",
		],
		order_by="creation",
	)


def get_lines(entry):
	rows = frappe.get_doc("Journal Entry", entry).accounts
	return [
		(row.account, row.party, row.debit_in_account_currency, row.credit_in_account_currency)
		for row in rows
	]


def test_a_whole_refund(stripe, customer, invoice, paid):
	refund = stripe.account.refund(paid.provider_payment)
	assert set(stripe.deliver_all()) == {200}
	payment = fresh(paid)
	assert payment.state == states.NEEDS_ATTENTION
	assert payment.refunded_minor == 12050
	(row,) = get_reversals(payment)
	assert (row.kind, row.provider_reference, row.amount, row.state) == (
		"Refund",
		refund["id"],
		120.5,
		"Drafted",
	)
	assert payment.reversing_entry == row.journal_entry
	assert refund["id"] in payment.attention_reason and row.journal_entry in payment.attention_reason
	entry = frappe.get_doc("Journal Entry", row.journal_entry)
	assert (entry.docstatus, entry.cheque_no) == (0, refund["id"])
	assert get_lines(entry.name) == [
		(invoice.debit_to, customer.name, 120.5, 0),
		(stripe.get_row()["account"], None, 0, 120.5),
	]
	assert get_ledger(entry.name) == {}, "a draft books nothing"
	assert get_outstanding(invoice) == 0, "whether it is owed again is for a person to say"


def test_the_draft_can_be_submitted(stripe, invoice, paid):
	stripe.account.refund(paid.provider_payment, 2050)
	stripe.deliver_all()
	entry = frappe.get_doc("Journal Entry", get_reversals(paid)[0].journal_entry)
	entry.submit()
	assert get_ledger(entry.name) == {invoice.debit_to: 20.5, stripe.get_row()["account"]: -20.5}


def test_two_partial_refunds_are_two_drafts(stripe, paid):
	stripe.account.refund(paid.provider_payment, 1000)
	stripe.deliver_all()
	stripe.account.refund(paid.provider_payment, 2000)
	stripe.deliver_all()
	payment = fresh(paid)
	assert [(row.amount, row.state) for row in get_reversals(payment)] == [(10, "Drafted"), (20, "Drafted")]
	assert payment.refunded_minor == 3000


def test_the_same_refund_told_by_every_event_is_one_draft(stripe, paid):
	refund = stripe.account.refund(paid.provider_payment, 1000)
	events = [*stripe.account.outbox]
	for event in [*events, *reversed(events)] * 3:
		assert stripe.deliver(event) == 200
	assert len(get_reversals(paid)) == 1
	assert frappe.db.count("Journal Entry", {"cheque_no": refund["id"]}) == 1
	assert fresh(paid).attention_reason.count(refund["id"]) == 1


def test_what_staff_have_settled_stays_settled(stripe, paid):
	stripe.account.refund(paid.provider_payment, 1000)
	events = [*stripe.account.outbox]
	stripe.deliver(events[0])
	frappe.db.set_value("Portal Payment", paid.name, {"settled_on": add_to_date(None, minutes=-1)})
	frappe.db.commit()
	stripe.deliver(events[1])
	assert fresh(paid).settled_on, "the same refund, told again, is no news"


def test_a_refund_that_fails_takes_its_draft_away(stripe, paid):
	refund = stripe.account.refund(paid.provider_payment, 1000, status="pending")
	stripe.deliver_all()
	entry = get_reversals(paid)[0].journal_entry
	stripe.account.fail_refund(refund["id"])
	assert set(stripe.deliver_all()) == {200}
	(row,) = get_reversals(paid)
	assert (row.state, row.provider_status, row.journal_entry) == ("Withdrawn", "failed", None)
	assert not frappe.db.exists("Journal Entry", entry)
	payment = fresh(paid)
	assert (payment.refunded_minor, payment.reversing_entry) == (0, None)


def test_a_refund_that_fails_after_its_entry_was_submitted(stripe, paid):
	refund = stripe.account.refund(paid.provider_payment, 1000)
	stripe.deliver_all()
	entry = get_reversals(paid)[0].journal_entry
	frappe.get_doc("Journal Entry", entry).submit()
	frappe.db.commit()
	stripe.account.fail_refund(refund["id"])
	stripe.deliver_all()
	assert frappe.db.get_value("Journal Entry", entry, "docstatus") == 1
	assert f"{entry} has been submitted: reverse it." in fresh(paid).attention_reason


def test_a_dispute_won(stripe, paid):
	dispute = stripe.account.open_dispute(paid.provider_payment)
	stripe.deliver_all()
	(row,) = get_reversals(paid)
	assert (row.kind, row.provider_status, row.state) == ("Dispute", "needs_response", "Drafted")
	assert fresh(paid).state == states.NEEDS_ATTENTION
	stripe.account.close_dispute(dispute["id"], is_won=True)
	stripe.deliver_all()
	(row,) = get_reversals(paid)
	assert (row.provider_status, row.state, row.journal_entry) == ("won", "Withdrawn", None)
	assert frappe.db.count("Journal Entry", {"cheque_no": dispute["id"]}) == 0
	assert fresh(paid).refunded_minor == 0


def test_a_dispute_lost(stripe, paid):
	dispute = stripe.account.open_dispute(paid.provider_payment, 5000)
	stripe.account.close_dispute(dispute["id"], is_won=False)
	stripe.deliver_all(order=lambda events: list(reversed(events)))
	(row,) = get_reversals(paid)
	assert (row.amount, row.provider_status, row.state) == (50, "lost", "Drafted")
	assert frappe.db.count("Journal Entry", {"cheque_no": dispute["id"], "docstatus": 0}) == 1
	assert "lost" in fresh(paid).attention_reason


def test_an_inquiry_moves_no_money(stripe, paid):
	dispute = stripe.account.open_dispute(paid.provider_payment)
	dispute["status"] = "warning_needs_response"
	stripe.deliver_all()
	(row,) = get_reversals(paid)
	assert (row.provider_status, row.state, row.journal_entry) == ("warning_needs_response", "Open", None)
	assert fresh(paid).state == states.NEEDS_ATTENTION
	dispute["status"] = "needs_response"
	stripe.account.note("charge.dispute.updated", dispute)
	stripe.deliver_all()
	assert get_reversals(paid)[0].state == "Drafted", "it has become a dispute"


def test_no_event_tells_of_a_refund(stripe, paid):
	stripe.account.refund(paid.provider_payment, 1000)
	stripe.account.outbox.clear()
	follow_up.run()
	assert [row.amount for row in get_reversals(paid)] == [10]
	follow_up.run()
	assert len(get_reversals(paid)) == 1


def test_refunded_before_the_payment_is_known(stripe, customer, invoice):
	"""The event about the refund finds no payment yet; asking about the payment finds the refund."""
	payment = stripe.begin(customer, [invoice.name])
	stripe.account.pay(payment.provider_reference)
	stripe.account.refund(stripe.account.sessions[payment.provider_reference]["payment_intent"], 2000)
	assert set(stripe.deliver_all(order=lambda events: list(reversed(events)))) == {200}
	payment = fresh(payment)
	assert (payment.captured_minor, payment.refunded_minor) == (12050, 2000)
	assert payment.payment_entry and get_outstanding(invoice) == 0
	assert [row.state for row in get_reversals(payment)] == ["Drafted"]


def test_no_draft_where_none_can_be_made(stripe, paid):
	"""The refund is recorded all the same, with the reason."""
	refund = stripe.account.refund(paid.provider_payment, 1000)
	refund["currency"] = "eur"
	assert set(stripe.deliver_all()) == {200}
	(row,) = get_reversals(paid)
	assert (row.state, row.amount, row.journal_entry) == ("Open", 10, None)
	assert row.error == "It is in EUR, the payment was in USD."
	assert "No draft could be made: It is in EUR" in fresh(paid).attention_reason
	assert frappe.db.count("Journal Entry", {"cheque_no": refund["id"]}) == 0


def test_a_refund_in_another_currency_account(stripe, customer):
	"""Paid in euros, cleared in dollars: the draft goes back at the Payment Entry's rate."""
	from tests.factories.booking import set_rate

	set_rate("EUR", 1.25)
	account = factories.make_receivable_account("EUR")
	invoice = factories.make_sales_invoice(customer, rate=100, currency="EUR", debit_to=account)
	stripe.set_up()
	payment = stripe.begin(customer, [invoice.name])
	stripe.account.pay(payment.provider_reference)
	stripe.deliver_all()
	payment = fresh(payment)
	assert payment.state == states.POSTED and get_outstanding(invoice) == 0
	set_rate("EUR", 1.5)
	frappe.db.commit()
	stripe.account.refund(payment.provider_payment, 4000)
	stripe.deliver_all()
	(row,) = get_reversals(payment)
	entry = frappe.get_doc("Journal Entry", row.journal_entry)
	assert get_lines(entry.name) == [
		(account, customer.name, 40, 0),
		(stripe.get_row()["account"], None, 0, 50),
	]
	assert flt(entry.total_debit) == flt(entry.total_credit) == 50


def test_money_of_an_expired_payment_counts_as_money(stripe, customer, invoice):
	"""It came after all: recorded and posted; capture.py decides, whoever tells it."""
	payment = stripe.begin(customer, [invoice.name])
	capture.expire(payment.name)
	stripe.account.pay(payment.provider_reference)
	stripe.deliver_all()
	payment = fresh(payment)
	assert (payment.state, payment.captured_minor) == (states.POSTED, 12050)
	assert get_outstanding(invoice) == 0
