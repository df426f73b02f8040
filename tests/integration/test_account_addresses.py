"""Addresses over real HTTP: written to ERPNext at once, the customer's own alone."""

import frappe
import pytest
from frappe.contacts.doctype.address.address import get_default_address

from tests import factories
from tests.factories.account import ADDRESS, open_account, send


@pytest.fixture
def customer(db):
	return factories.make_customer()


@pytest.fixture
def visitor(http, customer, portal_settings):
	portal_settings(allow_account_changes=1)
	return open_account(http, customer)


def names_of(customer):
	frappe.db.rollback()
	return frappe.get_all(
		"Dynamic Link",
		{"parenttype": "Address", "link_doctype": "Customer", "link_name": customer.name},
		pluck="parent",
	)


def add(visitor, **values):
	return send(visitor, "/portal/new-address", ADDRESS | values)


def test_a_new_address_is_erpnexts_own_and_linked_to_the_customer_alone(visitor, customer):
	response = add(visitor)
	assert response.status_code == 303 and response.location.endswith(
		"/portal/addresses?notice=address-added"
	)
	[name] = names_of(customer)
	address = frappe.get_doc("Address", name)
	assert {field: address.get(field) or "" for field in ADDRESS} == ADDRESS
	assert [(link.link_doctype, link.link_name) for link in address.links] == [("Customer", customer.name)]
	page = visitor.get("/portal/addresses").text
	assert "7 Harbour Road" in page and "Oakland, California 94607" in page


def test_the_same_address_sent_twice_is_one(visitor, customer):
	assert add(visitor).status_code == add(visitor).status_code == 303
	assert len(names_of(customer)) == 1


def test_a_changed_address_is_changed_in_erpnext(visitor, customer):
	add(visitor)
	[name] = names_of(customer)
	response = send(visitor, f"/portal/addresses/{name}", ADDRESS | {"city": "San Jose", "pincode": "95113"})
	assert response.status_code == 303
	frappe.db.rollback()
	assert frappe.db.get_value("Address", name, ["city", "pincode"]) == ("San Jose", "95113")
	assert names_of(customer) == [name]
	traces = frappe.get_all("Portal Activity", {"customer": customer.name}, pluck="activity")
	assert {"Added Address", "Changed Address"} <= set(traces)
	comments = frappe.get_all(
		"Comment", {"reference_doctype": "Customer", "reference_name": customer.name}, pluck="content"
	)
	assert any("Changed Address" in comment and name in comment for comment in comments)


def test_what_a_country_does_not_show_is_kept_and_goes_with_another_country(visitor, customer):
	address = factories.make_address(customer, country="Germany", city="Berlin", pincode="10115", state="BE")
	frappe.db.commit()
	german = ADDRESS | {"country": "Germany", "city": "Berlin", "pincode": "10117", "state": ""}
	assert send(visitor, f"/portal/addresses/{address.name}", german).status_code == 303
	address.reload()
	assert (address.pincode, address.state) == ("10117", "BE")
	assert (
		send(visitor, f"/portal/addresses/{address.name}", german | {"country": "Hong Kong"}).status_code
		== 303
	)
	frappe.db.rollback()
	address.reload()
	assert (address.country, address.pincode or "") == ("Hong Kong", "")


def test_a_field_that_is_left_alone_stays_what_staff_wrote(visitor, customer):
	address = factories.make_address(
		customer,
		address_type="Current",
		address_line1='7 O\'Neil "Street"',
		state="California",
		pincode="CA 94",
		phone="ask Ada",
	)
	frappe.db.commit()
	shown = {field: address.get(field) or "" for field in ADDRESS}
	assert send(visitor, f"/portal/addresses/{address.name}", shown | {"city": "Oakland"}).status_code == 303
	address.reload()
	assert {field: address.get(field) or "" for field in ADDRESS} == shown | {"city": "Oakland"}
	moved = shown | {"country": "Germany"}
	assert send(visitor, f"/portal/addresses/{address.name}", moved).status_code == 400


def test_another_country_shows_other_fields_and_keeps_nothing(visitor, customer):
	typed = ADDRESS | {"country": "Germany", "reshow": "1"}
	response = send(visitor, "/portal/new-address", typed)
	assert response.status_code == 200
	assert 'name="pincode"' in response.text and 'name="state"' not in response.text
	assert 'value="7 Harbour Road"' in response.text and "For example 26133" in response.text
	assert names_of(customer) == []


