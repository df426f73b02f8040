"""A manager whom User Permissions keep from some customers decides, reads and does nothing about those: policies of customers,
groups and contacts, and every button and record of the portal in Desk."""

import frappe
import pytest

from customer_portal_ext.access import tokens
from customer_portal_ext.desk.staff import MANAGER_ROLES
from tests import factories
from tests.factories.users import PASSWORD, make_user, restrict
from tests.security.test_desk_api import read, write

RESOURCE = "/api/resource/Customer Portal Policy"
RECORDS = ("Portal Access Token", "Portal Activity", "Portal Email Preference", "Portal Change Request")


@pytest.fixture
def groups(db):
	"""A group with a subgroup, another group, and the one that holds both."""
	top = frappe.get_all("Customer Group", pluck="name", order_by="lft", limit=1)[0]

	def make(parent, is_group):
		name = f"Group {frappe.generate_hash(length=6)}"
		values = {"customer_group_name": name, "parent_customer_group": parent, "is_group": is_group}
		return frappe.get_doc({"doctype": "Customer Group", **values}).insert().name

	roof = make(top, 1)
	outer = make(roof, 1)
	return {"outer": outer, "inner": make(outer, 0), "other": make(roof, 0), "roof": roof}


@pytest.fixture
def own(groups):
	return make_customer(groups["inner"])


@pytest.fixture
def foreign(groups):
	return make_customer(groups["other"])


def make_customer(group):
	email = f"{frappe.generate_hash(length=8)}@example.com"
	return factories.make_customer(email=email, customer_group=group)


@pytest.fixture(params=["Customer", "Customer Group"])
def manager(request, new_client, own, groups):
	"""Bound to the one customer, or to its group."""
	user = make_user(*MANAGER_ROLES)
	restrict(user, request.param, own.name if request.param == "Customer" else groups["outer"])
	return new_client().sign_in_for_rest(user, PASSWORD)


def send(client, path, method="POST", **values):
	return client.write(method, path, json=values)


def make_policy(applies_to, party):
	values = {"doctype": "Customer Portal Policy", "applies_to": applies_to, "party": party, "orders": "Deny"}
	return frappe.get_doc(values).insert()


def get_parties(customer, group):
	return (
		("Customer", customer.name),
		("Customer Group", group),
		("Contact", customer.customer_primary_contact),
	)


def test_policies_within_the_limits_are_written(manager, own, groups):
	for applies_to, party in get_parties(own, groups["inner"]):
		made = send(manager, RESOURCE, applies_to=applies_to, party=party, orders="Deny")
		assert made.status_code == 200, (applies_to, made.text)
		name = made.json["data"]["name"]
		assert send(manager, f"{RESOURCE}/{name}", "PUT", statement="Deny").status_code == 200
		assert manager.get(f"{RESOURCE}/{name}").status_code == 200
		assert send(manager, f"{RESOURCE}/{name}", "DELETE").status_code == 202


def test_policies_outside_them_are_neither_written_nor_read(manager, foreign, groups):
	for applies_to, party in (*get_parties(foreign, groups["other"]), ("Customer Group", groups["roof"])):
		made = send(manager, RESOURCE, applies_to=applies_to, party=party, orders="Deny")
		assert made.status_code == 403, applies_to
		policy = make_policy(applies_to, party)
		path = f"{RESOURCE}/{policy.name}"
		assert manager.get(path).status_code == 403, applies_to
		assert send(manager, path, "PUT", statement="Deny").status_code == 403, applies_to
		assert send(manager, path, "DELETE").status_code == 403, applies_to
		assert policy.name not in manager.get(f"{RESOURCE}?limit=0").text
		frappe.db.rollback()
		assert frappe.db.get_value("Customer Portal Policy", policy.name, "statement") == "Default"
		policy.delete()


def test_a_policy_is_not_moved_in_or_out(manager, own, foreign):
	inside, outside = make_policy("Customer", own.name), make_policy("Customer", foreign.name)
	for policy, party in ((inside, foreign), (outside, own)):
		moved = send(manager, f"{RESOURCE}/{policy.name}", "PUT", party=party.name)
		assert moved.status_code >= 400
		method = "/api/method/frappe.client.set_value"
		values = {"doctype": policy.doctype, "name": policy.name, "fieldname": "party", "value": party.name}
		assert send(manager, method, **values).status_code >= 400
	frappe.db.rollback()
	assert frappe.db.get_value("Customer Portal Policy", inside.name, "party") == own.name
	assert frappe.db.get_value("Customer Portal Policy", outside.name, "party") == foreign.name


