"""A document's page: figures that add up, how it was paid, what stands around it, and nothing internal."""

from decimal import Decimal

import frappe
import pytest
from frappe.utils import add_days, getdate

from development.demo_data import customers
from tests import factories

VAT = {
	"charge_type": "On Net Total",
	"rate": 8,
	"description": "Sales Tax",
}


def visitor_of(*customers, capabilities=None, scope=None):
	from customer_portal_ext.access.policy import CAPABILITIES
	from customer_portal_ext.access.visitor import Visitor

	return Visitor(
		kind="token",
		customer=customers[0].name,
		customer_name=customers[0].customer_name,
		customers=tuple(customer.name for customer in customers),
		capabilities=frozenset(CAPABILITIES if capabilities is None else capabilities),
		language="en",
		visit="test",
		scope=scope,
	)


def page_of(document, visitor, kind_key=None):
	from customer_portal_ext.documents import invoices, kinds, payments

	if document.doctype == "Payment Entry":
		return payments.get_page(visitor, kinds.find(kinds.PAYMENT, visitor.customers, document.name))
	kind_key = kind_key or ("credit_note" if document.is_return else "invoice")
	record = kinds.find(kinds.get_kind(kind_key), visitor.customers, document.name)
	return invoices.get_page(visitor, kind_key, record)


@pytest.fixture
def customer(db):
	return factories.make_customer()


@pytest.fixture
def tax():
	account = frappe.db.get_value(
		"Account", {"company": factories.get_company(), "account_type": "Tax", "is_group": 0}
	)
	return {**VAT, "account_head": account}


def assert_adds_up(page):
	parts = [row["amount"] for row in page["totals"] if not row["is_total"] and not row["is_included"]]
	assert not parts or sum(parts) == page["total"]


def test_lines_taxes_and_discounts_add_up_however_they_are_combined(customer, tax):
	lines = [{"rate": 100, "qty": 3}, {"rate": Decimal("33.33"), "qty": 7}]
	for fields in (
		{},
		{"apply_discount_on": "Net Total", "additional_discount_percentage": 10},
		{"apply_discount_on": "Grand Total", "discount_amount": 17},
		{"disable_rounded_total": 1},
	):
		for included in (0, 1):
			invoice = factories.make_sales_invoice(
				customer, items=lines, taxes=[{**tax, "included_in_print_rate": included}], **fields
			)
			page = page_of(invoice, visitor_of(customer))
			assert_adds_up(page)
			assert float(page["total"]) == (invoice.rounded_total or invoice.grand_total), (fields, included)
			assert sum(line["amount"] for line in page["lines"]) == Decimal(str(invoice.total))
			assert any("Sales Tax" in row["label"] for row in page["totals"])
			assert any(row["is_included"] for row in page["totals"]) == (
				bool(included) and fields.get("apply_discount_on") != "Net Total"
			)


def test_how_an_invoice_was_paid_accounts_for_every_cent(customer):
	invoice = factories.make_sales_invoice(
		customer, 1000, posting_date=add_days(getdate(), -20), due_date=add_days(getdate(), 10)
	)
	first = factories.make_payment_entry(
		customer, 300, [invoice], posting_date=add_days(getdate(), -10), reference_no="WIRE 1"
	)
	second = factories.make_payment_entry(customer, 150.25, [invoice])
	note = factories.make_credit_note(
		invoice, update_outstanding_for_self=0, posting_date=add_days(getdate(), -5)
	)
	assert note.grand_total == -1000
	note.cancel()
	entry = factories.make_journal_entry(customer, -49.75, reference=invoice, voucher_type="Write Off Entry")
	page = page_of(invoice.reload(), visitor_of(customer))
	shown = [
		(row["label"], row["amount"], row["link"] and row["link"]["name"]) for row in page["settlements"]
	]
	assert shown[0] == ("Payment", 300, first.name)
	assert sorted(shown[1:]) == [
		("Payment", Decimal("150.25"), second.name),
		("Write-off", Decimal("49.75"), None),
	]
	assert page["settlements"][0]["detail"].endswith("WIRE 1")
	assert page["outstanding"] == 500 == page["total"] - sum(row["amount"] for row in page["settlements"])
	assert page["status"]["text"] == "Partly paid"
	assert entry.name not in frappe.as_json(page), "a journal entry's number is nothing to a customer"


