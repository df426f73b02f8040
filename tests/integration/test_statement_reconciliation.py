"""The statement and its ageing against ERPNext's own General Ledger and Accounts Receivable reports, to the cent."""

import os
from datetime import date, timedelta
from decimal import Decimal

import frappe
import pytest
from frappe.utils import add_days, getdate

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.payments import posting, states
from customer_portal_ext.statement import ageing, ledger
from tests import factories
from tests.factories import discounts, paying
from tests.factories.booking import set_rate
from tests.factories.random_ledgers import RATES, RandomLedger
from tests.integration.erpnext_reports import (
	CENT,
	get_general_ledger,
	get_receivable_ageing,
	get_receivable_rows,
	get_receivable_total,
)
from tests.integration.one_answer import assert_one_answer

# The report adds floats up.
DUST = Decimal("0.00001")
DAYS_BACK = (-45, 0, 1, 33, 75, 130, 250)


def make_visitor(customer):
	return Visitor("token", customer, customer, (customer,), frozenset({"statement"}), "en", "test")


def get_customers_with_entries():
	"""Of the demo: a customer whom another test has left is compared by that test, or by nobody, and costs a second."""
	from development.demo_data import customers

	names = (*customers.get_names(), customers.DISABLED)
	rows = frappe.db.sql(
		"""select distinct ledger.party from `tabGL Entry` ledger
		inner join tabAccount account on account.name = ledger.account and account.account_type = 'Receivable'
		where ledger.party_type = 'Customer' and ledger.is_cancelled = 0 and ledger.party in %s""",
		(names,),
	)
	return [row[0] for row in rows]


def assert_ageing_agrees(customer, as_of):
	"""Every account of the customer on one day; returns how many were compared."""
	accounts = ageing.get_accounts(make_visitor(customer), as_of)
	for account in accounts:
		where = f"{customer}, {account['company']}, {account['currency']}, {as_of}"
		expected = get_receivable_ageing(customer, account["company"], account["currency"], as_of)
		found = {bucket["key"]: bucket["amount"].quantize(CENT) for bucket in account["buckets"]}
		assert found | {"credit": account["credit"].quantize(CENT)} == {
			key: expected.get(key, Decimal(0)) for key in (*found, "credit")
		}, where
		owed = sum(bucket["amount"] for bucket in account["buckets"])
		assert owed - account["credit"] == account["balance"], where
		assert account["overdue"] == owed - account["buckets"][0]["amount"], where
	return len(accounts)


def assert_ledger_agrees(customer, from_date, to_date):
	openings = ledger.get_openings(customer, from_date)
	for account, opening in openings.items():
		where = f"{account}, {from_date} to {to_date}"
		expected = get_general_ledger(customer, account.company, account.currency, from_date, to_date)
		totals = ledger.get_totals(account, from_date, to_date, opening)
		assert abs(opening - expected["opening"]) < DUST, where
		assert abs(totals.closing - expected["closing"]) < DUST, where
		with ledger.every_line(account, from_date, to_date, opening) as lines:
			lines = list(lines)
		balance = opening
		for line in lines:
			balance += line["debit"] - line["credit"]
			assert line["balance"] == balance, where
		assert balance == totals.closing, where
		assert len(lines) == totals.count, where
		vouchers = {line["voucher_no"] for line in expected["lines"]}
		assert {line["number"] for line in lines} <= vouchers, where
		assert sum(line["debit"] for line in lines) == totals.debit, where
		assert sum(line["credit"] for line in lines) == totals.credit, where
	return len(openings)


def test_ageing_of_every_customer_on_several_days(db):
	customers = get_customers_with_entries()
	assert len(customers) >= 8
	compared = sum(
		assert_ageing_agrees(customer, getdate() - timedelta(days=days))
		for customer in customers
		for days in DAYS_BACK
	)
	assert compared >= 40


def test_ledger_of_every_customer_in_several_periods(db):
	today = getdate()
	periods = (
		(today.replace(month=1, day=1), today),
		(today - timedelta(days=100), today - timedelta(days=20)),
		(today.replace(day=1), today + timedelta(days=60)),
	)
	customers = get_customers_with_entries()
	compared = sum(assert_ledger_agrees(customer, *period) for customer in customers for period in periods)
	assert compared >= 3 * len(customers)


@pytest.fixture
def customer(db):
	return factories.make_customer()


def assert_agrees(customer, *days):
	for day in days or (getdate(), add_days(getdate(), -40), add_days(getdate(), 40)):
		day = getdate(day)
		assert assert_ageing_agrees(customer.name, day) == 1
		assert assert_ledger_agrees(customer.name, day - timedelta(days=25), day) == 1


def get_account(customer, as_of=None):
	(account,) = ageing.get_accounts(make_visitor(customer.name), getdate(as_of))
	return account


