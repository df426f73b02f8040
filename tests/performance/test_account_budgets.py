"""Statements of the pages about the account, which do not grow with what is on them."""

import frappe
import pytest

from customer_portal_ext.access import tokens
from customer_portal_ext.account import preferences
from development import measuring
from tests import factories
from tests.factories.users import PASSWORD, make_portal_user

LIST_STATEMENTS, DETAIL_STATEMENTS = 12, 15
FEW, MANY = 2, 12
LISTS = ("/portal/addresses", "/portal/contacts", "/portal/account/activity")
DETAILS = (
	"/portal/account",
	"/portal/account/details",
	"/portal/account/preferences",
	"/portal/new-address",
	"/portal/new-contact",
)


def make_customer(size):
	"""A customer with ``size`` addresses, contacts, requests and activities, each seen once before anything is counted."""
	customer = factories.make_customer(email=f"{frappe.generate_hash(length=8)}@example.com")
	for number in range(size):
		factories.make_address(customer, address_line1=f"{number} Street")
		factories.make_contact(customer, f"{frappe.generate_hash(length=8)}@example.com", is_primary=False)
		activity = {"doctype": "Portal Activity", "customer": customer.name, "activity": "Changed Details"}
		frappe.get_doc(activity).insert()
	for number in range(min(size, 10)):
		change = {"field": "tax_id", "label": "Tax number", "new_value": str(number)}
		request = {"doctype": "Portal Change Request", "customer": customer.name, "changes": [change]}
		frappe.get_doc(request | {"requested_on": frappe.utils.now()}).insert()
	everything = dict.fromkeys(preferences.MAILS, True)
	preferences.change(customer.name, customer.email_id, everything | {"receipts": False})
	return customer


@pytest.fixture
def visitors(new_client, portal_settings):
	"""Clients who look at a small account and at a large one."""
	portal_settings(allow_account_changes=1, account_changes_applied="After Approval")
	made = {size: make_customer(size) for size in (FEW, MANY)}
	clients = {size: new_client() for size in made}
	for size, client in clients.items():
		client.open_link(tokens.get_link(tokens.issue(made[size].name)))
	user = new_client()
	user.sign_in(make_portal_user(made[MANY]), PASSWORD)
	return clients, user, made[MANY]


def count(client, path):
	return measuring.count(lambda: measuring.get_page(client, path))


def test_statements_of_the_accounts_pages(visitors):
	clients, user, customer = visitors
	address = frappe.get_all(
		"Dynamic Link",
		{"parenttype": "Address", "link_doctype": "Customer", "link_name": customer.name},
		pluck="parent",
	)[0]
	own = (f"/portal/addresses/{address}", f"/portal/contacts/{customer.customer_primary_contact}")
	counted = {path: count(clients[MANY], path) for path in (*LISTS, *DETAILS, *own)}
	small = {path: count(clients[FEW], path) for path in (*LISTS, *DETAILS)}
	signed_in = {path: count(user, path) for path in (*LISTS, *DETAILS)}
	assert {path: counted[path] - small[path] for path in small} == dict.fromkeys(small, 0)
	for taken in (counted, signed_in):
		assert {path: number for path, number in taken.items() if number > DETAIL_STATEMENTS} == {}
		assert {path: taken[path] for path in LISTS if taken[path] > LIST_STATEMENTS} == {}
