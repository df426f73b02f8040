"""Deliveries: what came, who carries it and where it can be followed, and what of the order is still open."""

import frappe
import pytest
from frappe.utils import add_days, getdate

from customer_portal_ext.documents import deliveries, kinds, lists, tracking
from customer_portal_ext.documents.filters import Filters
from tests import factories
from tests.factories.visitors import make_visitor

DELIVERY = kinds.DELIVERY


@pytest.fixture
def customer(db):
	return factories.make_customer()


@pytest.fixture
def order(customer):
	second = factories.make_item("Portal Test Part 2").name
	return factories.make_sales_order(
		customer, items=[{"rate": 10, "qty": 10}, {"item_code": second, "rate": 25, "qty": 4}]
	)


def get_rows(customer, **filters):
	return lists.get_rows([DELIVERY], [customer.name], Filters(**filters), getdate()).rows


def get_state(delivery):
	rows = get_rows(frappe._dict(name=delivery.customer))
	return next(row["status"] for row in rows if row["name"] == delivery.name)


def get_page(delivery, **visitor):
	record = kinds.find(DELIVERY, [delivery.customer], delivery.name)
	customer = frappe.get_doc("Customer", delivery.customer)
	return deliveries.get_page(make_visitor(customer, **visitor), record)


def test_what_came_and_what_is_still_to_come(order):
	first = factories.make_delivery_note(order, qty=[6, 0])
	page = get_page(first)
	assert [(line["quantity"], line["of_order"]["text"]) for line in page["lines"]] == [
		(6, "Delivered 6 of 10")
	]
	assert [(line["open"], line["expected"], line["order"]["url"]) for line in page["open_lines"]] == [
		(4, order.delivery_date, f"/portal/orders/{order.name}"),
		(4, order.delivery_date, f"/portal/orders/{order.name}"),
	]
	factories.make_delivery_note(order)
	page = get_page(first)
	assert page["lines"][0]["quantity"] == 6
	assert page["lines"][0]["of_order"]["text"] == "Delivered"
	assert page["open_lines"] == []


def test_nothing_more_comes_of_a_closed_order(order):
	delivery = factories.make_delivery_note(order, qty=[6, 0])
	order.reload()
	order.update_status("Closed")
	assert get_page(delivery)["open_lines"] == []


def test_a_foreign_order_on_a_line_shows_nothing(order):
	stranger = factories.make_customer()
	foreign = factories.make_sales_order(stranger, qty=50)
	delivery = factories.make_delivery_note(order, qty=[6, 0])
	frappe.db.set_value(
		"Delivery Note Item",
		delivery.items[0].name,
		{"against_sales_order": foreign.name, "so_detail": foreign.items[0].name},
	)
	page = get_page(delivery)
	assert page["lines"][0]["of_order"] is None
	assert page["open_lines"] == []
	assert page["related"] == []


def test_carrier_and_number_of_the_note_itself(order):
	delivery = factories.make_delivery_note(
		order, transporter_name="Prairie Freight", lr_no="PF-778", vehicle_no="WP 42", driver_name="Jo Doe"
	)
	(consignment,) = get_page(delivery)["consignments"]
	assert (consignment["carrier"], consignment["number"]) == ("Prairie Freight", "PF-778")
	assert {fact["label"]: fact["value"] for fact in consignment["facts"]}["Vehicle"] == "WP 42"
	assert "Jo Doe" not in str(get_page(delivery))
	assert [row["tracking"] for row in get_rows(frappe._dict(name=delivery.customer), search="pf-778")] == [
		"PF-778"
	]


def test_without_a_carrier_there_is_nothing_to_follow(order):
	assert get_page(factories.make_delivery_note(order))["consignments"] == []


