"""The budgets that hold on any machine: statements and bytes. Times are measured by ``./portal measure``."""

import frappe
import pytest

from development import growth, measuring
from tests import factories

LIST_STATEMENTS = 12
INVOICE_STATEMENTS = 15
FIRST_VISIT_BYTES = 45 * 1024
INVOICES = 120
CUSTOMER = "Budget Customer"


@pytest.fixture
def account(db, http):
	"""A visitor of a customer with more than a page of invoices: the client and one invoice's name."""
	from customer_portal_ext.access import tokens

	if not frappe.db.exists("Customer", CUSTOMER):
		make_invoices()
	assert http.open_link(tokens.get_link(tokens.get_or_issue(CUSTOMER))).status_code == 200
	return http, frappe.db.get_value("Sales Invoice", {"customer": CUSTOMER})


def make_invoices():
	"""One invoice that ERPNext made and copies of it; all tests of this file share them."""
	customer = factories.make_customer(CUSTOMER, email="budget@example.com")
	invoice = factories.make_sales_invoice(customer)
	growth.copy_voucher(growth.Copies("Sales Invoice", invoice.name, "BUDGET-"), INVOICES)


@pytest.mark.parametrize("size", [20, 50, 100])
def test_statements_of_a_list_do_not_depend_on_its_size(account, size):
	client, _ = account
	count = measuring.count(lambda: measuring.get_page(client, f"/portal/invoices?size={size}"))
	assert count <= LIST_STATEMENTS


def test_statements_of_one_invoice(account):
	client, invoice = account
	assert (
		measuring.count(lambda: measuring.get_page(client, f"/portal/invoices/{invoice}"))
		<= INVOICE_STATEMENTS
	)


def test_bytes_of_a_first_visit(account):
	client, _ = account
	visit = measuring.get_first_visit(client, "/portal")
	assert visit["files"] >= 2, "the page names its style sheet and its script"
	assert visit["html"] + visit["assets"] <= FIRST_VISIT_BYTES
