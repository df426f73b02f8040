"""Invitations, people put out, narrowing one person, what a customer can see and why, and viewing as the customer."""

import re

import frappe
import pytest

from customer_portal_ext.access import (
	invitation_links,
	invitations,
	members,
	staff_view,
	users,
)
from customer_portal_ext.exceptions import InvalidInput
from tests.client import hidden_fields
from tests.factories import make_contact, make_customer, make_sales_invoice
from tests.factories.people import get_mail, get_states, make_policy
from tests.factories.users import PASSWORD, make_portal_user, make_user, restrict
from tests.security.test_desk_api import read, sign_in, write

# what the queue holds of an invitation's link
SEALED = re.compile(r"/portal/join/link-[0-9]+-[0-9a-f]+")
UPDATE = "/api/method/frappe.core.doctype.user.user.update_password"


pytestmark = pytest.mark.usefixtures("outgoing")


@pytest.fixture
def email():
	return f"maya-{frappe.generate_hash(length=8)}@example.com"


@pytest.fixture
def customer(db, email):
	return make_customer(email=email)


@pytest.fixture
def staff(new_client):
	return sign_in(new_client, "Sales Manager", "Accounts Manager")


def test_from_the_invitation_to_the_customers_own_pages(staff, http, customer, email):
	assert get_states(customer) == {email: "none"}
	contact = customer.customer_primary_contact
	response = write(staff, "invite_contacts", customer=customer.name, contacts=frappe.as_json([contact]))
	assert response.json["message"]["invited"] == [email]
	assert get_states(customer) == {email: "invited"}
	assert SEALED.search(get_mail(email))
	path = invitation_links.get_path(customer.name, email, 30)
	for _look in range(2):
		assert http.get(path).status_code == 200
	way = http.submit(path, path)
	assert way.status_code == 303 and way.headers["Location"].startswith("/update-password?key=")
	key = way.headers["Location"].rpartition("key=")[2]
	chosen = http.post(UPDATE, data={"new_password": PASSWORD, "key": key})
	assert chosen.json["message"].strip("/") == "portal"
	assert customer.customer_name in http.get("/portal").text
	assert get_states(customer) == {email: "active"}
	# the invitation has done its work
	assert http.get(path).status_code == 403
	activities = frappe.get_all("Portal Activity", {"customer": customer.name}, pluck="activity")
	assert {"User Invited", "User Linked", "Signed In"} <= set(activities)


def put_out(customer, user):
	members.remove(customer.name, user)


def disable(customer, user):
	frappe.db.set_value("User", user, "enabled", 0)


def close_customer(customer, user):
	customer.reload()
	customer.db_set("disabled", 1)


@pytest.mark.parametrize("change", [put_out, disable, close_customer])
def test_an_invitation_that_was_taken_back_opens_nothing(http, customer, email, change):
	invitations.invite(customer.name, customer.customer_primary_contact)
	path = invitation_links.get_path(customer.name, email, 30)
	assert http.get(path).status_code == 200
	change(customer, email)
	assert http.get(path).status_code == 403


def test_a_changed_or_late_invitation_opens_nothing(http, customer, email):
	invitations.invite(customer.name, customer.customer_primary_contact)
	path = invitation_links.get_path(customer.name, email, 30)
	for wrong in (
		path[:-3],
		path + "x",
		"/portal/join/x",
		invitation_links.get_path(customer.name, email, -1),
	):
		assert http.get(wrong).status_code == 403, wrong


def test_inviting_again_sends_the_mail_again_and_links_once(http, customer, email):
	for _time in range(2):
		invitations.invite(customer.name, customer.customer_primary_contact)
	assert frappe.db.count("Portal User", {"parent": customer.name}) == 0
	path = invitation_links.get_path(customer.name, email, 30)
	for _time in range(2):
		assert http.submit(path, path).status_code == 303
		frappe.db.commit()
		assert frappe.db.count("Portal User", {"parent": customer.name, "user": email}) == 1
	assert frappe.db.count("Email Queue Recipient", {"recipient": email}) == 2


