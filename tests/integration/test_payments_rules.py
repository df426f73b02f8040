"""Smaller rules of payments, one by one: where money is booked, who is told, how small a part may be, what went back."""

from datetime import timedelta
from decimal import Decimal

import frappe
import pytest
from frappe.utils import add_days, getdate, now_datetime

from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.payments import (
	capture,
	deposits,
	gateway_accounts,
	limits,
	orders,
	part_payment,
	posting,
	retry,
	reversals,
	states,
	stripe_events,
	stripe_session,
	telling,
)
from customer_portal_ext.payments.stripe_refunds import Reversal
from tests import factories
from tests.factories import paying
from tests.factories.booking import get_outstanding, set_rate
from tests.factories.paying import make_due
from tests.factories.users import make_user
from tests.integration.test_payments_deposits import accept, begin


@pytest.fixture
def payment(customer, allow):
	return paying.begin(customer, [make_due(customer, 0).name])


# Posting


def test_a_try_that_ends_after_it_was_posted_counts_for_nothing(payment):
	payment = paying.capture_payment(payment)
	posting.put_off(payment.name, "too late")
	payment.reload()
	assert (payment.state, payment.tries, payment.last_error) == (states.POSTED, 0, None)


def test_money_for_a_payment_that_a_person_looks_at_waits_for_them(payment):
	capture.need_attention(payment.name, "The bank has a question.")
	payment = paying.capture_payment(payment)
	assert (payment.state, payment.captured_minor) == (states.NEEDS_ATTENTION, 10000)
	assert payment.attention_reason == "The bank has a question."
	assert paying.get_entries(payment) == []


@pytest.mark.parametrize("fee", [10000, 12000])
def test_a_fee_that_leaves_nothing_is_not_deducted(customer, allow, fee):
	allow(payment_gateways=[paying.make_gateway(fee_account=paying.make_fee_account())])
	invoice = make_due(customer, 0)
	payment = paying.capture_payment(paying.begin(customer, [invoice.name]), fee_minor=fee)
	assert (payment.state, get_outstanding(invoice)) == (states.POSTED, 0)
	entry = frappe.get_doc("Payment Entry", payment.payment_entry)
	assert (entry.paid_amount, entry.received_amount, entry.deductions) == (100, 100, [])


def test_a_payment_by_credit_alone_is_left_to_its_visitor_for_a_while(customer, allow, monkeypatch):
	monkeypatch.setattr(retry, "MOST_AT_ONCE", 100_000)
	invoice = make_due(customer, 0)
	factories.make_payment_entry(customer, 100)
	payment = paying.begin(customer, [invoice.name], use_credit="1")
	assert payment.name not in retry.get_unfinished_credits()
	before = now_datetime() - timedelta(minutes=limits.PATIENCE_MINUTES, seconds=1)
	payment.db_set("creation", before, update_modified=False)
	assert payment.name in retry.get_unfinished_credits()


# Where the money is booked


def get_row_for(monkeypatch, *rows, company="Ours", currency="EUR"):
	"""The account of the row that counts; of each, the gateway is "Card"."""
	made = [
		frappe._dict(payment_gateway=gateway, company=of, for_currency=its, enabled=enabled, account=account)
		for account, gateway, of, its, enabled in rows
	]
	for number, row in enumerate(made, 1):
		row.idx = number
	settings = frappe._dict(payment_gateways=made)
	monkeypatch.setattr(gateway_accounts, "get_settings", lambda: settings)
	return gateway_accounts.get("Card", company, currency).account


def test_money_is_booked_by_the_gateways_row_of_its_company_and_currency(db, monkeypatch):
	ours = ("any", "Card", "Ours", None, 1)
	assert get_row_for(monkeypatch, ("theirs", "Card", "Theirs", "EUR", 1), ours) == "any"
	assert get_row_for(monkeypatch, ("other", "Wallet", "Ours", "EUR", 1), ours) == "any"
	assert get_row_for(monkeypatch, ("dollars", "Card", "Ours", "USD", 1), ours) == "any"
	assert get_row_for(monkeypatch, ours, ("euros", "Card", "Ours", "EUR", 1)) == "euros"
	# a row that was switched off says where money went that came before, and gives way to one that is on
	assert get_row_for(monkeypatch, ("off", "Card", "Ours", "", 0), ours) == "any"
	assert get_row_for(monkeypatch, ("off", "Card", "Ours", "EUR", 0)) == "off"
	for row in (("theirs", "Card", "Theirs", "EUR", 1), ("dollars", "Card", "Ours", "USD", 1)):
		with pytest.raises(frappe.ValidationError, match="no account"):
			get_row_for(monkeypatch, row)


# Who is told


def test_staff_who_may_see_a_payment_are_told_of_it_and_nobody_else(payment):
	manager = make_user("Accounts Manager", "Customer Portal Manager")
	seller = make_user("Sales User")
	website_user = make_user("Customer")
	assert telling.may_see(manager, payment)
	assert not telling.may_see(seller, payment)
	assert not telling.may_see(website_user, payment)
	frappe.db.set_value("Customer", payment.customer, "account_manager", manager)
	assert manager in telling.get_responsible(payment)
	frappe.db.set_value("User", manager, "enabled", 0)
	assert not telling.may_see(manager, payment)
	assert manager not in telling.get_responsible(payment)


# How small a part


