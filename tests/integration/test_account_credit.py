"""Credit limits and their use: the same figures as ERPNext's own functions, which ask for one company at a time."""

from decimal import Decimal

import frappe
import pytest
from erpnext.selling.doctype.customer.customer import get_credit_limit, get_customer_outstanding

from customer_portal_ext.account.credit import get_credit
from tests import factories
from tests.factories.account import open_account


@pytest.fixture
def customer(db):
	return factories.make_customer()


def limit(customer, amount, company=None, bypass=0):
	customer.reload()
	company = company or factories.get_company()
	customer.append(
		"credit_limits", {"company": company, "credit_limit": amount, "bypass_credit_limit_check": bypass}
	)
	customer.save()


def assert_like_erpnext(customer):
	rows = {row["company"]: row for row in get_credit(customer.name)}
	for company in frappe.get_all("Company", pluck="name"):
		allowed = get_credit_limit(customer.name, company)
		if not allowed:
			assert company not in rows
			continue
		bypass = frappe.db.get_value(
			"Customer Credit Limit",
			{"parent": customer.name, "parenttype": "Customer", "company": company},
			"bypass_credit_limit_check",
		)
		used = get_customer_outstanding(customer.name, company, ignore_outstanding_sales_order=bool(bypass))
		assert rows[company]["limit"] == Decimal(str(allowed))
		assert float(rows[company]["used"]) == pytest.approx(used, abs=0.000001)
		assert rows[company]["available"] == rows[company]["limit"] - rows[company]["used"]
	return rows


def test_without_a_limit_there_is_nothing_to_say(customer):
	factories.make_sales_invoice(customer)
	assert assert_like_erpnext(customer) == {}


def test_invoices_orders_and_deliveries_count(customer):
	limit(customer, 100_000)
	factories.make_sales_invoice(customer)
	half = factories.make_sales_order(customer, qty=10)
	factories.invoice_order(half)
	factories.make_sales_order(customer, qty=3)
	deliver_without_order(customer, qty=4, billed=1)
	rows = assert_like_erpnext(customer)
	[row] = rows.values()
	assert 0 < row["used"] < row["limit"]


def deliver_without_order(customer, qty, billed):
	"""A delivery that names no order, one of its four already billed."""
	order = factories.make_sales_order(customer, qty=qty)
	delivery = factories.make_delivery_note(order)
	[line] = delivery.items
	frappe.db.set_value("Delivery Note Item", line.name, {"against_sales_order": None, "so_detail": None})
	before = get_credit(customer.name)[0]["used"]
	invoice = factories.make_sales_invoice(customer)
	values = {"dn_detail": line.name, "amount": line.amount * billed / qty}
	frappe.db.set_value("Sales Invoice Item", invoice.items[0].name, values)
	after = get_credit(customer.name)[0]["used"]
	billed_part = Decimal(str(delivery.base_grand_total)) * billed / qty
	assert float(after - before) == pytest.approx(float(Decimal(str(invoice.base_grand_total)) - billed_part))


def test_orders_do_not_count_where_erpnext_checks_them_at_the_invoice(customer):
	limit(customer, 1000, bypass=1)
	factories.make_sales_order(customer, qty=3)
	[row] = assert_like_erpnext(customer).values()
	assert row["used"] == 0


def test_the_groups_limit_holds_unless_the_customer_has_one(customer):
	group = frappe.get_doc(
		{
			"doctype": "Customer Group",
			"customer_group_name": f"Limited {frappe.generate_hash(length=6)}",
			"parent_customer_group": "All Customer Groups",
			"credit_limits": [{"company": factories.get_company(), "credit_limit": 750}],
		}
	).insert()
	customer.customer_group = group.name
	customer.save()
	[row] = assert_like_erpnext(customer).values()
	assert row["limit"] == 750
	limit(customer, 900)
	[row] = assert_like_erpnext(customer).values()
	assert row["limit"] == 900


def test_the_companys_limit_is_the_last_resort(customer):
	company = factories.get_company()
	frappe.db.set_value("Company", company, "credit_limit", 333)
	frappe.clear_document_cache("Company", company)
	try:
		[row] = assert_like_erpnext(customer).values()
		assert row["limit"] == 333
	finally:
		frappe.db.rollback()
		frappe.clear_document_cache("Company", company)


def test_a_passed_limit_shows_what_is_missing(http, customer):
	limit(customer, 1_000_000)
	invoice = factories.make_sales_invoice(customer)
	# lowered afterwards, which ERPNext's form refuses and an import does not
	frappe.db.set_value("Customer Credit Limit", {"parent": customer.name}, "credit_limit", 1)
	page = open_account(http, customer).get("/portal/account").text
	assert "Available credit" in page
	missing = Decimal(str(invoice.base_grand_total)) - 1
	assert f"−${missing:,.2f}" in page or f"−{missing:,.2f}" in page


def test_who_may_not_see_the_balance_sees_no_credit(http, customer):
	factories.make_sales_invoice(customer)
	limit(customer, 5000)
	policy = {"doctype": "Customer Portal Policy", "applies_to": "Customer", "party": customer.name}
	frappe.get_doc({**policy, "invoices": "Deny", "statement": "Deny"}).insert()
	page = open_account(http, customer).get("/portal/account")
	assert page.status_code == 200
	assert "Credit limit" not in page.text and "Balance due" not in page.text


def test_statements_of_the_account_page(http, customer):
	from development import measuring

	limit(customer, 5000)
	factories.make_sales_invoice(customer)
	visitor = open_account(http, customer)
	few = measuring.count(lambda: measuring.get_page(visitor, "/portal/account"))
	for _number in range(5):
		factories.make_sales_invoice(customer)
	assert measuring.count(lambda: measuring.get_page(visitor, "/portal/account")) == few <= 15