def test_who_signs_in_for_the_customer_is_told_where(customer, http):
	user = make_portal_user(customer)
	http.sign_in(user, PASSWORD)
	frappe.db.commit()
	contact = make_contact(customer, user, is_primary=False)
	invitations.invite(customer.name, contact.name)
	assert not SEALED.search(get_mail(user))
	assert get_states(customer)[user] == "active"


def test_who_is_not_invited(customer, email):
	foreign = make_customer(email=f"other-{email}")
	worker = make_contact(customer, make_user("Sales User"), is_primary=False)
	disabled = make_user("Customer")
	frappe.db.set_value("User", disabled, "enabled", 0)
	without = make_contact(customer, f"none-{email}", is_primary=False)
	without.db_set("email_id", "")
	for contact in (
		foreign.customer_primary_contact,
		worker.name,
		make_contact(customer, disabled, is_primary=False).name,
		without.name,
		"No Such Contact",
	):
		with pytest.raises(InvalidInput):
			invitations.invite(customer.name, contact)
	assert frappe.db.count("Portal User", {"parent": customer.name}) == 0


def test_staff_put_a_user_out_at_once(staff, new_client, customer):
	user = make_portal_user(customer)
	client = new_client()
	client.sign_in(user, PASSWORD)
	assert client.get("/portal").status_code == 200
	write(staff, "remove_portal_user", customer=customer.name, user=user)
	assert client.get("/portal").status_code == 403


def test_only_staff_who_manage_that_customer_may(new_client, customer):
	contact = customer.customer_primary_contact
	for client in (sign_in(new_client, "Sales User"), sign_in(new_client, "Customer"), new_client()):
		for method, arguments in {
			"invite_contacts": {"contacts": frappe.as_json([contact])},
			"remove_portal_user": {"user": "Administrator"},
			"start_bulk": {"action": "invite", "customers": frappe.as_json([customer.name])},
		}.items():
			answer = write(client, method, customer=customer.name, **arguments)
			assert answer.status_code == 403, method
		assert read(client, "get_portal_people", customer=customer.name).status_code == 403
		assert read(client, "get_contact_portal_states", contact=contact).status_code == 403
	frappe.db.commit()
	assert frappe.db.count("Portal User", {"parent": customer.name}) == 0


def test_whoever_of_the_staff_reads_the_customer_may_look_on_and_ask_why(new_client, customer):
	reader, bound = sign_in(new_client, "Sales User"), sign_in(new_client, "Sales User")
	restrict(bound.user, "Customer", make_customer().name)
	outsiders = (bound, sign_in(new_client, "Customer"), sign_in(new_client, "Purchase User"), new_client())
	for client, status in ((reader, 200), *((outsider, 403) for outsider in outsiders)):
		assert write(client, "view_as_customer", customer=customer.name).status_code == status
		assert bool(client.cookie(staff_view.COOKIE)) == (status == 200)
		assert read(client, "explain_portal", customer=customer.name).status_code == status


def test_one_person_may_see_but_not_pay_or_accept(new_client, customer, email, portal_settings):
	portal_settings(allow_quotation_acceptance=1, allow_support_issues=1)
	colleague = make_portal_user(customer)
	person = make_portal_user(customer, email=email)
	contact = frappe.get_doc("Contact", customer.customer_primary_contact)
	contact.db_set("user", person)
	make_policy("Contact", contact.name, issues="Deny", quotation_acceptance="Deny", statement="Deny")
	narrowed = users.get_user_visitor(person, "x")
	free = users.get_user_visitor(colleague, "x")
	assert narrowed.contact == contact.name and free.contact is None
	assert free.capabilities - narrowed.capabilities == {"issues", "quotation_acceptance", "statement"}
	assert narrowed.capabilities < free.capabilities
	client, other = new_client(), new_client()
	client.sign_in(person, PASSWORD)
	other.sign_in(colleague, PASSWORD)
	for path in ("/portal/statement", "/portal/issues"):
		assert client.get(path).status_code == 404
		assert other.get(path).status_code == 200
	assert client.get("/portal/invoices").status_code == 200


def test_a_contacts_policy_never_allows(customer):
	with pytest.raises(frappe.ValidationError, match="can deny, but not allow"):
		make_policy("Contact", customer.customer_primary_contact, statement="Allow")