def test_a_credit_note_that_lowers_its_invoice_shows_on_both(customer):
	invoice = factories.make_sales_invoice(customer, 100, qty=4)
	note = factories.make_credit_note(invoice, qty=1, update_outstanding_for_self=0)
	visitor = visitor_of(customer)
	page = page_of(invoice.reload(), visitor)
	assert [(row["label"], row["amount"], row["link"]["url"]) for row in page["settlements"]] == [
		("Credit note", 100, f"/portal/credit-notes/{note.name}")
	]
	assert page["outstanding"] == 300
	assert [row["name"] for row in page["related"]] == [note.name]
	back = page_of(note.reload(), visitor)
	assert back["status"]["text"] == "Credit used" and back["is_credit"] and back["due_date"] is None
	assert [(row["label"], row["amount"], row["link"]["name"]) for row in back["settlements"]] == [
		("Applied to invoice", 100, invoice.name)
	]
	assert [row["name"] for row in back["related"]] == [invoice.name]


def test_every_settlement_of_the_demo_adds_up(db):
	"""Whatever made the documents: the total less what is listed is what is outstanding."""
	names = [name for name in customers.get_names() if name != customers.BUSY]
	invoices = frappe.get_all(
		"Sales Invoice",
		{"docstatus": 1, "customer": ("in", names)},
		["name", "customer", "is_return"],
		as_list=True,
	)
	assert len({customer for _name, customer, _is_return in invoices}) > 8
	for name, customer, is_return in invoices:
		page = page_of(
			frappe._dict(doctype="Sales Invoice", name=name, is_return=is_return),
			visitor_of(frappe._dict(name=customer, customer_name=customer)),
		)
		assert_adds_up(page)
		open_sums = [row["amount"] for row in page["settled_sums"]]
		start = page["total"]
		if page["currency"] != page["account_currency"]:
			start = open_sums.pop(0)
		assert start + sum(open_sums) == page["outstanding"], name
		listed = sum(row["amount"] for row in page["settlements"])
		assert start - listed * (-1 if is_return else 1) == page["outstanding"], name


def test_instalments_show_what_is_open_of_each(customer):
	schedule = [
		{"due_date": add_days(getdate(), days), "invoice_portion": portion}
		for days, portion in ((-20, 50), (10, 30), (40, 20))
	]
	invoice = factories.make_sales_invoice(
		customer, 1000, posting_date=add_days(getdate(), -40), payment_schedule=schedule
	)
	factories.make_payment_entry(customer, 600, [invoice])
	page = page_of(invoice.reload(), visitor_of(customer))
	assert [(row["amount"], row["open"], row["status"]["text"]) for row in page["schedule"]] == [
		(500, 0, "Paid"),
		(300, 200, "Partly paid"),
		(200, 200, "Unpaid"),
	]
	assert page["due_date"] == add_days(getdate(), 40)
	single = factories.make_sales_invoice(customer, 10)
	assert page_of(single, visitor_of(customer))["schedule"] == []


def test_rich_text_arrives_as_text_and_a_long_description_in_two_parts(customer):
	long = "<div>" + " ".join(f"word{number}" for number in range(300)) + "</div>"
	invoice = factories.make_sales_invoice(
		customer,
		items=[
			{"rate": 1, "qty": 1},
			{"rate": 1, "qty": 1, "description": long},
		],
		po_no="PO <1>",
	)
	# as an import may have left it: Frappe cleans only what is saved through it
	invoice.items[0].db_set("description", "<p>A &lt;b&gt; <script>alert(1)</script>B</p>")
	invoice.db_set("terms", "<p onclick='x()'>Pay <b>soon</b></p><script>alert(2)</script>")
	invoice.db_set("address_display", "1 Test Street<br>Testville<br>")
	invoice.db_set("shipping_address", "Dock 7<br>Harbour")
	page = page_of(invoice, visitor_of(customer))
	assert page["lines"][0]["lead"] == "A <b> B"
	lead, rest = page["lines"][1]["lead"], page["lines"][1]["rest"]
	assert len(lead) <= 160 and f"{lead} {rest}".split() == [f"word{number}" for number in range(300)]
	assert page["terms"] == "<p>Pay <b>soon</b></p>"
	assert {"label": "Your order", "value": "PO <1>", "date": None} in page["facts"]
	shown = {address["label"]: address["lines"] for address in page["addresses"]}
	assert shown["Billing address"] == ["1 Test Street", "Testville"]
	assert shown["Shipping address"] == ["Dock 7", "Harbour"]