def get_amounts(account):
	return {bucket["key"]: bucket["amount"] for bucket in account["buckets"] if bucket["amount"]}


def days_ago(days):
	return getdate() - timedelta(days=days)


def test_credit_note_that_reduces_its_invoice_and_a_refund_of_it(customer):
	invoice = factories.make_sales_invoice(customer, 500, posting_date=days_ago(50), due_date=days_ago(20))
	note = factories.make_credit_note(invoice, posting_date=days_ago(30), update_outstanding_for_self=0)
	factories.make_payment_entry(customer, 120, [invoice], posting_date=days_ago(45), references=[])
	assert note.outstanding_amount == 0
	assert_agrees(customer)
	assert get_account(customer)["balance"] == -120


def test_credit_note_standing_for_itself(customer):
	invoice = factories.make_sales_invoice(customer, 500, posting_date=days_ago(50), due_date=days_ago(20))
	factories.make_credit_note(invoice, posting_date=days_ago(30), update_outstanding_for_self=1)
	assert_agrees(customer)
	account = get_account(customer)
	assert (account["balance"], account["credit"], get_amounts(account)) == (0, 500, {"1_30": 500})


def test_payment_after_the_day_asked_about_counts_later(customer):
	invoice = factories.make_sales_invoice(customer, 300, posting_date=days_ago(60), due_date=days_ago(40))
	factories.make_payment_entry(customer, 300, [invoice], posting_date=days_ago(5))
	assert_agrees(customer, getdate(), days_ago(5), days_ago(6), days_ago(39), days_ago(50))
	assert get_amounts(get_account(customer, days_ago(6))) == {"31_60": 300}
	assert get_account(customer)["balance"] == 0


def test_advance_that_nothing_is_set_against(customer):
	factories.make_payment_entry(customer, 80, posting_date=days_ago(30))
	assert_agrees(customer, getdate(), days_ago(30))
	account = get_account(customer)
	assert (account["credit"], account["balance"], account["next_due"]) == (80, -80, None)


def test_cancelled_invoice_leaves_nothing(customer):
	factories.make_sales_invoice(customer, 10, posting_date=days_ago(30))
	cancelled = factories.make_sales_invoice(customer, 990, posting_date=days_ago(20))
	cancelled.cancel()
	assert_agrees(customer, getdate(), days_ago(19))
	assert get_account(customer)["balance"] == 10


def test_journal_entry_and_write_off(customer):
	invoice = factories.make_sales_invoice(customer, 100, posting_date=days_ago(60), due_date=days_ago(31))
	factories.make_journal_entry(
		customer, -30, posting_date=days_ago(10), reference=invoice, voucher_type="Write Off Entry"
	)
	factories.make_journal_entry(customer, 45, posting_date=days_ago(8))
	assert_agrees(customer)
	# a journal entry has no due date: it ages from its day
	assert get_amounts(get_account(customer)) == {"31_60": 70, "1_30": 45}


def test_foreign_currency_account_with_an_exchange_difference(db):
	account = factories.make_receivable_account("EUR")
	company = factories.get_company()
	customer = factories.make_customer(
		default_currency="EUR", accounts=[{"company": company, "account": account}]
	)
	invoice = factories.make_sales_invoice(
		customer, 1000, posting_date=days_ago(50), due_date=days_ago(10), currency="EUR", debit_to=account
	)
	factories.make_payment_entry(
		customer,
		400,
		[invoice],
		posting_date=days_ago(5),
		paid_from=account,
		paid_from_account_currency="EUR",
		source_exchange_rate=1.5,
		received_amount=600,
		base_paid_amount=600,
	)
	assert_agrees(customer)
	(found,) = ageing.get_accounts(make_visitor(customer.name), getdate())
	assert (found["currency"], found["balance"], get_amounts(found)) == ("EUR", 600, {"1_30": 600})
	lines = get_lines(customer, days_ago(60), getdate())
	# the exchange difference is the company's own business: its journal entry moves nothing in euros
	assert [line["kind"] for line in lines] == ["invoice", "payment"]


def make_instalments(*parts):
	return [
		{"due_date": due, "invoice_portion": portion, "payment_amount": amount}
		for due, portion, amount in parts
	]


def test_instalments_age_by_their_own_due_dates(customer):
	schedule = make_instalments(
		(days_ago(40), 50, 300), (days_ago(10), 25, 150), (getdate() + timedelta(days=20), 25, 150)
	)
	invoice = factories.make_sales_invoice(
		customer, 600, posting_date=days_ago(50), due_date=add_days(getdate(), 20), payment_schedule=schedule
	)
	assert len(invoice.payment_schedule) == 3
	assert_agrees(customer)
	account = get_account(customer)
	assert get_amounts(account) == {"31_60": 300, "1_30": 150, "not_due": 150}
	assert account["next_due"] == {"date": add_days(getdate(), 20), "amount": 150}

	factories.make_payment_entry(customer, 320, [invoice], posting_date=days_ago(2))
	assert_agrees(customer)
	assert get_amounts(get_account(customer)) == {"1_30": 130, "not_due": 150}
	# by the invoice's one due date the report finds the same sum, all of it not due
	company, currency = account["company"], account["currency"]
	assert get_receivable_total(customer.name, company, currency, getdate()) == 280
	assert len(get_receivable_rows(customer.name, company, currency, getdate(), by_terms=True)) == 2


