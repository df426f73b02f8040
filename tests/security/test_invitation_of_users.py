"""Whoever has an account is linked to nothing until they accept, and who invites them learns nothing of it."""

import re
from types import SimpleNamespace
from urllib.parse import quote

import frappe
import pytest

from customer_portal_ext.access import (
	activity,
	colleagues,
	invitation_links,
	invitations,
	members,
	sign_in,
	users,
)
from customer_portal_ext.account import sign_ups
from customer_portal_ext.desk import people
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.renderer import PortalRenderer
from tests.client import hidden_fields
from tests.factories import make_contact, make_customer
from tests.factories.mail import deliver, receive_mail
from tests.factories.users import PASSWORD, link_user, make_portal_user, make_user, unlink_user

UPDATE = "/api/method/frappe.core.doctype.user.user.update_password"
JOIN = re.compile(r"http\S+(/portal/join/[\w.-]+)")


@pytest.fixture
def mailbox(db):
	with receive_mail() as server:
		yield server


@pytest.fixture
def mark(db):
	return frappe.generate_hash(length=8)


@pytest.fixture
def customer(mark):
	return make_customer(f"Alder {mark}", email=f"main-{mark}@example.com")


@pytest.fixture
def inviter(customer, new_client, portal_settings):
	portal_settings(allow_invitations=1)
	client = new_client()
	client.sign_in(make_portal_user(customer), PASSWORD)
	return client


def make_signed_in(new_client, *customers):
	"""A user who has signed in before, and their browser."""
	user, client = make_portal_user(*customers), new_client()
	client.sign_in(user, PASSWORD)
	return user, client


def invite(client, email, first_name="Sam"):
	hidden = hidden_fields(client.get("/portal/colleagues").text)
	hidden.pop("contact", None)
	data = {"first_name": first_name, "last_name": "Lee", "email": email}
	return client.post("/portal/colleagues", data=hidden | data)


def get_text(mailbox, email):
	deliver(email)
	return mailbox.get_message(email).get_body(("plain",)).get_content()


def get_path(mailbox, email):
	return JOIN.search(get_text(mailbox, email))[1]


def get_linked(customer):
	frappe.db.rollback()
	return set(frappe.get_all("Portal User", {"parent": customer.name}, pluck="user"))


def test_an_account_is_linked_when_its_user_accepts_and_not_before(
	mailbox, inviter, customer, mark, new_client
):
	own = make_customer(f"Zebra {mark}")
	user, client = make_signed_in(new_client, own)
	assert invite(inviter, user).headers["Location"] == "/portal/colleagues?notice=invited"
	assert user not in get_linked(customer)
	assert customer.customer_name not in client.get("/portal").text
	path = get_path(mailbox, user)
	page = client.get(path)
	assert page.status_code == 200 and customer.customer_name in page.text and "Accept" in page.text
	assert user not in get_linked(customer), "looking is not accepting"
	way = client.submit(path, path)
	assert way.status_code == 303 and way.headers["Location"] == "/portal?notice=invitation-accepted"
	assert user in get_linked(customer)
	# what they see first is still their own, though the other's name comes earlier in the alphabet
	page = client.get("/portal").text
	assert own.customer_name in page
	assert users.get_user_visitor(user, "x").customer == own.name
	assert client.get(path).status_code == 403, "once"
	assert frappe.db.count("Portal User", {"parent": customer.name, "user": user}) == 1


def test_a_stranger_to_the_browser_signs_in_first(mailbox, inviter, customer, new_client):
	user, _client = make_signed_in(new_client)
	invite(inviter, user)
	path = get_path(mailbox, user)
	guest, other = new_client(), new_client()
	page = guest.get(path)
	assert page.status_code == 200 and "/login?redirect-to=" in page.text
	assert guest.submit(path, path).status_code == 403
	other.sign_in(make_portal_user(make_customer()), PASSWORD)
	page = other.get(path)
	assert "Sign out, and open the invitation again" in page.text
	assert other.submit(path, path).headers["Location"] == path
	assert user not in get_linked(customer)
	guest.sign_in(user, PASSWORD)
	assert guest.submit(path, path).headers["Location"] == "/portal?notice=invitation-accepted"
	assert user in get_linked(customer)