def test_neighbours_are_the_customers_own_by_date_and_number(customer):
	stranger = factories.make_customer()
	days = (-30, -20, -20, -10)
	mine = [factories.make_sales_invoice(customer, 10, posting_date=add_days(getdate(), day)) for day in days]
	factories.make_sales_invoice(stranger, 10, posting_date=add_days(getdate(), -25))
	factories.make_sales_invoice(customer, 10, posting_date=add_days(getdate(), -15), do_not_submit=True)
	order = [invoice.name for invoice in sorted(mine, key=lambda each: (each.posting_date, each.name))]
	for position, name in enumerate(order):
		found = page_of(frappe._dict(doctype="Sales Invoice", name=name), visitor_of(customer))["neighbours"]
		names = [found[place] and found[place]["name"] for place in ("previous", "next")]
		assert names == [
			order[position - 1] if position else None,
			order[position + 1] if position + 1 < len(order) else None,
		]


def test_a_link_to_one_document_shows_no_way_to_another(customer):
	invoice = factories.make_sales_invoice(customer, 100, qty=4)
	factories.make_sales_invoice(customer, 10)
	factories.make_credit_note(invoice, qty=1, update_outstanding_for_self=0)
	factories.make_payment_entry(customer, 10, [invoice])
	page = page_of(invoice, visitor_of(customer, scope=("Sales Invoice", invoice.name)))
	assert page["neighbours"] == {"previous": None, "next": None}
	assert page["related"] == [] and [row["link"] for row in page["settlements"]] == [None, None]


def test_what_policy_denies_is_not_linked(customer):
	invoice = factories.make_sales_invoice(customer, 100, qty=4)
	factories.make_credit_note(invoice, qty=1, update_outstanding_for_self=0)
	factories.make_payment_entry(customer, 10, [invoice])
	page = page_of(invoice, visitor_of(customer, capabilities=["invoices"]))
	assert page["related"] == [] and [row["link"] for row in page["settlements"]] == [None, None]


def test_a_payment_shows_what_it_paid_and_what_is_left(customer):
	invoices = [factories.make_sales_invoice(customer, amount) for amount in (100, 60)]
	payment = factories.make_payment_entry(customer, 200, invoices, reference_no="WIRE 2")
	page = page_of(payment, visitor_of(customer))
	assert [(row["name"], row["amount"], row["link"]["url"]) for row in page["allocations"]] == [
		(invoice.name, amount, f"/portal/invoices/{invoice.name}")
		for invoice, amount in zip(invoices, (100, 60), strict=True)
	]
	assert (page["amount"], page["unallocated"], page["difference"]) == (200, 40, 0)
	assert page["currency"] == "USD" and page["other_amount"] is None
	assert page["status"] == {"text": "Received", "tone": "ok"}


def test_nothing_internal_leaves_the_server(customer):
	invoice = factories.make_sales_invoice(customer, 100, remarks="INTERNAL-REMARK")
	invoice.db_set("commission_rate", 12.5)
	text = frappe.as_json(page_of(invoice, visitor_of(customer)))
	for field in (
		"income_account",
		"cost_center",
		"debit_to",
		"commission",
		"incoming_rate",
		"owner",
		"territory",
	):
		assert field not in text
	for value in (
		"INTERNAL-REMARK",
		invoice.debit_to,
		invoice.cost_center,
		invoice.items[0].income_account,
		"Administrator",
	):
		assert value not in text


def test_eighty_lines_cost_no_more_statements_than_one(customer, tax):
	from development.measuring import count_statements

	visitor = visitor_of(customer)
	counts = []
	for count in (1, 80):
		invoice = factories.make_sales_invoice(
			customer, items=[{"rate": number + 1, "qty": 1} for number in range(count)], taxes=[tax]
		)
		factories.make_payment_entry(customer, 1, [invoice])
		with count_statements() as sent:
			page = page_of(invoice, visitor)
		assert len(page["lines"]) == count
		assert_adds_up(page)
		counts.append(len(sent))
	assert counts[0] == counts[1] <= 9
