"""Contacts over real HTTP: written to ERPNext at once, the customer's own alone; who had the e-mail address on file is told."""

import frappe
import pytest

from customer_portal_ext.account.contacts import get_address_on_file
from tests import factories
from tests.factories.account import CONTACT, make_email, open_account, send
from tests.factories.users import make_user


@pytest.fixture
def visitor(http, customer, portal_settings):
	portal_settings(allow_account_changes=1, account_changes_applied="At Once")
	return open_account(http, customer)


def names_of(customer):
	frappe.db.rollback()
	return frappe.get_all(
		"Dynamic Link",
		{"parenttype": "Contact", "link_doctype": "Customer", "link_name": customer.name},
		pluck="parent",
	)


def add(visitor, customer, **values):
	before = set(names_of(customer))
	response = send(visitor, "/portal/new-contact", CONTACT | values)
	assert response.status_code == 303, response.text
	[name] = set(names_of(customer)) - before
	return frappe.get_doc("Contact", name)


def get_mails(address):
	frappe.db.rollback()
	recipients = frappe.get_all("Email Queue Recipient", {"recipient": address}, pluck="parent")
	return frappe.get_all("Email Queue", {"name": ("in", recipients or [""])}, ["message"])


def test_a_new_contact_is_erpnexts_own_and_linked_to_the_customer_alone(visitor, customer):
	email = make_email()
	contact = add(visitor, customer, email_id=email, mobile_no="+1 510 555 0102")
	assert (contact.full_name, contact.email_id) == ("Ada Lovelace", email)
	assert (contact.phone, contact.mobile_no) == ("+1 510 555 0101", "+1 510 555 0102")
	assert [(link.link_doctype, link.link_name) for link in contact.links] == [("Customer", customer.name)]
	page = visitor.get("/portal/contacts").text
	assert "Ada Lovelace" in page and email in page


def test_a_second_contact_of_one_address_is_refused_and_the_same_form_twice_is_one(visitor, customer):
	email = make_email()
	add(visitor, customer, email_id=email)
	count = len(names_of(customer))
	assert send(visitor, "/portal/new-contact", CONTACT | {"email_id": email}).status_code == 303
	response = send(
		visitor, "/portal/new-contact", CONTACT | {"email_id": email.upper(), "first_name": "Eve"}
	)
	assert response.status_code == 400 and "this e-mail address already" in response.text
	assert len(names_of(customer)) == count


def test_a_changed_contact_keeps_its_other_addresses_and_numbers(visitor, customer):
	contact = add(visitor, customer, email_id=make_email())
	contact.add_email("second@example.com", autosave=True)
	contact.add_phone("+1 510 555 0199", autosave=True)
	new = make_email()
	values = CONTACT | {"last_name": "Byron", "email_id": new, "phone": "+1 510 555 0150"}
	assert send(visitor, f"/portal/contacts/{contact.name}", values).status_code == 303
	contact.reload()
	assert (contact.last_name, contact.email_id, contact.phone) == ("Byron", new, "+1 510 555 0150")
	assert {row.email_id for row in contact.email_ids} == {new, "second@example.com"}
	assert {row.phone for row in contact.phone_nos} == {"+1 510 555 0150", "+1 510 555 0199"}


def test_the_main_contact_becomes_another_one_and_the_old_address_is_told(visitor, customer, outgoing):
	old = get_address_on_file(customer.name)
	new = make_email()
	contact = add(visitor, customer, email_id=new)
	assert send(visitor, f"/portal/main-contact/{contact.name}").status_code == 303
	frappe.db.rollback()
	row = frappe.db.get_value("Customer", customer.name, ["customer_primary_contact", "email_id"])
	assert row == (contact.name, new)
	assert get_address_on_file(customer.name) == new
	[mail] = get_mails(old)
	assert "was changed" in mail.message and new not in mail.message and "/portal/a/" not in mail.message


def test_the_main_contacts_new_address_is_the_one_on_file_and_the_old_one_is_told(
	visitor, customer, outgoing
):
	old, new = get_address_on_file(customer.name), make_email()
	[main] = names_of(customer)
	assert send(visitor, f"/portal/contacts/{main}", CONTACT | {"email_id": new}).status_code == 303
	frappe.db.rollback()
	assert get_address_on_file(customer.name) == new
	assert frappe.db.get_value("Customer", customer.name, "email_id") == new
	assert len(get_mails(old)) == 1


def test_the_main_contact_is_not_removed(visitor, customer):
	[main] = names_of(customer)
	assert f"/portal/remove-contact/{main}" not in visitor.get("/portal/contacts").text
	response = send(visitor, f"/portal/remove-contact/{main}")
	assert response.status_code == 400 and "main contact" in response.text
	assert names_of(customer) == [main]


def test_a_contact_on_documents_stays_there_and_is_the_customers_no_longer(visitor, customer):
	used, unused = add(visitor, customer, email_id=make_email()), add(visitor, customer, first_name="Bo")
	invoice = factories.make_sales_invoice(customer, contact_person=used.name)
	for contact in (used, unused):
		assert send(visitor, f"/portal/remove-contact/{contact.name}").status_code == 303
	assert not {used.name, unused.name} & set(names_of(customer))
	assert not frappe.db.exists("Contact", unused.name)
	assert frappe.db.get_value("Sales Invoice", invoice.name, "contact_person") == used.name
	assert frappe.get_doc("Contact", used.name).links == []


def test_who_can_sign_in_is_not_removed(visitor, customer):
	user = make_user()
	frappe.db.commit()
	contact = add(visitor, customer, email_id=frappe.db.get_value("User", user, "email"))
	customer.reload()
	customer.append("portal_users", {"user": user})
	customer.save()
	response = send(visitor, f"/portal/remove-contact/{contact.name}")
	assert response.status_code == 400 and "can sign in" in response.text
	assert contact.name in names_of(customer)


def test_a_contact_takes_nobodys_user_along(visitor, customer):
	"""ERPNext finds a Contact's user by its e-mail address: a customer must not tie a colleague of ours to their account."""
	user = make_user("Sales User")
	frappe.db.commit()
	contact = add(visitor, customer, email_id=frappe.db.get_value("User", user, "email"))
	assert contact.user is None
	assert frappe.get_all("Portal User", {"user": user}) == []


def test_a_contact_of_two_customers_is_shown_and_not_changed(visitor, customer):
	other = factories.make_customer()
	contact = factories.make_contact(customer, make_email(), is_primary=False)
	contact.append("links", {"link_doctype": "Customer", "link_name": other.name})
	contact.save()
	assert contact.email_id in visitor.get("/portal/contacts").text
	for path in ("contacts", "remove-contact", "main-contact"):
		response = send(visitor, f"/portal/{path}/{contact.name}", CONTACT)
		assert response.status_code == 400 and "changed by us" in response.text, path
	contact.reload()
	assert len(contact.links) == 2 and contact.first_name != "Ada"


def test_a_very_long_name_still_fits_the_record(http, portal_settings):
	portal_settings(allow_account_changes=1, account_changes_applied="At Once")
	customer = factories.make_customer(f"{frappe.generate_hash(length=8)} {'x' * 120}")
	visitor = open_account(http, customer)
	contact = add(visitor, customer, first_name="A" * 60, last_name="B" * 60)
	assert len(contact.name) <= 140 and contact.full_name == f"{'A' * 60} {'B' * 60}"
