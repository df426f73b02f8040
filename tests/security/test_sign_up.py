"""Signing up: who proves an e-mail that is on a customer's contact is let in, nobody else is, and there is never a second
Customer for one e-mail. Over Frappe's own pages for signing up, setting a password and signing in."""

import re

import frappe
import pytest

from customer_portal_ext.access import activity
from tests.factories import make_contact, make_customer
from tests.factories.mail import make_outgoing_account, remove_outgoing_account
from tests.factories.smtp import MailServer
from tests.factories.users import PASSWORD, make_user, unlink_user

METHOD = "/api/method/frappe.core.doctype.user.user."


@pytest.fixture(autouse=True)
def mailbox(portal_settings):
	with MailServer() as server:
		yield from allow_sign_ups(server, portal_settings)


def allow_sign_ups(server, portal_settings):
	account = make_outgoing_account(server.port)
	website = frappe.db.get_single_value("Website Settings", "disable_signup")
	role = frappe.db.get_single_value("Portal Settings", "default_role")
	frappe.db.set_single_value("Website Settings", "disable_signup", 0)
	frappe.db.set_single_value("Portal Settings", "default_role", "Customer")
	portal_settings(link_sign_ups=1)
	yield server
	frappe.db.rollback()
	frappe.db.set_single_value("Website Settings", "disable_signup", website)
	frappe.db.set_single_value("Portal Settings", "default_role", role)
	remove_outgoing_account(account)


@pytest.fixture
def email():
	return f"maya-{frappe.generate_hash(length=8)}@example.com"


def sign_up(client, email, name="Maya Lee"):
	"""Fill in the form, follow the link in the e-mail, choose a password."""
	response = client.post(METHOD + "sign_up", data={"email": email, "full_name": name, "redirect_to": ""})
	assert response.status_code == 200 and response.json["message"][0] in (1, 2), response.text
	return choose_password(client, email)


def choose_password(client, email):
	frappe.db.commit()
	user = frappe.get_doc("User", email)
	user.db_set("creation", frappe.utils.add_days(None, -1), update_modified=False)
	key = user.reset_password().rpartition("key=")[2]
	response = client.post(METHOD + "update_password", data={"new_password": PASSWORD, "key": key})
	assert response.status_code == 200, response.text
	frappe.db.commit()
	return response


def get_customers(user):
	frappe.db.commit()  # what the test made stays, and what the request wrote is seen
	return frappe.get_all("Portal User", {"user": user, "parenttype": "Customer"}, pluck="parent")


def count_customers():
	frappe.db.commit()  # what the test made stays, and what the request wrote is seen
	return frappe.db.count("Customer")


def test_from_signing_up_to_the_customers_own_pages(http, mailbox, email):
	customer = make_customer(email=email)
	http.post(METHOD + "sign_up", data={"email": email, "full_name": "Maya Lee", "redirect_to": ""})
	text = mailbox.get_message(email).get_body(("plain",)).get_content()
	key = re.search(r"update-password\?key=([0-9a-f]+)", text)[1]
	assert get_customers(email) == []
	response = http.post(METHOD + "update_password", data={"new_password": PASSWORD, "key": key})
	assert response.json["message"].strip("/") == "portal"
	assert get_customers(email) == [customer.name]
	page = http.get("/portal")
	assert page.status_code == 200 and customer.customer_name in page.text
	assert "Customer" in frappe.get_roles(email)


def test_staff_are_told_and_it_is_remembered(http, email):
	manager = make_user("Sales Manager")
	customer = make_customer(email=email, account_manager=manager)
	sign_up(http, email)
	bell = frappe.get_all("Notification Log", {"for_user": manager}, ["document_name", "subject"])
	assert [row.document_name for row in bell] == [customer.name]
	assert email in bell[0].subject
	assert frappe.db.count("Comment", {"reference_name": customer.name, "comment_type": "Info"}) == 1
	activities = frappe.get_all(
		"Portal Activity", {"customer": customer.name}, ["activity", "reference_name"], order_by="creation"
	)
	assert ("User Linked", email) in [(row.activity, row.reference_name) for row in activities]
	assert "Signed In" in [row.activity for row in activities]


def test_several_customers_with_that_contact_are_all_linked(http, email):
	customers = [make_customer(email=email) for _number in range(3)]
	sign_up(http, email)
	assert sorted(get_customers(email)) == sorted(customer.name for customer in customers)


def test_capital_letters_and_spaces_are_no_difference(http, email):
	customer = make_customer()
	make_contact(customer, email.replace("maya", "Maya").replace("example", "EXAMPLE"))
	sign_up(http, email)
	assert get_customers(email) == [customer.name]