def test_whoever_has_no_account_is_linked_when_they_open_the_invitation_and_not_before(
	mailbox, inviter, customer, mark, new_client
):
	email = f"new-{mark}@example.com"
	invite(inviter, email)
	contact = {"email_id": email, "first_name": "Sam"}
	assert email not in get_linked(customer)
	assert email in {row["email"] for row in people.get_people(customer.name) if row["state"] == "invited"}
	path, guest = get_path(mailbox, email), new_client()
	assert guest.get(path).status_code == 200
	assert email not in get_linked(customer), "looking is not accepting"
	assert guest.submit(path, path).headers["Location"].startswith("/update-password?key=")
	assert email in get_linked(customer)
	assert frappe.db.get_value("Contact", contact, "user") == email
	assert members.LINKED in frappe.get_all("Portal Activity", {"reference_name": email}, pluck="activity")


def test_whom_two_organisations_invite_sees_first_what_they_accepted_first(mailbox, mark, new_client):
	email = f"new-{mark}@example.com"
	alder, zebra = make_customer(f"Alder {mark}"), make_customer(f"Zebra {mark}")
	paths = {}
	for inviting in (alder, zebra):
		invitations.invite(inviting.name, make_contact(inviting, email, is_primary=False).name)
		paths[inviting.name] = invitation_links.get_path(inviting.name, email, 30)
	frappe.db.commit()
	client = new_client()
	key = client.submit(paths[zebra.name], paths[zebra.name]).headers["Location"].rpartition("key=")[2]
	client.post(UPDATE, data={"new_password": PASSWORD, "key": key})
	page = client.get("/portal").text
	assert zebra.customer_name in page and alder.customer_name not in page
	assert get_linked(alder) == set()
	way = client.submit(paths[alder.name], paths[alder.name])
	assert way.headers["Location"] == "/portal?notice=invitation-accepted"
	assert get_linked(alder) == {email}
	visitor = users.get_user_visitor(email, "x")
	assert (visitor.customer, visitor.customers) == (zebra.name, (alder.name, zebra.name))


def test_a_verified_sign_in_takes_the_contacts_policy_with_it(
	mailbox, customer, mark, new_client, portal_settings
):
	portal_settings(link_sign_ups=1)
	email = f"new-{mark}@example.com"
	contact = make_contact(customer, email, is_primary=False)
	policy = {"doctype": "Customer Portal Policy", "applies_to": "Contact", "party": contact.name}
	frappe.get_doc({**policy, "statement": "Deny"}).insert()
	invitations.invite(customer.name, contact.name)
	frappe.db.set_value("Contact", contact.name, "user", None)
	# the invitation is never opened
	sign_in.meet(email, has_proven_email=True)
	visitor = users.get_user_visitor(email, "x")
	assert visitor.customer == customer.name and not visitor.can("statement")


def test_who_was_linked_by_an_earlier_version_and_never_came_is_invited_still(customer, mark, mailbox):
	from customer_portal_ext.patches.v1_0 import unlink_the_invited as patch

	waiting, joined, signed_in = (f"{name}-{mark}@example.com" for name in ("waiting", "joined", "signed-in"))
	for email in (waiting, joined, signed_in):
		invitations.invite(customer.name, make_contact(customer, email, is_primary=False).name)
		sign_ups.link(customer.name, email)
	activity.record_user(members.LINKED, customer.name, joined)
	frappe.db.set_value("User", signed_in, "last_login", frappe.utils.now())
	by_staff = make_portal_user(customer)
	for _again in range(2):
		patch.execute()
	linked = set(frappe.get_all("Portal User", {"parent": customer.name}, pluck="user"))
	assert linked == {joined, signed_in, by_staff}
	assert {row["email"]: row["state"] for row in people.get_people(customer.name)}[waiting] == "invited"


def test_an_account_without_a_password_chooses_one(mailbox, inviter, customer, new_client):
	user = make_portal_user()
	assert not frappe.db.get_value("User", user, "last_login")
	invite(inviter, user)
	assert user not in get_linked(customer)
	path, guest = get_path(mailbox, user), new_client()
	assert guest.submit(path, path).headers["Location"].startswith("/update-password?key=")
	assert user in get_linked(customer)


def take_back_by_staff(customer, user):
	members.remove(customer.name, user)


def disable(customer, user):
	frappe.db.set_value("User", user, "enabled", 0)


def close_customer(customer, user):
	customer.reload()
	customer.db_set("disabled", 1)


def take_contact_away(customer, user):
	contact = frappe.db.get_value("Contact", {"email_id": user, "name": ("like", "%Sam%")})
	frappe.db.delete("Dynamic Link", {"parenttype": "Contact", "parent": contact})


