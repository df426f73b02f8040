"""Staff and payments in Chromium: the list says what needs a person, the form lets them act."""

import frappe
import pytest
from playwright.sync_api import expect

from customer_portal_ext.payments import states
from tests import factories
from tests.factories import paying

ROLES = ("Accounts Manager", "Accounts User", "Customer Portal Manager")


@pytest.fixture
def customer(allow):
	return factories.make_customer()


def test_retry_and_settle(desk, customer):
	invoice = factories.make_sales_invoice(customer, rate=100)
	payment = paying.capture_payment(paying.begin(customer, [invoice.name]), amount_minor=9000)
	page = desk(f"/app/portal-payment/{payment.name}", roles=ROLES)
	expect(page.get_by_text("The gateway took 90.00 USD, 100.00 USD were asked for.").first).to_be_visible()
	expect(page.locator(".indicator-pill").first).to_have_text("Needs attention")
	page.get_by_role("button", name="Retry").click()
	page.locator(".modal.show").get_by_role("button", name="Yes").click()
	expect(page.locator(".indicator-pill").first).to_have_text("Posted")
	assert payment.reload().state == states.POSTED
	expect(page.get_by_text(payment.payment_entry).first).to_be_visible()
	assert page.complaints == []


def test_settling_by_hand_from_the_list(desk, customer):
	invoice = factories.make_sales_invoice(customer, rate=100)
	payment = paying.capture_payment(paying.begin(customer, [invoice.name]), currency="EUR")
	page = desk(f"/app/portal-payment?customer={customer.name}", roles=ROLES)
	expect(page.locator(".list-row .indicator-pill", has_text="Needs attention").first).to_be_visible()
	page.get_by_role("link", name=customer.customer_name).first.click()
	page.get_by_role("button", name="Settle by Hand").click()
	modal = page.locator(".modal.show")
	modal.locator("textarea").fill("Given back at the bank")
	modal.get_by_role("button", name="Settle").click()
	expect(page.get_by_text("Given back at the bank").first).to_be_visible()
	frappe.db.rollback()
	assert payment.reload().settled_on
	assert page.complaints == []