def test_point_of_sale_invoice_shows_what_was_paid_at_once(customer):
	company = factories.get_company()
	cash = frappe.db.get_value("Account", {"company": company, "account_type": "Cash", "is_group": 0})
	if not frappe.db.get_value("Mode of Payment Account", {"parent": "Cash", "company": company}):
		mode = frappe.get_doc("Mode of Payment", "Cash")
		mode.append("accounts", {"company": company, "default_account": cash})
		mode.save()
	factories.make_sales_invoice(
		customer,
		90,
		posting_date=days_ago(3),
		is_pos=1,
		payments=[{"mode_of_payment": "Cash", "amount": 90, "account": cash}],
	)
	assert_agrees(customer, getdate())
	(line,) = get_lines(customer, days_ago(10), getdate())
	assert (line["debit"], line["credit"], line["balance"]) == (90, 90, 0)


def test_payment_of_two_invoices_is_one_line(customer):
	invoices = [
		factories.make_sales_invoice(customer, amount, posting_date=days_ago(9)) for amount in (40, 60)
	]
	factories.make_payment_entry(customer, 100, invoices, posting_date=days_ago(4))
	assert [(line["kind"], line["credit"]) for line in get_lines(customer, days_ago(5), getdate())] == [
		("payment", 100)
	]


def test_entries_of_another_finance_book_belong_to_no_statement(customer):
	factories.make_journal_entry(customer, 10, posting_date=days_ago(4))
	book = frappe.get_doc({"doctype": "Finance Book", "finance_book_name": "Tax Test"}).insert()
	factories.make_journal_entry(customer, 5, posting_date=days_ago(3), finance_book=book.name)
	assert assert_ledger_agrees(customer.name, days_ago(20), getdate()) == 1
	account = get_account(customer)
	assert (account["balance"], get_amounts(account)) == (10, {"1_30": 10})


def get_lines(customer, from_date: date, to_date: date):
	((account, opening),) = ledger.get_openings(customer.name, from_date).items()
	_totals, _page, lines = ledger.get_page(
		account, from_date, to_date, opening, 100, 1, frozenset({"invoices"})
	)
	return lines


# More of them: PORTAL_RANDOM_LEDGERS=0-300 ./portal test integration -- tests/integration/test_statement_reconciliation.py
FIRST, LAST = map(int, os.environ.get("PORTAL_RANDOM_LEDGERS", "0-8").split("-"))


@pytest.fixture
def every_currency(portal_settings):
	"""Paying is switched on for the currencies of random ledgers, with today's rates, and discounts can be booked."""
	before = frappe.db.get_value("Company", factories.get_company(), "default_discount_account")
	discounts.make_discount_account()
	for currency, rate in RATES.items():
		set_rate(currency, rate)
	rows = [paying.make_gateway(currency=currency, for_currency=currency) for currency in (None, *RATES)]
	values = {"allow_payments": 1, "allow_partial_payments": 1, "smallest_payment": 0}
	portal_settings(payment_gateways=rows, **values)
	frappe.db.commit()
	yield
	frappe.db.rollback()
	discounts.set_company(factories.get_company(), default_discount_account=before)
	frappe.db.commit()


@pytest.mark.parametrize("seed", range(FIRST, LAST))
def test_a_random_ledger_is_one_answer_and_can_be_paid(seed, every_currency):
	"""Overview, list, invoice page, pay page, statement and Accounts Receivable say the same; and all that is offered can be paid."""
	made = RandomLedger(seed)
	customer = made.customer.name
	said = f"seed {seed}: {made.said}"
	with_report = not made.has_fractions
	offered = assert_one_answer(customer, with_report, said)
	assert_ledger_agrees(customer, days_ago(25), getdate())
	use_credit = "1" if seed % 2 else ""
	for place in offered:
		if not offered[place]["parts"]:
			continue
		payment = paying.begin(made.customer, of="all", use_credit=use_credit)
		if payment.amount_minor:
			payment = paying.capture_payment(payment)
		else:
			posting.post_credits(payment.name)
			payment.reload()
		assert (payment.state, payment.attention_reason) == (states.POSTED, None), said
	left = assert_one_answer(customer, with_report=False, said=said)
	assert not [parts for account in left.values() for parts in account["parts"].values()], said