@pytest.mark.parametrize("end", [take_back_by_staff, disable, close_customer, take_contact_away])
def test_what_ends_a_pending_invitation(mailbox, inviter, customer, new_client, end):
	user, client = make_signed_in(new_client)
	invite(inviter, user)
	path = get_path(mailbox, user)
	assert client.get(path).status_code == 200
	frappe.db.rollback()
	end(customer, user)
	assert new_client().get(path).status_code == 403
	assert user not in get_linked(customer)


def test_whoever_was_put_out_does_not_come_back_by_an_old_invitation(mailbox, inviter, customer, new_client):
	user, client = make_signed_in(new_client)
	invite(inviter, user)
	path = get_path(mailbox, user)
	client.submit(path, path)
	frappe.db.rollback()
	unlink_user(customer, user)
	invitations.invite(customer.name, frappe.db.get_value("Contact", {"user": user, "first_name": "Sam"}))
	assert client.get(path).status_code == 403
	assert client.get(invitation_links.get_path(customer.name, user, 1)).status_code == 200
	assert client.get(invitation_links.get_path(customer.name, user, -1)).status_code == 403


def make_cases(customer, mark, new_client):
	"""E-mail addresses of everybody that may be at one."""
	existing, _client = make_signed_in(new_client, make_customer())
	disabled, _client = make_signed_in(new_client, make_customer())
	frappe.db.set_value("User", disabled, "enabled", 0)
	return {
		"new": f"new-{mark}@example.com",
		"existing": existing,
		"without a password": make_portal_user(),
		"disabled": disabled,
		"staff": make_user("Sales User"),
	}


def normalise(page, email):
	"""A page without what is random on it, and without the address."""
	page = re.sub(r"user-\w{8}@example\.com", "USER", page.replace(email, "EMAIL"))
	page = re.sub(r'(name="csrf_token"[^>]*value=")[^"]*|(value=")[^"]*("[^>]*name="csrf_token")', "", page)
	page = re.sub(r'value="[\w.-]{30,}"', "", page)
	page = re.sub(r'(?<=name="contact" value=")[^"]*', "", page)
	page = re.sub(r"/portal/contacts/[^\"]*", "", page)
	return re.sub(r"\d+:\d+|\d+\s(?:minute|second)s? ago", "", page)


def test_a_colleague_sees_no_difference(mailbox, inviter, customer, mark, new_client):
	"""In the answer, the list, the contacts, the activity and the e-mail; before and after it is taken back."""
	pages, mails = {}, {}
	for case, email in make_cases(customer, mark, new_client).items():
		own = make_customer(f"Own {mark} {case}")
		client = new_client()
		client.sign_in(make_portal_user(own), PASSWORD)
		sent = invite(client, email)
		seen = [str(sent.status_code), sent.headers["Location"], sent.text]
		seen += [client.get(path).text for path in ("/portal/colleagues", "/portal/contacts")]
		seen += [client.get("/portal/account/activity").text]
		mails[case] = get_text(mailbox, email).replace(JOIN.search(get_text_of(mailbox, email))[1], "LINK")
		out = client.submit("/portal/colleagues", "/portal/remove-colleague", data={"user": email})
		seen += [str(out.status_code), out.headers["Location"]]
		seen += [client.get(path).text for path in ("/portal/colleagues", "/portal/contacts")]
		seen += [client.get("/portal/account/activity").text]
		pages[case] = [
			normalise(text, email).replace(f"{mark} {case}", "OWN").replace(quote(f"{mark} {case}"), "OWN")
			for text in seen
		]
		mails[case] = " ".join(mails[case].split()).replace(email, "EMAIL").replace(f"{mark} {case}", "OWN")
	for case, found in pages.items():
		for number, (page, wanted) in enumerate(zip(found, pages["new"], strict=True)):
			assert page == wanted, (case, number)
		assert mails[case] == mails["new"], case


def get_text_of(mailbox, email):
	return mailbox.get_message(email).get_body(("plain",)).get_content()


def test_the_answer_goes_out_before_anybody_is_looked_for(inviter, mailbox, mark, monkeypatch):
	"""Making a user takes longer than finding one: an answer that waited for it would tell."""
	order = []

	def note(owner, name, what):
		do = getattr(owner, name)
		monkeypatch.setattr(owner, name, lambda *given: order.append(what) or do(*given))

	note(invitations, "_make_user", "user")
	note(PortalRenderer, "to_response", "answer")
	assert invite(inviter, f"new-{mark}@example.com").status_code == 303
	# the page with the form, and what was sent
	assert order == ["answer", "answer", "user"]