def test_a_shipment_says_where_it_is(order):
	delivery = factories.make_delivery_note(order, qty=[6, 0])
	assert get_state(delivery) == "delivered"
	shipment = factories.make_shipment(
		delivery,
		carrier="DHL",
		carrier_service="Express",
		awb_number="JD01",
		tracking_url="https://track.example.com/JD01?lang=en",
		tracking_status="In Progress",
		tracking_status_info="<b>In Leipzig</b>",
	)
	(consignment,) = get_page(delivery)["consignments"]
	assert (consignment["carrier"], consignment["number"]) == ("DHL", "JD01")
	assert consignment["links"] == [
		{"url": "https://track.example.com/JD01?lang=en", "host": "track.example.com"}
	]
	assert consignment["status"]["text"] == "On its way"
	assert {fact["label"]: fact["value"] for fact in consignment["facts"]}["Last news"] == "In Leipzig"
	for erpnext, state, text in (
		("In Progress", "on_the_way", "On its way"),
		("Delivered", "delivered", "Delivered"),
		("Returned", "returned", "Returned"),
		("Lost", "lost_on_the_way", "Lost on the way"),
		("", "delivered", "Delivered"),
	):
		shipment.db_set("tracking_status", erpnext)
		assert get_state(delivery) == state
		assert get_page(delivery)["status"]["text"] == text


def test_a_draft_shipment_is_not_told(order):
	delivery = factories.make_delivery_note(order, qty=[6, 0])
	factories.make_shipment(delivery, carrier="DHL", tracking_status="Lost", do_not_submit=True)
	assert get_page(delivery)["consignments"] == []
	assert get_state(delivery) == "delivered"


def test_the_newest_shipment_decides(order):
	delivery = factories.make_delivery_note(order, qty=[6, 0])
	lost = factories.make_shipment(delivery, awb_number="A1", tracking_status="Lost")
	lost.db_set("creation", add_days(lost.creation, -1), update_modified=False)
	factories.make_shipment(delivery, awb_number="A2", tracking_status="In Progress")
	assert get_state(delivery) == "on_the_way"
	assert [row["number"] for row in get_page(delivery)["consignments"]] == ["A2", "A1"]


@pytest.mark.parametrize(
	("text", "urls"),
	[
		(None, []),
		("", []),
		("JD01", []),
		("javascript:alert(1)", []),
		("data:text/html,<script>", []),
		("//evil.example/x", []),
		("ftp://files.example/x", []),
		("https://", []),
		("https://user:secret@evil.example/", []),
		("https://dhl.example@evil.example/x", []),
		("http://[::1", []),
		("https://a.example:99999999/", []),
		("https://a.example/" + "x" * 3000, []),
		("HTTPS://a.example/1", ["HTTPS://a.example/1"]),
		("https://a.example/1, https://a.example/2.", ["https://a.example/1", "https://a.example/2"]),
		('<a href="https://a.example/1?b=2">Track</a>', ["https://a.example/1?b=2"]),
		("https://a.example/1 https://a.example/1", ["https://a.example/1"]),
		('https://a.example/"onmouseover="alert(1)', ["https://a.example/"]),
	],
)
def test_only_plain_web_addresses_become_links(text, urls):
	links = tracking.get_links(text)
	assert [link["url"] for link in links] == urls
	assert all(link["host"] == "a.example" for link in links)


def test_returns(order):
	delivery = factories.make_delivery_note(order)
	part = factories.make_delivery_return(delivery, qty=[2, 0])
	assert (get_state(delivery), get_state(part)) == ("delivered", "return")
	page = get_page(part)
	assert page["is_return"] and page["title"].startswith("Return of ")
	assert [line["quantity"] for line in page["lines"]] == [2]
	assert page["open_lines"] == []
	assert [link["name"] for link in page["related"]] == [order.name, delivery.name]
	page = get_page(delivery)
	assert page["lines"][0]["returned"] == 2
	assert part.name in [link["name"] for link in page["related"]]

	factories.make_delivery_return(delivery)
	assert frappe.db.get_value("Delivery Note", delivery.name, "status") == "Return Issued"
	assert get_state(delivery) == "returned"


def test_its_invoices_are_linked(order):
	from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_invoice

	delivery = factories.make_delivery_note(order)
	invoice = make_sales_invoice(delivery.name)
	invoice.insert()
	invoice.submit()
	assert [link["name"] for link in get_page(delivery)["related"]] == [order.name, invoice.name]
	assert get_page(delivery, without=("orders", "invoices"))["related"] == []
	assert get_page(delivery, scope=("Delivery Note", delivery.name))["related"] == []


def test_no_amount_is_among_a_deliverys_list_columns(order):
	factories.make_delivery_note(order)
	(row,) = get_rows(frappe._dict(name=order.customer))
	assert row["amount"] is None and row["currency"] is None
	assert get_rows(frappe._dict(name=order.customer), search=order.name) == [row]
