"""A customer's way through quotations, orders and deliveries in Chromium, at the desk and on a phone."""

import re

import frappe
import pytest
from frappe.utils import add_days, getdate

from customer_portal_ext.access import tokens
from tests import factories
from tests.client import path_of


@pytest.fixture
def customer(db):
	return factories.make_customer()


@pytest.fixture
def link(customer):
	order = factories.make_sales_order(customer, qty=10, po_no="PO-BROWSER")
	delivery = factories.make_delivery_note(order, qty=6)
	factories.make_shipment(
		delivery, carrier="DHL", awb_number="JD01", tracking_url="https://track.example.com/JD01"
	)
	factories.make_quotation(customer, valid_till=add_days(getdate(), 12))
	link = path_of(tokens.get_link(tokens.issue(customer.name)))
	frappe.db.commit()
	return link


@pytest.mark.parametrize("width", [1280, 390])
def test_from_the_overview_to_the_carrier(new_page, link, width):
	page = new_page(width=width)
	page.goto(link)
	waiting = page.get_by_role("region", name="Waiting for you")
	assert "Valid 12 more days" in waiting.inner_text() and "Review" in waiting.inner_text()
	waiting.get_by_role("link", name=re.compile("^Quotation of")).click()
	page.get_by_role("heading", level=1, name=re.compile("^Quotation of")).wait_for()
	assert "Valid 12 more days" in page.locator("main").inner_text()

	page.locator("nav:visible").get_by_role("link", name="Orders").first.click()
	page.locator("tbody .cover").first.click()
	page.get_by_role("heading", level=1, name=re.compile("^Order of")).wait_for()
	bars = page.locator(".steps progress")
	values = [bars.nth(number).get_attribute("value") for number in range(bars.count())]
	assert values == ["100", "60", "0", "0"]
	assert "Delivered 6 of 10" in page.locator("#items + table, section:has(#items)").first.inner_text()
	assert page.evaluate("document.documentElement.scrollWidth") <= width

	page.get_by_role("link", name=re.compile("^Delivery of")).click()
	page.get_by_role("heading", name="Still to come").wait_for()
	carrier = page.get_by_role("link", name="Follow it at track.example.com")
	assert carrier.get_attribute("href") == "https://track.example.com/JD01"
	assert "noopener" in carrier.get_attribute("rel")
	assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_filters_stay_in_the_address(new_page, link):
	page = new_page()
	page.goto(link)
	page.goto("/portal/orders")
	page.get_by_label("Number, PO or item").fill("PO-BROWSER")
	page.keyboard.press("Enter")
	page.wait_for_url("**/portal/orders?*search=PO-BROWSER*")
	page.locator("tbody .cover").first.click()
	page.get_by_role("heading", level=1, name=re.compile("^Order of")).wait_for()
	page.go_back()
	assert page.get_by_label("Number, PO or item").input_value() == "PO-BROWSER"
	page.get_by_role("link", name="Reset").click()
	page.wait_for_url("**/portal/orders")
