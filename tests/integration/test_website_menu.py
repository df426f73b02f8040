"""ERPNext's own portal beside ours: entries in its menu by setting, its lists and permissions as they were."""

import frappe
import pytest

from customer_portal_ext.desk import website_menu
from tests import factories
from tests.factories.users import PASSWORD, make_user

PATHS = ("/orders", "/invoices", "/quotations", "/addresses", "/me")


@pytest.fixture
def menu(db):
	"""Portal Settings, put back afterwards."""
	before = frappe.get_doc("Portal Settings").as_dict()["custom_menu"]
	yield lambda: [row.route for row in frappe.get_doc("Portal Settings").custom_menu]
	frappe.db.rollback()
	settings = frappe.get_doc("Portal Settings")
	settings.set("custom_menu", [{**row, "name": None} for row in before])
	settings.save()
	frappe.db.commit()


@pytest.fixture
def customer_user(db):
	customer = factories.make_customer()
	user = make_user()
	frappe.db.commit()
	customer.append("portal_users", {"user": user})
	customer.save()
	return customer, user


def test_the_menu_has_our_pages_only_while_the_setting_says_so(menu, portal_settings):
	ours = [route for _title, route in website_menu.ENTRIES]
	portal_settings(show_in_website_menu=0)
	assert not set(ours) & set(menu())
	portal_settings(show_in_website_menu=1)
	portal_settings(show_in_website_menu=1)
	assert [route for route in menu() if route in ours] == ours
	portal_settings(show_in_website_menu=0)
	assert not set(ours) & set(menu())


def test_staffs_own_entries_stay(menu, portal_settings):
	settings = frappe.get_doc("Portal Settings")
	settings.append("custom_menu", {"title": "Catalogue", "route": "/catalogue", "enabled": 1})
	settings.save()
	portal_settings(show_in_website_menu=1)
	website_menu.remove()
	assert "/catalogue" in menu()


def test_erpnexts_own_pages_answer_as_before_and_lead_to_ours(menu, http, customer_user, portal_settings):
	customer, user = customer_user
	invoice = factories.make_sales_invoice(customer)
	order = factories.make_sales_order(customer)
	stranger = factories.make_sales_invoice(factories.make_customer())
	portal_settings(show_in_website_menu=0)
	http.sign_in(user, PASSWORD)
	before = {path: http.get(path) for path in PATHS}
	assert {path: page.status_code for path, page in before.items()} == dict.fromkeys(PATHS, 200)
	assert "/portal/statement" not in before["/me"].text

	portal_settings(show_in_website_menu=1)
	frappe.db.commit()
	after = {path: http.get(path) for path in PATHS}
	assert {path: page.status_code for path, page in after.items()} == dict.fromkeys(PATHS, 200)
	assert "/portal/statement" in after["/me"].text and "/portal/account" in after["/me"].text
	for page in (before, after):
		assert invoice.name in page["/invoices"].text and order.name in page["/orders"].text
		assert stranger.name not in page["/invoices"].text


def test_an_address_added_on_ours_is_in_erpnexts_list(menu, http, customer_user, portal_settings):
	from tests.factories.account import ADDRESS, send

	customer, user = customer_user
	portal_settings(allow_account_changes=1)
	http.sign_in(user, PASSWORD)
	assert http.get("/portal").status_code == 200
	assert send(http, "/portal/new-address", ADDRESS).status_code == 303
	page = http.get("/portal/account").text
	assert 'href="/me"' in page and "/update-password" in page
	assert "7 Harbour Road" in http.get("/portal/addresses").text
	assert "Harbour" in http.get("/addresses").text
	frappe.db.rollback()
	assert frappe.db.count("Customer", {"customer_name": customer.customer_name}) == 1


def test_a_signed_in_user_changes_their_own_account(http, customer_user, portal_settings):
	from tests.factories.account import CONTACT, send

	_customer, user = customer_user
	portal_settings(allow_account_changes=1)
	http.sign_in(user, PASSWORD)
	assert send(http, "/portal/new-contact", CONTACT).status_code == 303
	page = http.get("/portal/account/activity").text
	assert "Added a contact" in page and "Test User" in page
	assert "Ada Lovelace" in http.get("/portal/contacts").text
