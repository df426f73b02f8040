"""Orders: the progress line and each line's words agree with what ERPNext keeps; related documents are linked."""

from decimal import Decimal

import frappe
import pytest
from frappe.utils import add_days, getdate

from customer_portal_ext.documents import kinds, lists, orders
from customer_portal_ext.documents.filters import Filters
from tests import factories
from tests.factories.visitors import make_visitor

ORDER = kinds.ORDER


@pytest.fixture
def customer(db):
	return factories.make_customer()


def get_rows(customer, **filters):
	return lists.get_rows([ORDER], [customer.name], Filters(**filters), getdate()).rows


def get_state(order):
	rows = get_rows(frappe._dict(name=order.customer))
	return next(row["status"] for row in rows if row["name"] == order.name)


def get_page(order, **visitor):
	record = kinds.find(ORDER, [order.customer], order.name)
	return orders.get_page(make_visitor(frappe.get_doc("Customer", order.customer), **visitor), record)


def get_percents(page):
	return {step["key"]: step["percent"] for step in page["steps"]}


def assert_agrees_with_erpnext(order):
	"""ERPNext's own figures, read anew from its columns."""
	order.reload()
	page = get_page(order)
	percents = get_percents(page)
	assert percents["delivered"] == Decimal(str(order.per_delivered))
	assert percents["invoiced"] == Decimal(str(order.per_billed))
	for line, ours in zip(order.items, page["lines"], strict=True):
		delivered = ours["delivered"]["text"]
		if line.delivered_qty >= line.qty:
			assert delivered == "Delivered"
		elif line.delivered_qty > 0:
			assert delivered == f"Delivered {line.delivered_qty:g} of {line.qty:g}"
		else:
			assert delivered == "Not yet delivered"
		is_open = line.delivered_qty < line.qty and order.status not in ("Closed", "On Hold", "Completed")
		assert ours["expected"] == (line.delivery_date if is_open else None)
	return page


def test_an_order_from_first_to_last(customer):
	first, second = (factories.make_item(f"Portal Test Part {number}").name for number in (1, 2))
	day = getdate()
	order = factories.make_sales_order(
		customer,
		transaction_date=add_days(day, -20),
		items=[
			{"item_code": first, "rate": 10, "qty": 10, "delivery_date": add_days(day, 5)},
			{"item_code": second, "rate": 25, "qty": 4, "delivery_date": add_days(day, 9)},
		],
	)
	page = assert_agrees_with_erpnext(order)
	assert get_state(order) == "confirmed" and order.delivery_status == "Not Delivered"
	assert page["steps"][1]["expected"] == add_days(day, 5)

	delivery = factories.make_delivery_note(order, qty=[6, 0], posting_date=add_days(day, -10))
	page = assert_agrees_with_erpnext(order)
	assert get_state(order) == "partly_delivered" and order.delivery_status == "Partly Delivered"
	assert page["lines"][0]["delivered"] == {"text": "Delivered 6 of 10", "tone": "warn"}
	assert page["lines"][0]["delivered_on"] == add_days(day, -10)
	assert page["steps"][1]["date"] == add_days(day, -10)
	assert [row["name"] for row in page["deliveries"]] == [delivery.name]

	factories.make_delivery_note(order, posting_date=day)
	invoice = factories.invoice_order(order, qty=[10, 0], posting_date=day)
	page = assert_agrees_with_erpnext(order)
	assert get_state(order) == "delivered" and order.status == "To Bill"
	assert get_percents(page) == {"ordered": 100, "delivered": 100, "invoiced": 50, "paid": 0}
	assert [(row["name"], row["amount"]) for row in page["invoices"]] == [(invoice.name, 100)]

	factories.make_payment_entry(customer, 100, [invoice], posting_date=day)
	page = assert_agrees_with_erpnext(order)
	assert get_percents(page)["paid"] == 50
	assert page["steps"][3]["date"] == day

	last = factories.invoice_order(order, posting_date=day)
	factories.make_payment_entry(customer, 100, [last], posting_date=day)
	page = assert_agrees_with_erpnext(order)
	assert get_state(order) == "completed" and order.status == "Completed"
	assert [step["shown"] for step in page["steps"]] == [100, 100, 100, 100]


def test_held_and_closed_orders_expect_nothing(customer):
	held, closed = (factories.make_sales_order(customer, qty=5) for _ in range(2))
	factories.make_delivery_note(closed, qty=2)
	held.update_status("On Hold")
	closed.reload()
	closed.update_status("Closed")
	for order, state in ((held, "on_hold"), (closed, "closed")):
		page = assert_agrees_with_erpnext(order)
		assert get_state(order) == state
		assert page["steps"][1]["expected"] is None
	assert get_page(closed)["lines"][0]["delivered"]["text"] == "Delivered 2 of 5"
	held.update_status("Draft")
	assert get_state(held) == "confirmed"


def test_what_is_sent_back_is_open_again(customer):
	order = factories.make_sales_order(customer, qty=10)
	delivery = factories.make_delivery_note(order)
	factories.make_delivery_return(delivery, qty=3)
	page = assert_agrees_with_erpnext(order)
	assert page["lines"][0]["delivered"]["text"] == "Delivered 7 of 10"
	assert page["lines"][0]["returned"] == 3
	assert get_percents(page)["delivered"] == 70


