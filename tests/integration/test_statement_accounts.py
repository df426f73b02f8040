"""What belongs to one account of a statement and what does not, what an early payer was let off, and a file made once."""

from decimal import Decimal

import frappe
import pytest
from frappe.utils import add_days, getdate

from customer_portal_ext.statement import ageing, exports, ledger
from customer_portal_ext.statement.ledger import Account
from tests import factories
from tests.factories.terms import HALVES, make_in_instalments, pay_instalment
from tests.integration.one_answer import assert_one_answer, make_visitor


@pytest.fixture
def other_company(db):
	"""Another company in the currency of the first."""
	company = factories.get_company()
	currency = frappe.get_cached_value("Company", company, "default_currency")
	return next(
		name
		for name in frappe.get_all("Company", {"default_currency": currency}, pluck="name", order_by="name")
		if name != company
	)


def read_account(account, from_date, to_date):
	"""Opening, totals and lines of a period."""
	opening = ledger.get_openings(account.customer, from_date)[account]
	totals = ledger.get_totals(account, from_date, to_date, opening)
	with ledger.every_line(account, from_date, to_date, opening) as lines:
		return opening, totals, [(line["number"], line["debit"] - line["credit"]) for line in lines]


def test_two_companies_in_one_currency_are_two_accounts(customer, other_company):
	today, before = getdate(), add_days(getdate(), -60)
	companies = {factories.get_company(): (10, 1), other_company: (200, 20)}
	made = {
		company: [
			factories.make_sales_invoice(customer, rate=rate, posting_date=day, company=company)
			for rate, day in zip(rates, (before, today), strict=True)
		]
		for company, rates in companies.items()
	}
	for company, (earlier, later) in companies.items():
		account = Account(customer.name, company, "USD")
		opening, totals, lines = read_account(account, add_days(today, -30), today)
		assert (opening, totals.debit, totals.closing) == (earlier, later, earlier + later)
		assert lines == [(made[company][1].name, later)]
		age = ageing.get_account_ageing(customer.name, company, "USD", today, totals.closing)
		assert (age.buckets["31_60"], age.buckets["not_due"], age.balance) == (earlier, later, totals.closing)
	found = ageing.get_accounts(make_visitor(customer.name), today)
	assert {account["company"]: (account["balance"], account["overdue"]) for account in found} == {
		company: (sum(rates), rates[0]) for company, rates in companies.items()
	}


def test_a_discount_for_paying_early_is_paid_of_its_instalment(customer):
	invoice = make_in_instalments(customer, 100, HALVES)
	first, second = invoice.payment_schedule
	first.db_set({"discount_type": "Percentage", "discount": 2})
	pay_instalment(invoice, 1)
	first.reload()
	assert (first.paid_amount, first.discounted_amount, first.outstanding) == (48, 2, 0)
	(account,) = ageing.get_accounts(make_visitor(customer.name), getdate())
	assert (account["overdue"], account["next_due"]) == (0, {"date": second.due_date, "amount": 50})
	assert_one_answer(customer.name)


@pytest.fixture
def export(customer):
	factories.make_sales_invoice(customer, rate=Decimal("12.5"))
	return frappe.get_doc(
		{
			"doctype": exports.DOCTYPE,
			"customer": customer.name,
			"company": factories.get_company(),
			"currency": "USD",
			"from_date": getdate(),
			"to_date": getdate(),
			"format": "csv",
			"language": "en",
			"total": 1,
			"request_key": frappe.generate_hash(),
		}
	).insert()


@pytest.mark.parametrize("status", ["Running", "Ready", "Failed"])
def test_a_second_job_of_an_export_makes_nothing(export, status):
	exports.run(export.name)
	path = exports.get_path(export.reload().file)
	path.write_text("as it was")
	export.db_set({"status": status, "request_key": "kept"})
	exports.run(export.name)
	export.reload()
	assert (path.read_text(), export.status, export.request_key) == ("as it was", status, "kept")
