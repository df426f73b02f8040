"""Contacts and addresses over Frappe's own REST API, as a website user: nobody gets into another's account that way."""

import frappe
import pytest

from customer_portal_ext.account import sign_ups
from customer_portal_ext.account.contacts import get_address_on_file
from tests.client import hidden_fields
from tests.factories import make_address, make_contact, make_customer
from tests.factories.users import PASSWORD, link_user, make_portal_user, make_user

FORGED = {"owner": "Administrator", "modified_by": "Administrator", "creation": "2001-01-01 00:00:00"}


@pytest.fixture
def victim(db):
	return make_customer()


@pytest.fixture
def stranger(new_client):
	"""Somebody with a verified e-mail address and no customer."""
	return new_client().sign_in_for_rest(make_user("Customer"), PASSWORD)


def call(client, method, path, **values):
	return client.write(method, f"/api/resource/{path}", json=values)


def to(customer, **values):
	return {"link_doctype": "Customer", "link_name": customer.name, **values}


def get_contact(client, **values):
	"""A contact of the user's own, as every website user may make them."""
	email = {"email_id": client.user, "is_primary": 1}
	answer = call(client, "POST", "Contact", first_name="Own", email_ids=[email], **values)
	assert answer.status_code == 200, answer.text
	return answer.json["data"]


def assert_nothing_is_theirs(client, victim):
	frappe.db.rollback()
	assert not frappe.db.exists("Dynamic Link", {"link_doctype": "Customer", "link_name": victim.name})
	assert victim.name not in sign_ups.find_customers(client.user)
	assert get_address_on_file(victim.name) is None


def test_a_contact_of_ones_own_names_no_customer(stranger, victim):
	for table in ([to(victim)], [to(victim, **FORGED)]):
		email = {"email_id": stranger.user, "is_primary": 1, **FORGED}
		values = {"first_name": "Own", "is_primary_contact": 1, "email_ids": [email], "links": table}
		assert call(stranger, "POST", "Contact", **values, **FORGED).status_code == 403
	contact = get_contact(stranger)
	assert call(stranger, "PUT", f"Contact/{contact['name']}", links=[to(victim)]).status_code == 403
	row = to(victim, parenttype="Contact", parent=contact["name"], parentfield="links")
	assert call(stranger, "POST", "Dynamic Link", **row).status_code == 403
	assert_nothing_is_theirs(stranger, victim)


def test_who_wrote_an_address_on_a_contact_cannot_be_forged(stranger, victim):
	contact = get_contact(stranger, **FORGED)
	frappe.db.rollback()
	# staff take the contact for the customer's
	document = frappe.get_doc("Contact", contact["name"])
	document.append("links", to(victim))
	document.save()
	assert victim.name not in sign_ups.find_customers(stranger.user)
	row = document.email_ids[0].name
	forged = [{"name": row, "email_id": stranger.user, "is_primary": 1, **FORGED}]
	for path, values in (
		(f"Contact/{contact['name']}", FORGED),
		(f"Contact/{contact['name']}", {"email_ids": forged}),
		(f"Contact Email/{row}", FORGED),
	):
		call(stranger, "PUT", path, **values)
		frappe.db.rollback()
		assert frappe.db.get_value("Contact Email", row, "owner") == stranger.user, path
		assert frappe.db.get_value("Contact", contact["name"], "owner") == stranger.user, path
	assert victim.name not in sign_ups.find_customers(stranger.user)
	# staff write the address down themselves
	document = frappe.get_doc("Contact", contact["name"])
	document.email_ids = []
	document.append("email_ids", {"email_id": stranger.user, "is_primary": 1})
	document.save()
	assert victim.name in sign_ups.find_customers(stranger.user)


def test_an_address_that_a_visitor_puts_on_a_contact_of_staffs_is_the_visitors(http, victim, portal_settings):
	portal_settings(allow_account_changes=1, account_changes_applied="At Once")
	old, new = (f"{frappe.generate_hash(length=8)}@example.com" for _address in range(2))
	contact = make_contact(victim, old)
	http.sign_in(make_portal_user(victim), PASSWORD)
	path = f"/portal/contacts/{contact.name}"
	form = hidden_fields(http.get(path).text)
	answer = http.post(path, data=form | {"first_name": "Ann", "email_id": new})
	assert answer.status_code == 303, answer.text
	frappe.db.rollback()
	assert frappe.db.get_value("Contact", contact.name, "email_id") == new
	assert sign_ups.find_customers(new) == []
	assert sign_ups.find_customers(new, anyhow=True) == [victim.name]


def test_who_is_narrowed_does_not_widen_it(stranger, victim):
	contact = get_contact(stranger)
	frappe.db.rollback()
	document = frappe.get_doc("Contact", contact["name"])
	document.append("links", to(victim))
	document.save()
	link_user(victim, stranger.user)
	policy = {"doctype": "Customer Portal Policy", "applies_to": "Contact", "party": document.name}
	frappe.get_doc({**policy, "statement": "Deny"}).insert()
	assert stranger.get("/portal/statement").status_code == 404
	for values in ({"user": None}, {"links": []}, {"first_name": "Somebody else"}):
		assert call(stranger, "PUT", f"Contact/{document.name}", **values).status_code == 403, values
	assert stranger.get("/portal/statement").status_code == 404