def get_look_alikes(email):
	local, domain = email.split("@")
	yield f"{local}+portal@{domain}"
	yield f"{local.replace('maya', 'mäya')}@{domain}"
	yield f"{local.replace('a', 'а', 1)}@{domain}"  # a Cyrillic letter
	yield f"{local.replace('-', '.')}@{domain}"
	yield f"{local}@{domain}.org"
	yield f"x{email}"


def test_a_look_alike_is_somebody_else(http, new_client, email):
	customer = make_customer()
	for number, address in enumerate(get_look_alikes(email)):
		contact = make_contact(customer, f"{number}-{email}", is_primary=False)
		# around ERPNext's own check of addresses
		frappe.db.set_value("Contact Email", {"parent": contact.name}, "email_id", address)
	sign_up(http, email)
	assert get_customers(email) == []
	assert http.get("/portal").status_code == 403


def test_a_plus_sign_is_part_of_the_address(http, email):
	tagged, plain = email.replace("@", "+portal@"), make_customer()
	make_contact(plain, email)
	customer = make_customer(email=tagged)
	sign_up(http, tagged)
	assert get_customers(tagged) == [customer.name]


def test_a_contact_without_a_customer_opens_nothing(http, email):
	frappe.get_doc(
		{"doctype": "Contact", "first_name": "Nobody's", "email_ids": [{"email_id": email, "is_primary": 1}]}
	).insert()
	sign_up(http, email)
	assert get_customers(email) == []


def test_a_disabled_customers_contact_opens_nothing(http, email):
	customer = make_customer(email=email)
	customer.db_set("disabled", 1)
	sign_up(http, email)
	assert get_customers(email) == []


def test_switched_off_nobody_is_linked(http, email, portal_settings):
	portal_settings(link_sign_ups=0)
	make_customer(email=email)
	sign_up(http, email)
	assert get_customers(email) == []


def test_an_address_that_a_visitor_wrote_on_a_contact_opens_nothing(http, email):
	customer = make_customer()
	contact = make_contact(customer, email)
	frappe.db.set_value("Contact Email", {"parent": contact.name}, "owner", "Guest")
	sign_up(http, email)
	assert get_customers(email) == []


@pytest.mark.parametrize("doctype", ["Contact Email", "Dynamic Link"])
@pytest.mark.parametrize("writer", ["Guest", "website user", "nobody@example.com"])
def test_address_and_customer_must_both_be_staffs_word(http, email, doctype, writer):
	"""A contact's address that staff wrote, and a customer on it that somebody else did, admits nobody; nor the other way round."""
	customer = make_customer()
	contact = make_contact(customer, email)
	owner = make_user() if writer == "website user" else writer
	frappe.db.set_value(doctype, {"parent": contact.name, "parenttype": "Contact"}, "owner", owner)
	sign_up(http, email)
	assert get_customers(email) == []


def test_a_password_alone_proves_no_email(http, email):
	customer = make_customer(email=email)
	user = make_user("Customer", email=email)
	http.sign_in(user, PASSWORD)
	assert get_customers(email) == []
	choose_password(http, email)
	assert get_customers(email) == [customer.name]


@pytest.mark.parametrize("method", ["frappe.www.login.login_via_key", METHOD[12:] + "update_password"])
def test_a_password_with_a_forged_method_proves_no_email(http, email, method):
	make_customer(email=email)
	user = make_user("Customer", email=email)
	forged = {"usr": user, "pwd": PASSWORD, "cmd": method, "key": "x", "new_password": PASSWORD}
	http.post("/api/method/login", data=forged)
	assert http.get("/portal").status_code == 403
	assert get_customers(email) == [] and not activity.has_verified(user)


def test_the_key_that_an_expired_password_is_given_proves_no_email(http, email):
	make_customer(email=email)
	user = make_user("Customer", email=email)
	frappe.db.set_value("User", user, "last_password_reset_date", "2001-01-01")
	frappe.db.set_single_value("System Settings", "force_user_to_reset_password", 30)
	try:
		answer = http.sign_in(user, PASSWORD).json
		key = re.search(r"key=(\w+)", answer["redirect_to"])[1]
		changed = {"new_password": f"{PASSWORD}8", "key": key}
		assert http.post(METHOD + "update_password", data=changed).status_code == 200
	finally:
		frappe.db.set_single_value("System Settings", "force_user_to_reset_password", 0)
		frappe.db.commit()
	assert get_customers(email) == [] and not activity.has_verified(user)