def test_credit_that_pays_a_part_by_itself_may_be_of_any_size(customer, allow):
	allow(smallest_payment=15)
	invoice = make_due(customer, 0)
	factories.make_payment_entry(customer, 10)
	chosen = paying.choose(customer, [invoice.name], use_credit="1", **{f"amount-{invoice.name}": "10"})
	assert (chosen.total, chosen.credit_amount, chosen.amount) == (10, 10, 0)
	with pytest.raises(InvalidInput, match="smallest"):
		paying.choose(customer, [invoice.name], use_credit="1", **{f"amount-{invoice.name}": "20"})


def test_the_smallest_payment_is_rounded_up(db, portal_settings):
	portal_settings(smallest_payment=10)
	set_rate("EUR", 1.5)
	assert part_payment.get_smallest(factories.get_company(), "EUR") == Decimal("6.67")
	assert part_payment.get_smallest(factories.get_company(), "USD") == 10


# Orders and their deposits


@pytest.fixture
def deposit(portal_settings):
	portal_settings(allow_payments=1, deposit_percent=20, payment_gateways=[paying.make_gateway()])


def test_what_is_open_of_an_order_is_its_own_customers(customer):
	order = factories.make_sales_order(customer, rate=500)
	assert orders.get_open(order.name, customer.name, "USD") == 500
	assert orders.get_open(order.name, factories.make_customer().name, "USD") == 0
	assert orders.get_open("none", customer.name, "USD") == 0
	order.update_status("Closed")
	assert orders.get_open(order.name, customer.name, "USD") == 0
	order.update_status("Draft")
	assert orders.get_open(order.name, customer.name, "USD") == 500
	order.reload().cancel()
	assert orders.get_open(order.name, customer.name, "USD") == 0


def test_a_deposit_is_for_the_account_it_was_chosen_for(customer, deposit):
	quotation, order = accept(customer)
	chosen = deposits.get(quotation.name)
	deposits.require_still_wanted(chosen)
	payment = begin(quotation)
	order.db_set("company", "Nordwind GmbH")
	with pytest.raises(InvalidInput, match="no longer asked for"):
		deposits.require_still_wanted(chosen)
	assert payment.state == states.INITIATED


# What went back


def make_reversal(**values):
	facts = {
		"kind": "Refund",
		"reference": f"re_{frappe.generate_hash()}",
		"status": "succeeded",
		"amount_minor": 4000,
		"currency": "USD",
		"reason": "",
		"happened_on": now_datetime(),
		"moves_money": True,
		"is_undone": False,
	}
	return Reversal(**{**facts, **values})


def test_another_amount_of_a_refund_is_news(payment):
	payment = paying.capture_payment(payment)
	first = make_reversal()
	assert "is a draft" in reversals.record(payment, first)
	assert reversals.record(payment, first) is None
	assert "Check the amount" in reversals.record(
		payment, make_reversal(reference=first.reference, amount_minor=4500)
	)
	assert reversals.get_refunded_minor(payment.name) == 4500


def test_what_is_disputed_is_not_what_was_refunded(payment):
	payment = paying.capture_payment(payment)
	reversals.record(payment, make_reversal())
	reversals.record(payment, make_reversal(kind="Dispute", status="needs_response", amount_minor=10000))
	failed = make_reversal(status="failed", amount_minor=500, moves_money=False, is_undone=True)
	reversals.record(payment, failed)
	assert reversals.get_refunded_minor(payment.name) == 4000


def test_a_draft_that_is_refused_leaves_nothing(payment, monkeypatch):
	payment = paying.capture_payment(payment)
	title = frappe.generate_hash()

	def make_half(*_arguments):
		frappe.get_doc({"doctype": "Note", "title": title}).insert()
		frappe.throw("Not on this account")

	monkeypatch.setattr(reversals, "make_entry", make_half)
	said = reversals.record(payment, make_reversal())
	assert "Not on this account" in said
	assert not frappe.db.exists("Note", {"title": title})
	row = frappe.get_last_doc(reversals.DOCTYPE, {"portal_payment": payment.name})
	assert (row.state, row.journal_entry, row.error) == (reversals.OPEN, None, "Not on this account")


# What an event is about


def test_a_payment_that_knows_its_session_is_found_by_no_other(payment):
	metadata = stripe_session.get_metadata(payment)
	assert stripe_events.find_named(metadata) == payment.name
	for changed in ({"portal_intent": "another site's"}, {"portal_payment": "none"}, {"portal_payment": ""}):
		assert stripe_events.find_named(metadata | changed) is None
	capture.set_processing(payment.name, provider_reference=f"cs_test_{frappe.generate_hash()}")
	assert stripe_events.find_named(metadata) is None


def test_an_event_is_left_alone_while_it_may_be_worked_on_and_given_up_in_the_end(payment):
	def keep(**ago):
		kept = frappe.get_doc(
			{
				"doctype": stripe_events.DOCTYPE,
				"gateway": paying.GATEWAY,
				"event_id": f"evt_{frappe.generate_hash()}",
				"event_type": "refund.created",
				"portal_payment": payment.name,
				"received_on": now_datetime() - timedelta(**ago),
				"state": stripe_events.FAILED,
			}
		).insert()
		# the ones tried longest ago first
		kept.db_set("modified", add_days(getdate(), -100), update_modified=False)
		return kept.name

	fresh, due, old = keep(minutes=1), keep(minutes=6), keep(days=31)
	unfinished = stripe_events.get_unfinished()
	assert due in unfinished and not {fresh, old} & set(unfinished)
