"""A customer's user lets colleagues in and puts them out; a link's holder is offered an account."""

import re

import frappe
import pytest

from customer_portal_ext.access import (
	invitation_links,
	invitations,
	members,
	tokens,
	users,
)
from tests.client import hidden_fields
from tests.factories import make_customer
from tests.factories.people import get_mail, get_states, make_policy
from tests.factories.users import PASSWORD, make_portal_user, make_user

# what the queue holds of an invitation's link
SEALED = re.compile(r"/portal/join/link-[0-9]+-[0-9a-f]+")

pytestmark = pytest.mark.usefixtures("outgoing")


@pytest.fixture
def email():
	return f"maya-{frappe.generate_hash(length=8)}@example.com"


@pytest.fixture
def customer(db, email):
	return make_customer(email=email)


@pytest.fixture
def inviting(portal_settings):
	portal_settings(allow_invitations=1)


def invite_by_hand(client, email, **fields):
	hidden = hidden_fields(client.get("/portal/colleagues").text)
	hidden.pop("contact", None)  # of the forms that stand beside the contacts there are
	data = {"first_name": "Sam", "last_name": "Lee", "email": email, **fields}
	return client.post("/portal/colleagues", data=hidden | data)


def test_a_customers_user_lets_a_colleague_in_and_puts_them_out(inviting, new_client, customer, email):
	client = new_client()
	user = make_portal_user(customer)
	client.sign_in(user, PASSWORD)
	colleague = f"sam-{email}"
	sent = invite_by_hand(client, colleague)
	assert sent.headers["Location"] == "/portal/colleagues?notice=invited"
	assert get_states(customer)[colleague] == "invited"
	assert SEALED.search(get_mail(colleague))
	assert invite_by_hand(client, colleague.upper()).status_code == 303
	frappe.db.commit()
	assert frappe.db.count("Contact Email", {"email_id": colleague}) == 1
	out = client.submit("/portal/colleagues", "/portal/remove-colleague", data={"user": colleague})
	assert out.status_code == 303
	assert get_states(customer)[colleague] == "removed"
	for not_theirs in (user, make_portal_user(make_customer()), "", "nobody"):
		refused = client.submit("/portal/colleagues", "/portal/remove-colleague", data={"user": not_theirs})
		assert refused.status_code == 404, not_theirs
	assert client.get("/portal").status_code == 200
	# staff read of it
	told = {"reference_name": customer.name, "comment_type": "Info", "content": ("like", f"%{colleague}%")}
	assert sorted(frappe.get_all("Comment", told, pluck="content")) == [
		*[f"User Invited (on the portal) · {colleague}"] * 2,
		f"User Removed (on the portal) · {colleague}",
	]


def test_no_customers_name_stands_for_a_user_in_the_timeline(inviting, new_client, customer):
	worker = frappe.get_doc("User", make_user("Sales User", last_name=frappe.generate_hash(length=8)))
	names = {
		**dict.fromkeys(("Administrator", "administrator ", worker.full_name, "ceo@example.com"), "Guest"),
		"Alder": "Alder",
	}
	for name, owner in names.items():
		customer.db_set("customer_name", name)
		frappe.db.delete("Comment", {"reference_name": customer.name})
		frappe.db.commit()
		client = new_client()
		client.open_link(tokens.get_link(tokens.issue(customer.name)))
		assert client.submit("/portal", "/portal/ask-for-account").status_code == 303
		frappe.db.commit()
		told = {"reference_name": customer.name, "comment_type": "Info"}
		assert frappe.get_all("Comment", told, pluck="owner") == [owner], name


def test_whom_staff_put_out_no_colleague_lets_in_again(inviting, new_client, customer, email):
	invitations.invite(customer.name, customer.customer_primary_contact)
	members.remove(customer.name, email)
	client = new_client()
	client.sign_in(make_portal_user(customer), PASSWORD)
	page = client.get("/portal/colleagues").text
	assert "Switched off by us" in page and customer.customer_primary_contact not in page
	refused = invite_by_hand(client, email)
	assert refused.status_code == 400 and "please send us a message" in refused.text
	assert get_states(customer)[email] == "removed"


