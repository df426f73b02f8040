"""Inviting across many customers at once, what Desk's forms show of it, and forms that were open meanwhile."""

import frappe
import pytest

from customer_portal_ext.access import invitations, members
from customer_portal_ext.desk import bulk, people
from tests.factories import make_contact, make_customer
from tests.factories.users import PASSWORD, make_portal_user, make_user, restrict, unlink_user

pytestmark = pytest.mark.usefixtures("outgoing")


@pytest.fixture
def mark(db):
	return f"zz{frappe.generate_hash(length=8)}"


@pytest.fixture
def customer(mark):
	return make_customer(f"{mark} invited", email=f"{mark}@example.com")


def count_mails(email):
	return frappe.db.count("Email Queue Recipient", {"recipient": email})


def get_state(customer, email):
	return {row["email"]: row["state"] for row in invitations.get_people(customer.name)}[email]


def test_who_is_on_file_is_invited_and_who_got_none_is_listed_with_the_reason(mark, http):
	address = f"{{}}-{mark}@example.com".format
	reached = make_customer(f"{mark} a", email=address("a"))
	make_contact(reached, address("second"), is_primary=False)
	invited = make_customer(f"{mark} b", email=address("b"))
	invitations.invite(invited.name, invited.customer_primary_contact)
	active = make_customer(f"{mark} c", email=address("c"))
	http.sign_in(make_portal_user(active, email=address("c")), PASSWORD)
	removed = make_customer(f"{mark} d", email=address("d"))
	unlink_user(removed, make_portal_user(removed, email=address("d")))
	without = make_customer(f"{mark} e")
	disabled = make_customer(f"{mark} f", email=address("f"))
	disabled.db_set("disabled", 1)
	worker = make_customer(f"{mark} g", email=address("g"))
	make_user("Sales User", email=address("g"))
	off = make_customer(f"{mark} h", email=address("h"))
	frappe.db.set_value("User", make_portal_user(off, email=address("h")), "enabled", 0)
	result = bulk.start("invite", None, search=mark)
	assert (result["status"], result["done"]) == ("finished", 8)
	assert (result["changed"], result["unchanged"]) == (2, 1)
	assert {row["customer"]: row["reason"] for row in result["refused"]} == {
		removed.name: f"{address('d')} was disabled, and is invited again on the customer's form",
		without.name: "No e-mail address on file",
		disabled.name: "The customer is disabled",
		worker.name: f"{address('g')} works in Desk and is not invited as a customer.",
		off.name: f"The user {address('h')} is disabled.",
	}
	assert get_state(reached, address("a")) == "invited" and get_state(reached, address("second")) == "none"
	assert get_state(removed, address("d")) == "removed"
	mails = {letter: count_mails(address(letter)) for letter in "abcdefgh"}
	assert mails == {"a": 1, "b": 2, "c": 0, "d": 0, "e": 0, "f": 0, "g": 0, "h": 0}
	assert frappe.db.count("Portal User", {"parent": worker.name}) == 0


def test_frappes_limit_for_strangers_who_sign_up_holds_no_invitation_back(mark):
	frappe.local.conf.throttle_user_limit = 0
	try:
		customers = [make_customer(f"{mark} {n}", email=f"{n}-{mark}@example.com") for n in range(3)]
		result = bulk.start("invite", [customer.name for customer in customers])
		assert (result["changed"], result["refused"]) == (3, [])
		with pytest.raises(frappe.ValidationError, match="Throttled"):
			make_user("Customer")
	finally:
		del frappe.local.conf["throttle_user_limit"]


def test_invitations_need_a_way_to_send_them(mark, customer):
	frappe.db.set_value(
		"Email Account", {"default_outgoing": 1}, {"default_outgoing": 0, "enable_outgoing": 0}
	)
	with pytest.raises(frappe.OutgoingEmailError):
		bulk.start("invite", [customer.name])
	assert get_state(customer, f"{mark}@example.com") == "none"


def test_a_contacts_form_shows_its_state_with_each_customer_one_may_manage(mark, customer):
	contact, email = customer.customer_primary_contact, f"{mark}@example.com"
	second, hidden = make_customer(f"{mark} second"), make_customer(f"{mark} hidden")
	document = frappe.get_doc("Contact", contact)
	for other in (second, hidden):
		document.append("links", {"link_doctype": "Customer", "link_name": other.name})
	document.save()
	assert [row["state"] for row in people.get_contact(contact)] == ["none"] * 3
	invitations.invite(second.name, contact)
	members.link(hidden.name, email)
	members.remove(hidden.name, email)
	states = {row["customer"]: (row["state"], row["user"]) for row in people.get_contact(contact)}
	assert states == {
		customer.name: ("none", email),
		second.name: ("invited", email),
		hidden.name: ("removed", email),
	}
	manager = make_user("Sales Manager")
	for visible in (customer, second):
		restrict(manager, "Customer", visible.name)
	frappe.set_user(manager)
	assert {row["customer"] for row in people.get_contact(contact)} == {customer.name, second.name}


def test_two_contacts_of_one_person_have_one_state(mark, customer):
	twin = make_contact(customer, f"{mark}@example.com", is_primary=False)
	invitations.invite(customer.name, customer.customer_primary_contact)
	(row,) = people.get_contact(twin.name)
	assert (row["state"], row["user"]) == ("invited", f"{mark}@example.com")


@pytest.mark.parametrize("act", [members.link, members.remove])
def test_a_form_that_was_open_meanwhile_undoes_nothing(customer, act):
	user = make_user("Customer")
	if act is members.remove:
		members.link(customer.name, user)
	still_open = frappe.get_doc("Customer", customer.name)
	act(customer.name, user)
	still_open.website = "https://example.com"
	with pytest.raises(frappe.TimestampMismatchError):
		still_open.save()
	linked = frappe.get_all("Portal User", {"parent": customer.name}, pluck="user")
	assert linked == ([user] if act is members.link else [])
