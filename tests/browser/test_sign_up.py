"""From Frappe's own pages for signing up, signing in and passwords to the customer's first invoice, and out again, in Chromium;
the e-mails are read from the mail server they were sent to."""

import re

import frappe
import pytest
from playwright.sync_api import expect

from tests.client import path_of
from tests.factories import make_customer, make_sales_invoice
from tests.factories.mail import receive_mail
from tests.factories.users import PASSWORD, make_portal_user

LINK = re.compile(r"http\S+/update-password\?key=[0-9a-f]+")
OTHER = "another-Password-8"


@pytest.fixture
def email(db):
	return f"maya-{frappe.generate_hash(length=8)}@example.com"


@pytest.fixture
def mailbox(db):
	with receive_mail() as server:
		yield server


@pytest.fixture
def open_to_sign_up(portal_settings):
	before = frappe.db.get_single_value("Website Settings", "disable_signup")
	role = frappe.db.get_single_value("Portal Settings", "default_role")
	frappe.db.set_single_value("Website Settings", "disable_signup", 0)
	frappe.db.set_single_value("Portal Settings", "default_role", "Customer")
	portal_settings(link_sign_ups=1)
	frappe.db.commit()
	frappe.clear_cache(doctype="Website Settings")
	yield
	frappe.db.rollback()
	frappe.db.set_single_value("Website Settings", "disable_signup", before)
	frappe.db.set_single_value("Portal Settings", "default_role", role)
	frappe.db.commit()


def read_link(mailbox, email):
	"""The path that the one message to this address leads to."""
	text = mailbox.get_message(email).get_body(("plain",)).get_content()
	return path_of(LINK.search(text)[0])


def choose_password(page, password, old=None):
	page.wait_for_function(
		"typeof window.test_password_strength == 'function'"
	)  # Frappe's script is there, and hears what is typed
	if old:
		page.locator("#old_password").fill(old)
	for field in ("#new_password", "#confirm_password"):
		page.locator(field).fill(password)
	page.locator("#confirm_password").press("End")  # the page's script looks when a key is let go
	page.get_by_role("button", name="Confirm").click()


def open_sign_in(page):
	"""From a page that refuses to Frappe's own, whose scripts are there."""
	page.get_by_role("link", name="Sign in").click()
	page.wait_for_url("**/login?*")


def sign_in(page, email, password):
	open_sign_in(page)
	page.locator("#login_email").fill(email)
	page.locator("#login_password").fill(password)
	page.get_by_role("button", name="Login", exact=True).click()


def test_on_a_phone_from_signing_up_to_the_first_invoice_and_out_again(
	new_page, mailbox, open_to_sign_up, email
):
	customer = make_customer(email=email)
	invoice = make_sales_invoice(customer)
	frappe.db.commit()
	page = new_page(width=390)
	page.goto("/portal")
	open_sign_in(page)
	page.get_by_role("link", name="Sign up").first.click()
	page.locator("#signup_fullname").fill("Maya Lee")
	page.locator("#signup_email").fill(email)
	page.locator(".btn-signup").click()
	page.get_by_text("Please check your email").wait_for()
	page.goto(read_link(mailbox, email))
	choose_password(page, PASSWORD)
	page.wait_for_url("**/portal")
	expect(page.get_by_text("Signed in as Maya Lee").first).to_be_attached()
	page.locator("nav:visible").get_by_role("link", name="Invoices").first.click()
	page.locator("main").get_by_role("link", name=invoice.name).first.click()
	expect(page.locator("main")).to_contain_text(invoice.name)
	assert page.evaluate("document.documentElement.scrollWidth") <= 390
	page.locator(".tabs summary").click()
	page.locator("button:visible", has_text="Sign out").click()
	expect(page.get_by_role("heading", name="Goodbye")).to_be_visible()
	page.goto(f"/portal/invoices/{invoice.name}")
	expect(page.get_by_role("heading", name="Access denied")).to_be_visible()
	assert invoice.name not in page.locator("main").inner_text()


def test_a_forgotten_password_and_one_that_is_changed(new_page, mailbox, email):
	customer = make_customer()
	make_portal_user(customer, email=email, first_name="Maya", last_name="Lee")
	frappe.db.commit()
	# Frappe sends three of these in an hour to one address of the network
	frappe.cache.delete_keys("rl:frappe.core.doctype.user.user.reset_password")
	page = new_page()
	page.goto("/portal/statement")
	open_sign_in(page)
	page.get_by_role("link", name="Forgot Password?").click()
	page.locator("#forgot_email").fill(email)
	page.get_by_role("button", name="Reset Password").click()
	page.get_by_text("Instructions Emailed").wait_for()
	page.goto(read_link(mailbox, email))
	choose_password(page, OTHER)
	page.wait_for_url("**/portal")

	page.goto("/portal/account")
	page.get_by_role("link", name="Change password").click()
	choose_password(page, PASSWORD, old=OTHER)
	page.wait_for_url("**/portal")
	page.locator("button:visible", has_text="Sign out").click()

	# back to the page one came for
	page.goto("/portal/statement")
	sign_in(page, email, OTHER)
	page.get_by_text("Invalid Login. Try again.").wait_for()
	page.locator("#login_password").fill(PASSWORD)
	page.locator(".btn-login").first.click()
	page.wait_for_url("**/portal/statement")
	expect(page.get_by_text(customer.customer_name).first).to_be_visible()
