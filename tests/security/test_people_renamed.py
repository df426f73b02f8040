"""Renamed, merged, deleted and forgotten people: who may sign in stays what it was, and nothing of them is left behind."""

import frappe
import pytest

from customer_portal_ext.access import (
	activity,
	invitations,
	members,
	users,
)
from tests.factories import make_contact, make_customer
from tests.factories.people import make_policy
from tests.factories.users import PASSWORD, link_user, make_portal_user, make_user

pytestmark = pytest.mark.usefixtures("outgoing")


@pytest.fixture
def email():
	return f"maya-{frappe.generate_hash(length=8)}@example.com"


@pytest.fixture
def customer(db, email):
	return make_customer(email=email)


def test_renames_and_merges_keep_who_may_and_nobody_else(new_client, customer, email):
	other = make_customer()
	user = make_portal_user(customer)
	client = new_client()
	new = f"{customer.name} renamed"
	frappe.rename_doc("Customer", customer.name, new)
	client.sign_in(user, PASSWORD)
	assert client.get("/portal").status_code == 200
	frappe.rename_doc("Customer", new, other.name, merge=True)
	assert client.get("/portal").status_code == 403


def test_merged_users_are_linked_once(customer):
	one, two = make_portal_user(customer), make_portal_user(customer)
	frappe.rename_doc("User", one, two, merge=True)
	assert frappe.db.count("Portal User", {"parent": customer.name, "user": two}) == 1
	assert (users.get_customers(one), users.get_customers(two)) == ([], [customer.name])


def test_a_deleted_user_leaves_no_door_to_who_takes_the_address(customer, email):
	user = make_portal_user(customer, email=email)
	frappe.delete_doc("User", user, force=True)
	make_user("Customer", email=email)
	assert users.get_customers(email) == []


def test_a_renamed_contacts_policy_goes_with_it_and_a_deleted_ones_is_gone(customer, email):
	contact = make_contact(customer, f"second-{email}", is_primary=False)
	make_policy("Contact", contact.name, payments="Deny")
	new = f"{contact.name} renamed"
	frappe.rename_doc("Contact", contact.name, new)
	assert frappe.db.get_value("Customer Portal Policy", {"party": new}, "policy_key") == f"Contact: {new}"
	frappe.delete_doc("Contact", new)
	assert not frappe.db.exists("Customer Portal Policy", {"party": new})


def test_personal_data_is_in_frappes_hooks(customer):
	user = make_portal_user(customer)
	link_user(make_customer(), user)
	from frappe.website.doctype.personal_data_download_request.personal_data_download_request import (
		get_user_data,
	)

	activity.record_sign_in(customer.name, user)
	assert "Signed In" in get_user_data(user)
	hooks = [row["doctype"] for row in frappe.get_hooks("user_data_fields")]
	assert {"Portal Activity", "Portal Payment", "Portal Quotation Response"} <= set(hooks)


def test_who_is_forgotten_is_named_nowhere_in_the_apps_records(customer, email):
	invitations.invite(customer.name, customer.customer_primary_contact)
	activity.record_verified(email)
	activity.record_sign_in(customer.name, email)
	members.remove(customer.name, email)
	members.link(customer.name, email)
	assert frappe.db.count("Portal Activity", {"details": email}) == 1
	frappe.db.set_value("User", email, "first_name", f"Maya {customer.name}")
	request = frappe.get_doc({"doctype": "Personal Data Deletion Request", "email": email}).insert()
	request.disable_user()
	request._anonymize_data()
	for doctype in ("Portal Activity", "Customer Portal Policy", "Portal User"):
		for row in frappe.get_all(doctype, ["*"]):
			assert email not in frappe.as_json(row), (doctype, row)
	assert users.get_customers(email) == [] and users.get_customers(request.name) == []
