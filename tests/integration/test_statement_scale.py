"""The statement of 10,000 ledger rows: few SQL statements, flat memory, quicker than ERPNext's two reports."""

import time
import tracemalloc

import frappe
import pytest
from frappe.utils import getdate

from customer_portal_ext.access import tokens
from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.statement import ageing, document, files, ledger, page
from tests import factories
from tests.factories.ledgers import make_long_ledger
from tests.integration.erpnext_reports import get_general_ledger, get_receivable_rows

PAGE_STATEMENTS = 12
TIMES_QUICKER = 5


def make_visitor(customer):
	return Visitor(
		"token", customer.name, customer.name, (customer.name,), frozenset({"statement"}), "en", "x"
	)


@pytest.fixture(scope="module")
def made():
	return {}


@pytest.fixture
def customer(db, made):
	"""Of 10,000 ledger rows, which are made once for this file."""
	if not made:
		customer = factories.make_customer()
		make_long_ledger(customer, 10_200)
		frappe.db.commit()
		made.update(name=customer.name)
	return frappe.get_doc("Customer", made["name"])


def test_every_page_continues_where_the_last_one_ended(customer):
	visitor, balance, number, seen = make_visitor(customer), None, 1, 0
	for number in (1, 2, 50, 51, 100):
		figures = page.get_page(visitor, {"page": str(number)})
		statement = figures["statement"]
		assert len(statement["lines"]) == 100
		if number in (2, 51):
			assert statement["brought_forward"] == balance
		balance = statement["lines"][-1]["balance"]
		seen += 1
	assert figures["paging"]["total"] == 10_000 and statement["is_last_page"]
	assert balance == statement["closing"] == figures["ageing"]["balance"]


def test_statements_of_a_page_and_of_the_dashboards_figures(http, customer):
	from development import measuring

	factories.make_address(customer)
	frappe.db.set_value(
		"Customer", customer.name, {"primary_address": None, "customer_primary_address": None}
	)
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	count = measuring.count(lambda: measuring.get_page(http, "/portal/statement?page=40"))
	assert count <= PAGE_STATEMENTS
	assert measuring.count(lambda: ageing.get_accounts(make_visitor(customer), getdate())) <= 3


def test_quicker_than_the_two_reports(customer):
	visitor, today = make_visitor(customer), getdate()
	((account, _opening),) = ledger.get_openings(customer.name, today).items()
	ours, theirs = [], []
	for _ in range(3):
		started = time.perf_counter()
		page.get_page(visitor, {"page": "40"})
		ours.append(time.perf_counter() - started)
		started = time.perf_counter()
		get_general_ledger(
			customer.name, account.company, account.currency, today.replace(month=1, day=1), today
		)
		get_receivable_rows(customer.name, account.company, account.currency, today, by_terms=False)
		theirs.append(time.perf_counter() - started)
	assert sorted(ours)[1] * TIMES_QUICKER <= sorted(theirs)[1], (ours, theirs)


def test_memory_is_flat(customer):
	def get_peak(customer):
		((account, _opening),) = ledger.get_openings(customer.name, getdate()).items()
		statement = document.get_statement(account, getdate().replace(month=1, day=1), getdate())
		page.get_page(make_visitor(customer), {})
		tracemalloc.start()
		page.get_page(make_visitor(customer), {})
		with files.write(statement, "csv") as stream:
			length = stream.seek(0, 2)
		peak = tracemalloc.get_traced_memory()[1] - length
		tracemalloc.stop()
		return peak

	other = factories.make_customer()
	make_long_ledger(other, 1_000)
	small, large = get_peak(other), get_peak(customer)
	assert large < 2 * small + 1_000_000, (small, large)


def test_the_customers_own_rows_are_read_by_index(db):
	"""On a table of many customers, that is: on one that one customer fills, reading it whole is the quicker way."""
	for _ in range(8):
		make_long_ledger(factories.make_customer(), 1_000)
	customer = factories.make_customer()
	make_long_ledger(customer, 300)
	((account, _opening),) = ledger.get_openings(customer.name, getdate()).items()
	values = ledger.get_values(account, getdate().replace(month=1, day=1), getdate()) | {
		"as_of": getdate(),
		"limit": 100,
		"offset": 0,
	}
	for statement in (ledger.ACCOUNTS, ledger.TOTALS, ledger.LINES, ageing.BALANCES, ageing.OPEN_ITEMS):
		plan = frappe.db.sql(f"explain {statement}", values, as_dict=True)
		(first,) = [row for row in plan if row.table == "ledger"][-1:]
		assert (first.key or "").startswith("party"), plan