def test_whoever_may_not_invites_nobody(new_client, customer, email, portal_settings):
	portal_settings(allow_invitations=0)
	client, link = new_client(), new_client()
	client.sign_in(make_portal_user(customer), PASSWORD)
	assert client.get("/portal/colleagues").status_code == 404
	data = {"first_name": "Sam", "email": f"sam-{email}"}
	assert client.submit("/portal", "/portal/colleagues", data=data).status_code == 404
	portal_settings(allow_invitations=1)
	link.open_link(tokens.get_link(tokens.issue(customer.name)))
	assert link.get("/portal/colleagues").status_code == 404
	assert link.submit("/portal", "/portal/colleagues", data=data).status_code == 404
	frappe.db.commit()
	assert not frappe.db.exists("User", f"sam-{email}")


def test_nobody_gives_what_they_may_not_do_themselves(inviting, new_client, customer, email):
	client = new_client()
	user = make_portal_user(customer, email=email)
	frappe.db.set_value("Contact", customer.customer_primary_contact, "user", user)
	make_policy("Contact", customer.customer_primary_contact, statement="Deny", messages="Deny")
	client.sign_in(user, PASSWORD)
	invite_by_hand(client, f"sam-{email}")
	frappe.db.commit()
	path, guest = invitation_links.get_path(customer.name, f"sam-{email}", 30), new_client()
	assert guest.submit(path, path).status_code == 303
	frappe.db.commit()
	invited = users.get_user_visitor(f"sam-{email}", "x")
	assert not invited.can("statement") and not invited.can("messages") and invited.can("invoices")


@pytest.mark.parametrize(
	"fields",
	[
		{"email": ""},
		{"email": "nobody"},
		{"email": "a@example.com\nBcc: b@example.com"},
		{"email": "x" * 10_000 + "@example.com"},
		{"first_name": ""},
		{"first_name": "<script>alert(1)</script>"},
		{"first_name": "x" * 10_000},
	],
)
def test_what_cannot_be_used_is_said_and_nothing_is_made(inviting, new_client, customer, email, fields):
	client = new_client()
	client.sign_in(make_portal_user(customer), PASSWORD)
	before = frappe.db.count("User"), frappe.db.count("Contact")
	refused = invite_by_hand(client, **{"email": f"sam-{email}", **fields})
	assert refused.status_code == 400
	assert "<script>alert" not in refused.text
	frappe.db.commit()
	assert (frappe.db.count("User"), frappe.db.count("Contact")) == before


def test_a_contact_of_another_customer_is_not_invited(inviting, new_client, customer, email):
	client, other = new_client(), make_customer(email=f"other-{email}")
	client.sign_in(make_portal_user(customer), PASSWORD)
	data = {"contact": other.customer_primary_contact}
	assert client.submit("/portal/colleagues", "/portal/colleagues", data=data).status_code == 404
	frappe.db.commit()
	assert not frappe.db.exists("User", f"other-{email}")


def test_a_links_holder_is_offered_an_account_for_the_address_on_file_alone(
	inviting, http, customer, email, portal_settings
):
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	assert "Sign in with a password instead" in http.get("/portal").text
	data = {"email": "thief@example.com"}
	answer = http.submit("/portal", "/portal/ask-for-account", data=data)
	assert answer.headers["Location"] == "/portal?notice=account-offered"
	assert SEALED.search(get_mail(email))
	assert not frappe.db.exists("User", "thief@example.com")
	assert get_states(customer) == {email: "invited"}
	members.remove(customer.name, email)
	frappe.db.commit()
	http.submit("/portal", "/portal/ask-for-account")
	assert get_states(customer) == {email: "removed"}
	portal_settings(allow_invitations=0)
	assert "Sign in with a password instead" not in http.get("/portal").text
	assert http.submit("/portal", "/portal/ask-for-account").status_code == 404