def get_made(email):
	"""All that an invitation leaves behind."""
	frappe.db.rollback()
	return {
		"traces": frappe.db.count("Portal Activity", {"activity": "User Invited", "reference_name": email}),
		"told": frappe.db.count("Comment", {"content": ("like", f"%{email}%"), "comment_type": "Info"}),
		"users": frappe.db.count("User", {"name": email}),
		"mails": frappe.db.count("Email Queue Recipient", {"recipient": email}),
	}


@pytest.mark.parametrize("has_contact", [False, True])
def test_a_request_that_is_refused_in_the_end_invites_nobody(
	inviter, customer, mailbox, mark, monkeypatch, has_contact
):
	email = f"new-{mark}@example.com"
	if has_contact:
		make_contact(customer, email, is_primary=False)

	def refuse(*_given):
		raise InvalidInput("No.")

	monkeypatch.setattr(colleagues, "urls", SimpleNamespace(with_query=refuse))
	assert invite(inviter, email).status_code == 400
	assert get_made(email) == {"traces": 0, "told": 0, "users": 0, "mails": 0}
	monkeypatch.undo()
	assert invite(inviter, email).status_code == 303
	assert get_made(email) == {"traces": 1, "told": 1, "users": 1, "mails": 1}


def test_what_was_answered_is_kept_where_the_work_after_it_is_lost(
	inviter, mailbox, customer, mark, monkeypatch
):
	email = f"new-{mark}@example.com"

	def die(*_given):
		raise RuntimeError

	monkeypatch.setattr(invitations, "_make_user", die)
	assert invite(inviter, email).status_code == 303
	assert get_made(email) == {"traces": 1, "told": 1, "users": 0, "mails": 0}
	assert {row["email"]: row["state"] for row in people.get_people(customer.name)}[email] == "invited"
	monkeypatch.undo()
	assert invite(inviter, email).status_code == 303
	assert get_made(email) == {"traces": 2, "told": 2, "users": 1, "mails": 1}
	assert get_path(mailbox, email)


def test_staff_are_told_who_has_to_accept(mailbox, customer, mark, new_client):
	user, client = make_signed_in(new_client)
	known = make_contact(customer, user, is_primary=False)
	new = make_contact(customer, f"new-{mark}@example.com", is_primary=False)
	answer = people.invite(customer.name, [known.name, new.name])
	assert answer["invited"] == [user, f"new-{mark}@example.com"] and answer["refused"] == []
	assert answer["accepting"] == [user]
	frappe.db.commit()
	states = {row["email"]: row["state"] for row in answer["people"]}
	assert states[user] == states[f"new-{mark}@example.com"] == "invited"
	path = get_path(mailbox, user)
	client.submit(path, path)
	assert user in get_linked(customer)
	states = {row["email"]: row["state"] for row in people.get_people(customer.name)}
	assert states[user] == "active"


def test_what_the_inviter_may_not_do_the_account_may_not_do_after_accepting(
	mailbox, customer, mark, new_client, portal_settings
):
	portal_settings(allow_invitations=1)
	narrowed, client = make_signed_in(new_client, customer)
	contact = make_contact(customer, narrowed, is_primary=False)
	contact.db_set("user", narrowed)
	policy = {"doctype": "Customer Portal Policy", "applies_to": "Contact", "party": contact.name}
	frappe.get_doc({**policy, "statement": "Deny"}).insert()
	user, theirs = make_signed_in(new_client)
	invite(client, user)
	path = get_path(mailbox, user)
	theirs.submit(path, path)
	frappe.db.rollback()
	visitor = users.get_user_visitor(user, "x")
	assert visitor.customer == customer.name and visitor.can("invoices") and not visitor.can("statement")


def test_what_one_sees_first_is_what_one_had_first(customer, mark):
	own = make_customer(f"Zebra {mark}")
	user = make_portal_user(own)
	link_user(customer, user)
	visitor = users.get_user_visitor(user, "x")
	assert (visitor.customer, visitor.customers) == (own.name, (customer.name, own.name))
	assert users.get_user_visitor(user, "x", customer.name).customer == customer.name
