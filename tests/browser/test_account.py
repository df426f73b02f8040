"""A customer's way through the account pages in Chromium, at the desk and on a phone; and staff who approve in Desk."""

import re

import frappe
import pytest
from playwright.sync_api import expect

from customer_portal_ext.access import tokens
from customer_portal_ext.account import preferences
from tests import factories
from tests.client import path_of
from tests.factories.users import PASSWORD, make_user

PATIENCE = 60_000  # Desk loads some megabytes of scripts before its first page


@pytest.fixture
def enter(new_page, customer, portal_settings):
	def enter_portal(width=1280, **settings):
		portal_settings(allow_account_changes=1, **settings)
		link = path_of(tokens.get_link(tokens.get_or_issue(customer.name)))
		frappe.db.commit()
		page = new_page(width=width)
		page.goto(link)
		return page

	return enter_portal


def assert_fits(page, width):
	assert page.evaluate("document.documentElement.scrollWidth") <= width


def remove(page, name):
	"""The button asks first."""
	entry = page.locator(".entries > li", has_text=name)
	question = entry.get_by_role("button", name="Yes, remove")
	assert not question.is_visible()
	entry.locator("summary").click()
	question.click()


def test_an_address_has_the_fields_of_its_country(enter, customer):
	page = enter()
	page.goto("/portal/account")
	assert_fits(page, 1280)
	page.get_by_role("link", name="Addresses", exact=True).click()
	page.get_by_role("heading", name="No addresses yet").wait_for()
	page.get_by_role("link", name="New address").first.click()
	page.get_by_label("Street and number").fill("Hafenstraße 7")
	assert page.get_by_label("ZIP code").is_visible()
	# another country has other fields, and nothing typed is lost
	page.get_by_label("Country").select_option(label="Germany")
	page.get_by_label("Postcode").wait_for()
	assert page.get_by_label("State").count() == 0
	assert page.get_by_label("Street and number").input_value() == "Hafenstraße 7"
	page.get_by_label("Postcode").fill("2045")
	page.get_by_label("City").fill("Hamburg")
	assert_fits(page, 1280)
	page.get_by_role("button", name="Save").click()
	expect(page.get_by_role("alert")).to_contain_text("It looks like this: 26133")
	assert page.get_by_label("Postcode").get_attribute("aria-invalid") == "true"
	assert page.get_by_label("City").input_value() == "Hamburg"
	page.get_by_label("Postcode").fill("20457")
	page.get_by_label("Use for deliveries").check()
	page.get_by_role("button", name="Save").click()
	page.get_by_text("The address is added.").wait_for()
	entry = page.locator(".entries > li")
	assert "20457 Hamburg" in entry.inner_text() and "Default for deliveries" in entry.inner_text()
	frappe.db.rollback()
	found = {"address_line1": "Hafenstraße 7", "city": "Hamburg"}
	fields = ["country", "is_shipping_address"]
	assert frappe.db.get_value("Address", found, fields) == ("Germany", 1)


def test_an_address_becomes_the_default_is_changed_and_removed_on_a_phone(enter, customer):
	place = {"address_line1": "7 Harbour Road", "state": "California", "pincode": "94607"}
	address = factories.make_address(customer, **place)
	page = enter(390)
	page.goto("/portal/addresses")
	assert_fits(page, 390)
	entry = page.locator(".entries > li")
	page.get_by_role("button", name=re.compile("^Use for invoices")).click()
	page.get_by_text("The default address is changed.").wait_for()
	assert "Default for invoices" in entry.inner_text()
	page.get_by_role("link", name=re.compile("^Edit")).click()
	page.get_by_role("heading", name="Address", exact=True).wait_for()
	assert_fits(page, 390)
	page.get_by_label("Street and number").fill("9 Harbour Road")
	page.get_by_role("button", name="Save").click()
	page.get_by_text("The address is saved.").wait_for()
	assert "9 Harbour Road" in entry.inner_text() and "Default for invoices" in entry.inner_text()
	frappe.db.rollback()
	fields = ["address_line1", "is_primary_address"]
	assert frappe.db.get_value("Address", address.name, fields) == ("9 Harbour Road", 1)
	remove(page, "9 Harbour Road")
	page.get_by_text("The address is removed.").wait_for()
	page.get_by_role("heading", name="No addresses yet").wait_for()


