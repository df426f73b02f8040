"""How a customer is reached: the postal address of a letter."""

import frappe
import pytest

from customer_portal_ext.account.contacts import get_recipient
from tests import factories


@pytest.fixture
def customer(db):
	customer = factories.make_customer(tax_id="TAX-1")
	factories.make_address(customer, address_line1="3 Depot Road", address_type="Shipping")
	return customer


def set_address(customer, **values):
	frappe.db.set_value("Customer", customer.name, values)


def test_the_address_that_erpnext_wrote_into_the_customer(customer):
	set_address(customer, primary_address="1 Written Lane<br/>\n12345 <b>Town</b><br>")
	assert get_recipient(customer.name) == {
		"name": customer.name,
		"customer_name": customer.customer_name,
		"tax_id": "TAX-1",
		"address": ["1 Written Lane", "12345 Town"],
	}


def test_the_primary_address_that_was_only_named(customer):
	named = factories.make_address(customer, address_line1="2 Named Street", address_type="Office")
	set_address(customer, primary_address=None, customer_primary_address=named.name)
	assert get_recipient(customer.name)["address"][0] == "2 Named Street"


def test_addresses_that_are_only_linked(customer):
	"""One marked as primary comes before a billing address, a billing address before any other, a disabled one never."""
	set_address(customer, primary_address=None, customer_primary_address=None)
	assert get_recipient(customer.name)["address"][0] == "3 Depot Road"
	billing = factories.make_address(customer, address_line1="4 Billing Row")
	assert get_recipient(customer.name)["address"][0] == "4 Billing Row"
	factories.make_address(customer, address_line1="5 Main Gate", address_type="Plant", is_primary_address=1)
	set_address(customer, primary_address=None, customer_primary_address=None)
	assert get_recipient(customer.name)["address"][0] == "5 Main Gate"
	frappe.db.set_value("Address", {"address_line1": "5 Main Gate"}, "disabled", 1)
	frappe.db.set_value("Address", billing.name, "disabled", 1)
	assert get_recipient(customer.name)["address"][0] == "3 Depot Road"


def test_no_address_and_another_customers(customer):
	assert get_recipient(factories.make_customer().name)["address"] == []


def test_the_sites_address_template_lays_it_out(customer):
	template = {"template": "{{ pincode }} {{ city }}<br>{{ country | upper }}"}
	frappe.get_doc({"doctype": "Address Template", "country": "Iceland", **template}).insert()
	factories.make_address(customer, country="Iceland", pincode="101", city="Reykjavik")
	set_address(customer, primary_address=None, customer_primary_address=None)
	assert get_recipient(customer.name)["address"] == ["101 Reykjavik", "ICELAND"]
	frappe.db.delete("Address Template")
	assert get_recipient(customer.name)["address"] == ["1 Test Street", "101", "Reykjavik", "Iceland"]