def test_an_order_without_delivery(customer):
	order = factories.make_sales_order(customer, skip_delivery_note=1)
	page = get_page(order)
	assert [step["key"] for step in page["steps"]] == ["ordered", "invoiced", "paid"]
	assert page["lines"][0]["delivered"] is None and page["lines"][0]["expected"] is None
	assert get_state(order) == "confirmed" and order.status == "To Bill"
	assert get_rows(customer)[0]["delivered"] is None
	factories.invoice_order(order)
	assert get_state(order) == "completed"
	assert frappe.db.get_value("Sales Order", order.name, "status") == "Completed"


def pay_in_advance(order, amount, **fields):
	from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry

	payment = get_payment_entry("Sales Order", order.name, party_amount=amount)
	payment.update({"reference_no": "ADVANCE", "reference_date": getdate(), **fields})
	payment.paid_amount = payment.received_amount = amount
	payment.references[0].allocated_amount = amount
	payment.insert()
	payment.submit()
	return payment


def test_an_advance_is_not_counted_twice(customer):
	order = factories.make_sales_order(customer, rate=100, qty=10)
	pay_in_advance(order, 250)
	assert get_percents(get_page(order))["paid"] == 25
	invoice = factories.invoice_order(
		order, qty=5, allocate_advances_automatically=1, only_include_allocated_payments=1
	)
	assert invoice.outstanding_amount == 250
	# ERPNext leaves the order's own figure as it was
	assert frappe.db.get_value("Sales Order", order.name, "advance_paid") == 250
	assert get_percents(get_page(order))["paid"] == 25


def test_a_credited_invoice_pays_nothing(customer):
	order = factories.make_sales_order(customer, rate=100, qty=2)
	invoice = factories.invoice_order(order)
	factories.make_credit_note(invoice)
	assert get_percents(get_page(order))["paid"] == 0
	assert [row["kind"] for row in get_page(order)["invoices"]] == ["invoice", "credit_note"]


def test_an_order_in_another_currency(customer):
	frappe.db.set_single_value(
		"Accounts Settings", "allow_multi_currency_invoices_against_single_party_account", 1
	)
	order = factories.make_sales_order(customer, rate=100, qty=2, currency="EUR", conversion_rate=1.25)
	invoice = factories.invoice_order(order, qty=1, conversion_rate=1.5)
	page = get_page(order)
	assert (page["currency"], page["total"]) == ("EUR", 200)
	factories.make_payment_entry(customer, invoice.outstanding_amount, [invoice])
	assert get_percents(get_page(order))["paid"] == 50


def test_an_order_for_nothing_has_nothing_to_pay(customer):
	# an item that has never been sold: ERPNext would put the last price in the place of none
	item = factories.make_item(f"Portal Test Gift {frappe.generate_hash(length=6)}")
	order = factories.make_sales_order(customer, items=[{"item_code": item.name, "qty": 1, "rate": 0}])
	assert order.grand_total == 0
	assert "paid" not in get_percents(get_page(order))


def test_links_follow_what_may_be_seen(customer):
	quotation = factories.make_quotation(customer, qty=2)
	order = factories.order_from_quotation(quotation)
	factories.make_delivery_note(order, qty=1)
	factories.invoice_order(order, qty=1)
	page = get_page(order)
	assert [link["kind"] for link in page["related"]] == ["quotation"]
	assert len(page["deliveries"]) == len(page["invoices"]) == 1
	page = get_page(order, without=("quotations", "deliveries", "invoices", "credit_notes"))
	assert page["related"] == page["deliveries"] == page["invoices"] == []
	assert "paid" not in get_percents(page)
	page = get_page(order, scope=("Sales Order", order.name))
	assert page["related"] == page["deliveries"] == page["invoices"] == []
	assert page["neighbours"] == {"previous": None, "next": None}


def test_an_invoice_links_its_order_and_delivery(customer):
	from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_invoice

	from customer_portal_ext.documents import invoices

	order = factories.make_sales_order(customer)
	delivery = factories.make_delivery_note(order)
	invoice = make_sales_invoice(delivery.name)
	invoice.insert()
	invoice.submit()
	record = kinds.find(kinds.INVOICE, [customer.name], invoice.name)
	related = invoices.get_page(make_visitor(customer), "invoice", record)["related"]
	assert [link["url"] for link in related] == [
		f"/portal/orders/{order.name}",
		f"/portal/deliveries/{delivery.name}",
	]


def test_the_list_shows_erpnexts_percentages(customer):
	order = factories.make_sales_order(customer, qty=3, po_no="PO-77")
	factories.make_delivery_note(order, qty=1)
	factories.invoice_order(order, qty=2)
	order.reload()
	(row,) = get_rows(customer, search="po-77")
	assert (row["delivered"], row["invoiced"]) == (
		Decimal(str(order.per_delivered)),
		Decimal(str(order.per_billed)),
	)
	assert row["amount"] == 300 and row["due_date"] == order.delivery_date


@pytest.mark.parametrize("sort", sorted(lists.SORTS))
def test_every_sort_gives_every_order_once(customer, sort):
	made = {factories.make_sales_order(customer, qty=number).name for number in (1, 2)}
	for direction in ("", "-"):
		assert {row["name"] for row in get_rows(customer, sort=direction + sort)} == made


def test_drafts_and_cancelled_orders_are_nobodys(customer):
	draft = factories.make_sales_order(customer, do_not_submit=True)
	cancelled = factories.make_sales_order(customer)
	cancelled.cancel()
	assert get_rows(customer) == []
	for order in (draft, cancelled):
		assert kinds.find(ORDER, [customer.name], order.name) is None