def test_a_policy_for_the_contact_of_another_customer_narrows_nothing_here(customer, email):
	other = make_customer(email=f"other-{email}")
	user = make_portal_user(customer)
	frappe.db.set_value("Contact", other.customer_primary_contact, "user", user)
	make_policy("Contact", other.customer_primary_contact, statement="Deny")
	assert users.get_user_visitor(user, "x").can("statement")


def test_a_contact_moved_to_another_customer_opens_nothing_there(customer, email, new_client):
	other = make_customer()
	user = make_portal_user(customer, email=email)
	client = new_client()
	client.sign_in(user, PASSWORD)
	contact = frappe.get_doc("Contact", customer.customer_primary_contact)
	contact.user = user
	contact.links[0].link_name = other.name
	contact.save()
	page = client.get("/portal").text
	assert customer.customer_name in page and other.customer_name not in page
	assert users.get_user_visitor(user, "x").contact is None


def test_what_a_customer_can_see_and_why(staff, customer, email):
	group = make_policy("Customer Group", customer.customer_group, statement="Deny")
	make_policy("Customer", customer.name, orders="Deny")
	person = make_portal_user(customer, email=email)
	frappe.db.set_value("Contact", customer.customer_primary_contact, "user", person)
	make_policy("Contact", customer.customer_primary_contact, deliveries="Deny")
	frappe.db.commit()
	try:
		answer = read(staff, "explain_portal", customer=customer.name, user=person).json["message"]
	finally:
		group.delete()
		frappe.db.commit()
	assert answer["open"] and answer["closed_because"] == []
	found = {row["name"]: (row["allowed"], row["because"]) for row in answer["capabilities"]}
	assert found["invoices"] == (True, "Always, unless a policy denies it")
	assert found["statement"] == (False, f"Policy of Customer Group {customer.customer_group}")
	assert found["orders"] == (False, f"Policy of Customer {customer.name}")
	assert found["deliveries"] == (False, f"Policy of Contact {customer.customer_primary_contact}")
	assert found["quotations"] == (True, "Customer Portal Settings: Show Quotations")


def test_viewing_as_the_customer_is_marked_read_only_and_recorded(staff, customer):
	invoice = make_sales_invoice(customer)
	assert write(staff, "view_as_customer", customer=customer.name).status_code == 200
	for path in ("/portal", "/portal/invoices", f"/portal/invoices/{invoice.name}", "/portal/messages"):
		page = staff.get(path)
		assert page.status_code == 200, path
		assert f"You view the portal as {customer.customer_name}" in page.text, path
	form = hidden_fields(staff.get("/portal/messages").text)
	refused = staff.post("/portal/write", data={**form, "message": "By staff"})
	assert refused.status_code == 403 and "Nothing was done" in refused.text
	assert staff.post("/portal/fresh-link", data=form).status_code == 403
	frappe.db.commit()
	assert not frappe.db.exists("Communication", {"content": ("like", "%By staff%")})
	assert frappe.db.exists(
		"Portal Activity", {"customer": customer.name, "activity": "Viewed as Customer", "user": staff.user}
	)
	end = staff.submit("/portal", "/portal/leave")
	assert end.headers["Location"].startswith("/app/customer/")
	assert staff.get("/portal").status_code == 403


def test_a_view_ends_with_the_right_to_read_the_customer(staff, new_client, customer):
	write(staff, "view_as_customer", customer=customer.name)
	assert staff.get("/portal").status_code == 200
	cookie = staff.cookie(staff_view.COOKIE)
	other = sign_in(new_client, "Sales Manager")
	other.browser.set_cookie(staff_view.COOKIE, cookie, domain=other.site)
	assert other.get("/portal").status_code == 403
	user = frappe.get_doc("User", staff.user)
	user.set("roles", [])
	user.save()
	assert staff.get("/portal").status_code == 403


def test_a_system_manager_without_erpnexts_permission_does_not_view(new_client, customer):
	client = sign_in(new_client, "System Manager")
	assert write(client, "view_as_customer", customer=customer.name).status_code == 403
	assert not client.cookie(staff_view.COOKIE)