def test_the_policys_own_validation_asks(manager, own, foreign, groups):
	"""However it comes to be written: nothing before it needs to have asked."""
	outside = make_policy("Customer", foreign.name)
	frappe.set_user(manager.user)
	try:
		frappe.new_doc("Customer Portal Policy", applies_to="Customer", party=own.name).validate()
		for applies_to, party in (*get_parties(foreign, groups["other"]), ("Customer Group", groups["roof"])):
			policy = frappe.new_doc("Customer Portal Policy", applies_to=applies_to, party=party)
			with pytest.raises(frappe.PermissionError):
				policy.validate()
		outside.load_doc_before_save()
		outside.party = own.name
		with pytest.raises(frappe.PermissionError):
			outside.validate()
	finally:
		frappe.set_user("Administrator")


def test_a_contact_of_both_is_not_theirs_to_narrow(manager, own, foreign):
	contact = frappe.get_doc("Contact", own.customer_primary_contact)
	contact.append("links", {"link_doctype": "Customer", "link_name": foreign.name})
	contact.save()
	values = {"applies_to": "Contact", "party": contact.name, "orders": "Deny"}
	assert send(manager, RESOURCE, **values).status_code == 403


def test_every_button_asks_for_the_customer(manager, own, foreign, outgoing):
	token = tokens.issue(foreign.name)
	invoice = factories.make_sales_invoice(foreign)
	quotation = factories.make_quotation(foreign)
	contact = foreign.customer_primary_contact
	request = frappe.get_doc(
		{
			"doctype": "Portal Change Request",
			"customer": foreign.name,
			"changes": [{"field": "tax_id", "label": "Tax ID", "new_value": "1"}],
		}
	).insert(ignore_permissions=True)
	for method, arguments in {
		"generate_link": {"customer": foreign.name},
		"regenerate_link": {"customer": foreign.name},
		"copy_link": {"customer": foreign.name},
		"copy_document_link": {"doctype": "Sales Invoice", "name": invoice.name},
		"email_link": {"customer": foreign.name},
		"revoke_link": {"customer": foreign.name},
		"open_portal_thread": {"doctype": "Sales Invoice", "name": invoice.name},
		"reply_in_portal": {"doctype": "Customer", "name": foreign.name, "message": "Hello"},
		"copy_approval_link": {"quotation": quotation.name},
		"email_approval_link": {"quotation": quotation.name, "email": "someone@example.net"},
		"revoke_quotation_link": {"quotation": quotation.name, "token": token.name},
		"approve_change_request": {"request": request.name},
		"reject_change_request": {"request": request.name},
		"invite_contacts": {"customer": foreign.name, "contacts": frappe.as_json([contact])},
		"remove_portal_user": {"customer": foreign.name, "user": "Administrator"},
		"view_as_customer": {"customer": foreign.name},
	}.items():
		answer = write(manager, method, **arguments)
		assert answer.status_code == 403, f"{method}: {answer.text}"
	for method, arguments in {
		"get_link_state": {"customer": foreign.name},
		"get_portal_people": {"customer": foreign.name},
		"explain_portal": {"customer": foreign.name},
	}.items():
		assert read(manager, method, **arguments).status_code == 403, method
	assert foreign.name not in read(manager, "get_portal_tokens", page_length=100).text
	assert read(manager, "get_contact_portal_states", contact=contact).json.get("message") in ([], None)
	bulk = write(manager, "start_bulk", action="revoke", customers=frappe.as_json([foreign.name, own.name]))
	assert bulk.status_code == 200
	frappe.db.rollback()
	assert frappe.db.get_value("Portal Access Token", token.name, "status") == "Active"


def test_the_portals_records_of_other_customers_are_not_read(manager, own, foreign):
	for customer in (own, foreign):
		tokens.issue(customer.name)
		values = {
			"email": f"{customer.name.replace(' ', '-')}@example.com".lower(),
			"customer": customer.name,
		}
		frappe.get_doc({"doctype": "Portal Email Preference", **values}).insert()
	customers = manager.get("/api/resource/Customer", query_string={"limit": 0}).json["data"]
	# Frappe shows customers without a group, too, to whom a group binds
	seen = {row["name"] for row in customers}
	assert own.name in seen and foreign.name not in seen
	for doctype in RECORDS:
		names = {
			customer.name: frappe.get_all(doctype, {"customer": customer.name}, pluck="name")
			for customer in (own, foreign)
		}
		fields = frappe.as_json(["name", "customer"])
		listed = manager.get(f"/api/resource/{doctype}", query_string={"fields": fields, "limit": 0}).json[
			"data"
		]
		assert not {row["customer"] for row in listed} - {None, ""} - seen, doctype
		for name in names[foreign.name]:
			assert manager.get(f"/api/resource/{doctype}/{name}").status_code == 403, doctype
		for name in names[own.name]:
			assert manager.get(f"/api/resource/{doctype}/{name}").status_code == 200, doctype
	values = {"email": "else@example.com", "customer": foreign.name}
	assert send(manager, "/api/resource/Portal Email Preference", **values).status_code == 403