def add_contact(page, first_name, last_name, **fields):
	page.goto("/portal/contacts")
	page.get_by_role("link", name="New contact").click()
	page.get_by_label("First name").fill(first_name)
	page.get_by_label("Last name").fill(last_name)
	for label, value in fields.items():
		page.get_by_label(label.replace("_", " ")).fill(value)
	page.get_by_role("button", name="Save").click()


def test_a_contact_becomes_the_main_one(enter, customer):
	page = enter(account_changes_applied="At Once")
	add_contact(page, "Maya", "Cedar", **{"E-mail_address": f"maya-{customer.email_id}"})
	page.get_by_text("The contact is added.").wait_for()
	page.get_by_role("button", name="Make main contact: Maya Cedar").click()
	page.get_by_text("The main contact is changed.").wait_for()
	first = page.locator(".entries > li").first
	assert first.inner_text().split()[:4] == ["Maya", "Cedar", "Main", "contact"]
	page.goto("/portal/account")
	assert "Maya Cedar" in page.locator("#details").locator("xpath=ancestor::section").inner_text()


def test_a_contact_is_added_changed_and_removed_on_a_phone(enter, customer):
	page = enter(390)
	add_contact(page, "Otto", "Ash", Phone="call me")
	expect(page.get_by_role("alert")).to_contain_text("Enter one phone number")
	assert page.get_by_label("First name").input_value() == "Otto"
	assert_fits(page, 390)
	page.get_by_label("Phone").fill("+49 40 5550100")
	page.get_by_role("button", name="Save").click()
	page.get_by_role("link", name="Edit: Otto Ash").click()
	page.get_by_label("Position").fill("Goods in")
	page.get_by_role("button", name="Save").click()
	page.get_by_text("The contact is saved.").wait_for()
	assert "Goods in" in page.locator(".entries > li", has_text="Otto").inner_text()
	assert_fits(page, 390)
	remove(page, "Otto")
	page.get_by_text("The contact is removed.").wait_for()
	assert page.locator(".entries > li", has_text="Otto").count() == 0


def test_language_and_emails(enter, customer):
	page = enter(allow_payments=1)
	page.goto("/portal/account/preferences")
	page.get_by_label(re.compile("^Language")).select_option("de")
	page.get_by_text("Receipts of payments").click()
	page.get_by_role("button", name="Save").click()
	page.wait_for_url("**/portal/account?*")
	assert page.locator("html").get_attribute("lang") == "de"
	frappe.db.rollback()
	assert not preferences.wants(customer.name, customer.email_id, "receipts")
	assert preferences.wants(customer.name, customer.email_id, "messages")


def test_the_form_works_without_javascript(new_page, customer, portal_settings):
	portal_settings(allow_account_changes=1)
	link = path_of(tokens.get_link(tokens.get_or_issue(customer.name)))
	frappe.db.commit()
	page = new_page(java_script_enabled=False)
	page.goto(link)
	page.goto("/portal/new-address")
	page.get_by_label("Street and number").fill("1 Queen's Road")
	page.get_by_label("Country").select_option(label="Hong Kong SAR China")
	page.get_by_role("button", name="Show the fields of the chosen country").click()
	page.get_by_label("District").fill("Central")
	page.get_by_label("City").fill("Hong Kong")
	assert page.locator("[name=pincode]").count() == 0
	page.get_by_role("button", name="Save").click()
	page.get_by_text("The address is added.").wait_for()