def test_an_address_of_ones_own_names_ones_own_customers_alone(stranger, victim):
	own = make_customer()
	link_user(own, stranger.user)
	values = {
		"address_title": "Own",
		"address_type": "Shipping",
		"address_line1": "1 Test Street",
		"city": "Testville",
		"country": "United States",
	}
	assert call(stranger, "POST", "Address", links=[to(victim)], **values).status_code == 403
	made = call(stranger, "POST", "Address", links=[to(own)], **values)
	assert made.status_code == 200
	name = made.json["data"]["name"]
	assert call(stranger, "PUT", f"Address/{name}", links=[to(own), to(victim)]).status_code == 403
	row = to(victim, parenttype="Address", parent=name, parentfield="links")
	assert call(stranger, "POST", "Dynamic Link", **row).status_code == 403
	foreign = make_address(victim)
	assert call(stranger, "PUT", f"Address/{foreign.name}", city="Elsewhere").status_code == 403
	frappe.db.rollback()
	linked = frappe.get_all("Dynamic Link", {"link_name": victim.name}, pluck="parent")
	assert linked == [foreign.name]
	assert frappe.db.get_value("Address", foreign.name, "city") == "Testville"


@pytest.mark.parametrize("is_customers", [True, False])
@pytest.mark.parametrize("party", ["Company", "User", "Supplier", "Customer"])
def test_nobody_writes_onto_our_company_or_onto_others(stranger, victim, is_customers, party):
	"""The address of a company of ours stands on whatever it sells, to anybody."""
	company = frappe.get_all("Company", pluck="name", limit=1)[0]
	supplier = frappe.get_doc(
		{
			"doctype": "Supplier",
			"supplier_name": frappe.generate_hash(length=10),
			"supplier_group": "All Supplier Groups",
		}
	).insert()
	names = {"Company": company, "User": "Administrator", "Supplier": supplier.name, "Customer": victim.name}
	if is_customers:
		link_user(make_customer(), stranger.user)
	links = [{"link_doctype": party, "link_name": names[party]}]
	lines = {
		"address_line1": "Elsewhere 1",
		"city": "Elsewhere",
		"country": "Germany",
		"address_type": "Billing",
	}
	values = {"address_title": "Mine", **lines, "is_primary_address": 1}
	themselves = [{"link_doctype": "User", "link_name": stranger.user}]
	own = call(stranger, "POST", "Address", **values, links=themselves)
	assert own.status_code == 200, own.text
	path = f"Address/{own.json['data']['name']}"
	ours = {"is_your_company_address": 1} if party == "Company" else {}
	assert call(stranger, "POST", "Address", **values, **ours, links=links).status_code == 403
	assert call(stranger, "PUT", path, **ours, links=links).status_code == 403
	assert call(stranger, "POST", "Contact", first_name="Own", links=links).status_code == 403
	contact = get_contact(stranger)
	assert call(stranger, "PUT", f"Contact/{contact['name']}", links=links).status_code == 403
	frappe.db.rollback()
	assert not frappe.db.exists("Dynamic Link", {**links[0], "owner": stranger.user})


def test_a_suppliers_user_writes_the_suppliers_address(stranger):
	supplier = frappe.get_doc(
		{
			"doctype": "Supplier",
			"supplier_name": frappe.generate_hash(length=10),
			"supplier_group": "All Supplier Groups",
			"portal_users": [{"user": stranger.user}],
		}
	).insert()
	lines = {
		"address_line1": "Mill Lane 1",
		"city": "Leeds",
		"country": "United Kingdom",
		"address_type": "Billing",
	}
	links = [{"link_doctype": "Supplier", "link_name": supplier.name}]
	answer = call(stranger, "POST", "Address", address_title="Mill", **lines, links=links)
	assert answer.status_code == 200, answer.text


def test_who_is_narrowed_does_not_remove_it(stranger, victim):
	contact = get_contact(stranger)
	spare = get_contact(stranger)
	frappe.db.rollback()
	document = frappe.get_doc("Contact", contact["name"])
	document.append("links", to(victim))
	document.save()
	link_user(victim, stranger.user)
	policy = {"doctype": "Customer Portal Policy", "applies_to": "Contact", "party": document.name}
	frappe.get_doc({**policy, "statement": "Deny"}).insert()
	assert call(stranger, "DELETE", f"Contact/{document.name}").status_code == 403
	frappe.db.rollback()
	assert frappe.db.exists("Contact", document.name)
	assert stranger.get("/portal/statement").status_code == 404
	# nor the one that names them
	frappe.db.set_value("Contact", spare["name"], "user", stranger.user)
	assert call(stranger, "DELETE", f"Contact/{spare['name']}").status_code == 403
	frappe.db.rollback()
	frappe.db.set_value("Contact", spare["name"], "user", None)
	assert call(stranger, "DELETE", f"Contact/{spare['name']}").status_code == 202


def test_how_a_customer_is_reached_is_changed_on_the_portal_alone(stranger, victim, portal_settings):
	portal_settings(allow_account_changes=1, account_changes_applied="After Approval")
	contact = get_contact(stranger)
	frappe.db.rollback()
	document = frappe.get_doc("Contact", contact["name"])
	document.append("links", to(victim))
	document.append("phone_nos", {"phone": "+1 555 0100", "is_primary_phone": 1})
	document.save()
	link_user(victim, stranger.user)
	path = f"Contact/{document.name}"
	for values in (
		{"email_ids": [{"email_id": "other@example.com", "is_primary": 1}]},
		{"email_ids": []},
		{"phone_nos": [{"phone": "+1 555 0199", "is_primary_phone": 1}]},
		{"phone_nos": []},
	):
		assert call(stranger, "PUT", path, **values).status_code == 403, values
	frappe.db.rollback()
	document.reload()
	assert (document.email_id, document.phone) == (stranger.user, "+1 555 0100")
	assert call(stranger, "PUT", path, designation="Buyer").status_code == 200