def test_an_email_proven_for_another_address_proves_nothing(http, email):
	old = f"old-{email}"
	sign_up(http, old)
	make_customer(email=email)
	frappe.rename_doc("User", old, email)
	frappe.db.commit()
	http.sign_in(email, PASSWORD)
	assert get_customers(email) == []


def test_a_contact_that_staff_add_later_counts_at_the_next_sign_in(http, email):
	sign_up(http, email)
	assert get_customers(email) == []
	customer = make_customer(email=email)
	http.sign_in(email, PASSWORD)
	assert get_customers(email) == [customer.name]


def test_who_was_put_out_is_not_let_in_again_by_signing_in(http, email):
	customer = make_customer(email=email)
	sign_up(http, email)
	unlink_user(customer, email)
	http.sign_in(email, PASSWORD)
	assert get_customers(email) == []
	frappe.db.sql(
		"update `tabPortal Activity` set creation = '2001-01-01' where customer = %s", customer.name
	)
	activity.clear_old_logs()
	http.sign_in(email, PASSWORD)
	assert get_customers(email) == []


def test_staff_are_never_linked(http, email):
	make_customer(email=email)
	make_user("Sales User", email=email)
	choose_password(http, email)
	assert get_customers(email) == []


def test_who_is_not_known_becomes_what_erpnext_makes_of_them(http, email):
	before = count_customers()
	sign_up(http, email)
	http.sign_in(email, PASSWORD)
	assert count_customers() == before + 1
	http.sign_in(email, PASSWORD)
	assert count_customers() == before + 1
	# and that customer is theirs
	(own,) = get_customers(email)
	assert frappe.db.get_value("Customer", own, "owner") == email


@pytest.mark.parametrize("link", [1, 0])
def test_there_is_never_a_second_customer_for_one_email(http, email, portal_settings, link):
	portal_settings(link_sign_ups=link)
	make_customer(email=email)
	# what ERPNext asks: the contact changed last, here one that is nobody's
	frappe.get_doc(
		{"doctype": "Contact", "first_name": "Newer", "email_ids": [{"email_id": email, "is_primary": 1}]}
	).insert()
	before = count_customers()
	sign_up(http, email)
	for _time in range(2):
		http.sign_in(email, PASSWORD)
	assert count_customers() == before


def test_a_second_address_of_a_contact_makes_no_second_customer(http, email):
	customer = make_customer(email=f"office-{email}")
	contact = frappe.get_doc("Contact", customer.customer_primary_contact)
	contact.append("email_ids", {"email_id": email})
	contact.save()
	before = count_customers()
	sign_up(http, email)
	http.sign_in(email, PASSWORD)
	assert get_customers(email) == [customer.name]
	assert count_customers() == before


@pytest.mark.parametrize("known", [True, False])
def test_an_address_that_is_added_and_changed_makes_no_customer(http, email, portal_settings, known):
	portal_settings(allow_account_changes=1)
	if known:
		make_customer(email=email)
	sign_up(http, email)
	http.sign_in(email, PASSWORD)
	before = count_customers()
	values = {
		"address_title": email,
		"address_type": "Billing",
		"address_line1": "1 Test Street",
		"city": "Testville",
		"state": "Ohio",
		"pincode": "43004",
		"country": "United States",
	}
	# on ERPNext's own portal
	http.get("/portal")
	data = {"web_form": "addresses", "data": frappe.as_json({"doctype": "Address", **values})}
	for _time in range(2):
		made = http.call("frappe.website.doctype.web_form.web_form.accept", **data)
		assert made.status_code == 200, made.text
		name = made.json["message"]["name"]
		data["data"] = frappe.as_json({"doctype": "Address", "name": name, **values, "city": "Elsewhere"})
	if known:
		assert http.submit("/portal/new-address", "/portal/new-address", values).status_code == 303
	http.sign_in(email, PASSWORD)
	assert count_customers() == before


def test_a_user_whom_staff_linked_without_a_contact_makes_no_second_customer(http, email):
	customer = make_customer()
	user = make_user("Customer", email=email)
	customer.append("portal_users", {"user": user})
	customer.save()
	before = count_customers()
	for _time in range(2):
		http.sign_in(user, PASSWORD)
	assert count_customers() == before
	assert http.get("/portal").status_code == 200


def test_broken_records_keep_nobody_from_signing_in(http, email):
	customer = make_customer(email=email)
	frappe.db.set_value("Customer", customer.name, "customer_group", "Gone")
	sign_up(http, email)
	assert http.get("/portal").status_code == 200