def ask_for(page, **fields):
	"""Ask on the portal for one change: the request's name."""
	page.goto("/portal/account")
	page.locator("section", has=page.locator("#details")).get_by_role("link", name="Change").click()
	for label, value in fields.items():
		page.get_by_label(label.replace("_", " ")).fill(value)
	page.get_by_role("button", name="Ask for the change").click()
	page.get_by_text("We have your request and will check it.").wait_for()
	[value] = fields.values()
	page.locator("li", has_text=value).get_by_text("We are checking it").wait_for()
	frappe.db.rollback()
	return frappe.db.get_value("Portal Change Request Item", {"new_value": value}, "parent")


def test_a_request_is_asked_for_and_withdrawn_on_a_phone(enter, customer):
	page = enter(390, account_changes_applied="After Approval")
	request = ask_for(page, Tax_number=f"US-{frappe.generate_hash(length=8)}")
	assert_fits(page, 390)
	page.get_by_role("button", name="Withdraw").click()
	page.get_by_text("The request is withdrawn.").wait_for()
	assert page.get_by_text("We are checking it").count() == 0
	assert_fits(page, 390)
	frappe.db.rollback()
	assert frappe.db.get_value("Portal Change Request", request, "status") == "Withdrawn"


def test_staff_decide_in_desk_what_a_customer_asked_for(enter, customer, new_page, new_client, site):
	page = enter(account_changes_applied="After Approval")
	tax_number = f"US-{frappe.generate_hash(length=8)}"
	wanted = ask_for(page, Tax_number=tax_number)
	unwanted = ask_for(page, Website=f"https://{frappe.generate_hash(length=8)}.example.com")

	client = new_client()
	client.sign_in(make_user("Customer Portal Manager", "Sales Manager", "Sales Master Manager"), PASSWORD)
	desk = new_page(height=2200)
	desk.set_default_timeout(PATIENCE)
	desk.context.add_cookies([{"name": "sid", "value": client.cookie("sid"), "domain": site, "path": "/"}])
	complaints = []
	desk.on("pageerror", lambda error: complaints.append(str(error)))
	desk.goto("/app/customer-portal", wait_until="commit")
	assert_workspace_is_alive(desk)

	desk.evaluate(f"frappe.set_route('Form', 'Portal Change Request', '{wanted}')")
	desk.get_by_text(tax_number).first.wait_for()
	desk.get_by_role("button", name="Approve").click()
	desk.locator(".modal.show").get_by_role("button", name="Yes").click()
	expect(desk.locator(".indicator-pill:visible", has_text="Approved").first).to_be_visible(timeout=PATIENCE)
	desk.evaluate(f"frappe.set_route('Form', 'Portal Change Request', '{unwanted}')")
	desk.get_by_role("button", name="Reject").click()
	dialog = desk.locator(".modal.show")
	dialog.locator("textarea").fill("That is not your domain.")
	dialog.get_by_role("button", name="Reject").click()
	expect(desk.locator(".indicator-pill:visible", has_text="Rejected").first).to_be_visible(timeout=PATIENCE)
	assert complaints == []

	page.reload()
	text = page.locator("main").inner_text()
	assert "Approved" in text and "That is not your domain." in text and "We are checking it" not in text
	frappe.db.rollback()
	assert frappe.db.get_value("Customer", customer.name, ["tax_id", "website"]) == (tax_number, None)


def assert_workspace_is_alive(desk):
	"""Its cards, charts and first steps, with figures in them."""
	for title in (
		"Open Change Requests",
		"Failed Portal Payments This Month",
		"Visits to the Portal",
		"Payments Through the Portal",
		"Let Customers Sign In",
	):
		desk.get_by_text(title).first.wait_for()
	for title in ("Open Change Requests", "Active Portal Links", "Visits to the Portal This Month"):
		card = desk.locator(".number-widget-box", has_text=title)
		expect(card.locator(".number")).to_have_text(re.compile(r"^[1-9]"), timeout=PATIENCE)
	expect(desk.locator(".dashboard-widget-box svg.frappe-chart").first).to_be_visible(timeout=PATIENCE)
