"""Invitations, people put out, narrowing one person, what a customer can see and why, and viewing as the customer."""

import re
from email import message_from_string
from email.policy import default

import frappe
import pytest

from customer_portal_ext.access import (
	activity,
	invitation_links,
	invitations,
	members,
	staff_view,
	tokens,
	users,
)
from customer_portal_ext.exceptions import InvalidInput
from tests.client import hidden_fields
from tests.factories import make_contact, make_customer, make_sales_invoice
from tests.factories.users import PASSWORD, link_user, make_portal_user, make_user, restrict
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


def get_mail(email):
	frappe.db.commit()
	queued = frappe.get_all(
		"Email Queue Recipient", {"recipient": email}, pluck="parent", order_by="creation desc"
	)
	message = frappe.db.get_value("Email Queue", queued[0], "message")
	return message_from_string(message, policy=default).get_body(("html",)).get_content()


def get_states(customer):
	frappe.db.commit()
	return {row["email"]: row["state"] for row in invitations.get_people(customer.name)}


def make_policy(applies_to, party, **answers):
	return frappe.get_doc(
		{"doctype": "Customer Portal Policy", "applies_to": applies_to, "party": party, **answers}
	).insert()


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
