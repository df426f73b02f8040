"""What a visitor without an account does stands in each document's own timeline in Desk under a name, and not under "Guest"."""

import frappe
import pytest

from customer_portal_ext.access import tokens, visitor_names
from tests import factories
from tests.factories.sending import send
from tests.factories.users import PASSWORD, make_portal_user, make_user
from tests.forms import read_form
from tests.security.sendings import SENDINGS

pytestmark = pytest.mark.usefixtures("outgoing")
# What Desk shows of a document under its owner's name.
ENTRIES = ("Comment", "Version")


def get_entries(since):
	frappe.db.rollback()
	made = {"creation": (">=", since)}
	return [row for doctype in ENTRIES for row in frappe.get_all(doctype, made, ["*"])]


@pytest.mark.parametrize("name", SENDINGS)
def test_no_form_of_the_portal_leaves_a_guest_in_a_timeline(stage, name):
	sending = SENDINGS[name][1](stage)
	fields = read_form(sending.client, sending.page, sending.action, sending.values)
	frappe.db.commit()
	since = frappe.utils.now_datetime()
	assert send(sending.client, sending.action, fields).status_code == sending.status
	owners = {entry.owner for entry in get_entries(since)}
	user = getattr(sending.client, "user", None)
	assert owners <= ({user} if user else {stage.customer.customer_name}), owners
	written = frappe.get_all(
		"Communication", {"creation": (">=", since), "portal_customer": stage.customer.name}, ["*"]
	)
	assert all(row.sender_full_name not in (None, "", "Guest") for row in written)


def test_what_they_did_is_named_on_the_document_itself(stage):
	issue = stage.make_issue()
	client = stage.enter()
	fields = read_form(client, f"/portal/issues/{issue.name}", f"/portal/close-issue/{issue.name}", {})
	assert send(client, f"/portal/close-issue/{issue.name}", fields).status_code == 303
	frappe.db.rollback()
	version = frappe.get_last_doc("Version", {"docname": issue.name})
	assert "Closed" in version.data and version.owner == stage.customer.customer_name


def test_whom_the_portal_acts_as_for_a_moment_is_not_who_did_it(stage):
	"""Declining runs as Administrator for one call of ERPNext's."""
	frappe.make_property_setter(
		{"doctype": "Quotation", "doctype_or_field": "DocType", "property": "track_changes", "value": "1"},
		is_system_generated=False,
	)
	frappe.clear_cache(doctype="Quotation")
	try:
		quotation = factories.make_quotation(stage.customer)
		client, path = stage.enter(), f"/portal/decline/{quotation.name}"
		typed = {"name": "Ann Buyer", "reason": "Too late."}
		since = frappe.utils.now_datetime()
		assert send(client, path, read_form(client, path, path, typed)).status_code == 303
		assert {entry.owner for entry in get_entries(since)} <= {stage.customer.customer_name}
		assert frappe.db.get_value("Quotation", quotation.name, "modified_by") == "Guest"
	finally:
		frappe.db.delete("Property Setter", {"doc_type": "Quotation", "property": "track_changes"})
		frappe.db.commit()
		frappe.clear_cache(doctype="Quotation")


def test_a_name_is_kept_as_text_and_is_no_users(stage):
	worker = frappe.get_doc("User", make_user("Sales User", last_name=frappe.generate_hash(length=8)))
	for name in ("Administrator", worker.full_name, "ceo@example.com", worker.name, " "):
		assert visitor_names.get_name(name) is None
	assert "<" not in visitor_names.get_name("<img src=x onerror=alert(1)>")


def test_only_entries_of_a_visit_are_renamed(stage):
	document = factories.make_sales_invoice(stage.customer)
	frappe.set_user("Guest")
	try:
		comment = frappe.get_doc(
			{
				"doctype": "Comment",
				"comment_type": "Info",
				"reference_doctype": "Sales Invoice",
				"reference_name": document.name,
				"content": "x",
			}
		).insert(ignore_permissions=True)
	finally:
		frappe.set_user("Administrator")
	assert comment.owner == "Guest"


def test_whose_a_document_is_stays_a_users(stage):
	"""Rights and notifications go by it."""
	client = stage.enter()
	fields = read_form(
		client,
		"/portal/new-issue",
		"/portal/new-issue",
		{"subject": "It hums", "message": "Hm", "name": "Ann"},
	)
	assert send(client, "/portal/new-issue", fields).status_code == 303
	frappe.db.rollback()
	issue = frappe.get_last_doc("Issue", {"customer": stage.customer.name})
	assert frappe.db.exists("User", issue.owner)


def test_no_other_server_is_asked_about_a_contact(stage, monkeypatch):
	import requests

	from customer_portal_ext.account import sign_ups
	from tests.factories.account import CONTACT, make_email
	from tests.factories.account import send as send_account

	client, user = stage.sign_in(), make_portal_user(stage.customer)
	asked = []
	monkeypatch.setattr(requests, "get", lambda url, **_keywords: asked.append(url))
	email = make_email()
	values = CONTACT | {"email_id": email}
	assert send_account(client, "/portal/new-contact", values).status_code == 303
	colleague = {"first_name": "Sam", "last_name": "Lee", "email": make_email()}
	fields = read_form(client, "/portal/colleagues", "/portal/colleagues", colleague)
	assert send(client, "/portal/colleagues", fields).status_code == 303
	sign_ups.keep_to_customer(user, [stage.customer.name])
	assert [url for url in asked if "gravatar" in url] == []


def test_a_colleagues_contact_is_made_as_every_other(stage, monkeypatch):
	from customer_portal_ext.account import limits
	from tests.factories.account import make_email

	client = stage.sign_in()

	def invite(**values):
		fields = read_form(client, "/portal/colleagues", "/portal/colleagues", {"last_name": "", **values})
		fields.pop("contact", None)  # of the forms that stand beside who is invited already
		return send(client, "/portal/colleagues", fields)

	# a name that is too long for the record's
	email = make_email()
	stage.customer.db_set("customer_name", "C" * 60)
	assert invite(first_name="A" * 60, last_name="B" * 60, email=email).status_code == 303
	frappe.db.rollback()
	contact = frappe.get_last_doc("Contact", {"email_id": email})
	assert contact.status == "Passive" and len(contact.name) <= 140
	monkeypatch.setattr(limits, "MOST_CONTACTS", 1)
	other = make_email()
	refused = invite(first_name="Ada", email=other)
	assert "An account can have 1 contacts." in refused.text and refused.status_code == 400
	frappe.db.rollback()
	assert not frappe.db.exists("Contact", {"email_id": other})


def test_a_visitor_who_signed_in_is_named_as_themselves(new_client, stage):
	client = new_client()
	client.user = make_portal_user(stage.customer)
	client.sign_in(client.user, PASSWORD)
	since = frappe.utils.now_datetime()
	issue = stage.make_issue()
	fields = read_form(client, f"/portal/issues/{issue.name}", f"/portal/close-issue/{issue.name}", {})
	assert send(client, f"/portal/close-issue/{issue.name}", fields).status_code == 303
	assert {row.owner for row in get_entries(since)} == {client.user}
	assert tokens.get_active(stage.customer.name) is None