def test_default_for_invoices_and_deliveries_is_erpnexts_default(visitor, customer):
	add(visitor, billing="1")
	add(visitor, address_line1="Second Street", shipping="1")
	first, second = (
		frappe.db.get_value("Address", {"address_line1": line, "name": ("in", names_of(customer))})
		for line in ("7 Harbour Road", "Second Street")
	)
	assert get_default_address("Customer", customer.name) == first
	assert get_default_address("Customer", customer.name, "is_shipping_address") == second
	assert frappe.db.get_value("Customer", customer.name, "customer_primary_address") == first
	assert send(visitor, f"/portal/billing-address/{second}").status_code == 303
	frappe.db.rollback()
	assert get_default_address("Customer", customer.name) == second
	assert frappe.db.get_value("Address", first, "is_primary_address") == 0
	row = frappe.db.get_value(
		"Customer", customer.name, ["customer_primary_address", "primary_address"], as_dict=True
	)
	assert row.customer_primary_address == second and "Second Street" in row.primary_address


def test_an_unused_address_is_removed_and_a_used_one_disabled(visitor, customer):
	add(visitor, billing="1")
	[name] = names_of(customer)
	invoice = factories.make_sales_invoice(customer, customer_address=name)
	add(visitor, address_line1="Second Street")
	[other] = [each for each in names_of(customer) if each != name]
	assert send(visitor, f"/portal/remove-address/{other}").location.endswith("notice=address-removed")
	assert send(visitor, f"/portal/remove-address/{name}").location.endswith("notice=address-disabled")
	frappe.db.rollback()
	assert not frappe.db.exists("Address", other)
	assert frappe.db.get_value("Address", name, ["disabled", "is_primary_address"]) == (1, 0)
	assert frappe.db.get_value("Sales Invoice", invoice.name, "customer_address") == name
	assert frappe.db.get_value("Customer", customer.name, "customer_primary_address") is None
	assert "Harbour" not in visitor.get("/portal/addresses").text
	assert visitor.get(f"/portal/addresses/{name}").status_code == 404


def test_an_address_that_others_use_is_shown_and_not_changed(visitor, customer):
	other = factories.make_customer()
	address = factories.make_address(customer, address_line1="Shared Lane 1")
	address.append("links", {"link_doctype": "Customer", "link_name": other.name})
	address.save()
	page = visitor.get("/portal/addresses").text
	assert "Shared Lane 1" in page and "Others use this address too" in page
	assert f"/portal/addresses/{address.name}" not in page
	for path in ("addresses", "remove-address", "billing-address"):
		response = send(visitor, f"/portal/{path}/{address.name}", ADDRESS)
		assert response.status_code == 400 and "changed by us" in response.text, path
	frappe.db.rollback()
	address.reload()
	assert (address.address_line1, address.disabled, address.is_primary_address) == ("Shared Lane 1", 0, 0)


def test_a_new_default_takes_no_more_from_addresses_that_others_use_than_erpnext_does(visitor, customer):
	"""ERPNext's own validation takes the mark from one address; the customer's others lose it, those of others stay."""
	other = factories.make_customer()
	shared = []
	for line in ("Shared Lane 1", "Shared Lane 2"):
		address = factories.make_address(customer, address_line1=line)
		address.append("links", {"link_doctype": "Customer", "link_name": other.name})
		shared.append(address.save().name)
	own, former = (factories.make_address(customer, address_line1=line).name for line in ("New", "Former"))
	marked = {"name": ("in", [*shared, former])}
	frappe.db.set_value("Address", marked, "is_primary_address", 1, update_modified=False)
	assert send(visitor, f"/portal/billing-address/{own}").status_code == 303
	frappe.db.rollback()
	marks = {
		name: frappe.db.get_value("Address", name, "is_primary_address") for name in (own, former, *shared)
	}
	assert (marks[own], marks[former]) == (1, 0)
	assert sorted(marks[name] for name in shared) == [0, 1]


def test_the_list_costs_the_same_however_long_it_is(visitor, customer):
	from development import measuring

	factories.make_address(customer)
	few = measuring.count(lambda: measuring.get_page(visitor, "/portal/addresses"))
	for number in range(20):
		factories.make_address(customer, address_line1=f"{number} Long Street")
	assert measuring.count(lambda: measuring.get_page(visitor, "/portal/addresses")) == few <= 12
