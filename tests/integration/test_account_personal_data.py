"""Personal data of the portal in Frappe's own download and deletion (GDPR, articles 15, 17 and 20)."""

import json
import uuid

import frappe
import pytest
from frappe.website.doctype.personal_data_download_request.personal_data_download_request import (
	get_user_data,
)

from customer_portal_ext.payments import intents
from tests import factories
from tests.factories import paying
from tests.factories.account import open_account, send
from tests.factories.users import PASSWORD, make_portal_user

MODULE = "Customer Portal Ext"
PERSONAL = {"ip_address", "visitor_name", "requested_by", "shared_with", "user", "old_value", "new_value"}
# who works for us, and what stays as proof of what was signed
OF_STAFF = {"issued_by", "revoked_by", "decided_by", "settled_by"}


def get_hooks(doctype):
	return [row for row in frappe.get_hooks("user_data_fields") if row["doctype"] == doctype]


def test_every_field_about_a_person_is_found_by_it_or_made_unreadable(db):
	for doctype in frappe.get_all("DocType", {"module": MODULE, "issingle": 0}, pluck="name"):
		named = {
			name
			for row in get_hooks(doctype)
			for name in (row.get("filter_by", "owner"), *row.get("redact_fields", ()))
		}
		fields = {
			field.fieldname
			for field in frappe.get_meta(doctype).fields
			if field.fieldname in PERSONAL or field.options in ("Email", "User")
		}
		assert fields - OF_STAFF <= named, doctype


@pytest.fixture
def person(http, portal_settings):
	"""A customer's user who has left something in each of the app's records, and their customer."""
	portal_settings(
		allow_account_changes=1,
		account_changes_applied="After Approval",
		allow_payments=1,
		payment_gateways=[paying.make_gateway()],
	)
	customer = factories.make_customer(email=f"{frappe.generate_hash(length=8)}@example.com")
	user = make_portal_user(customer, first_name=f"Maya{frappe.generate_hash(length=6)}")
	http.sign_in(user, PASSWORD)
	phone = str(uuid.uuid4().int)[:15]
	values = {"customer_name": customer.customer_name, "email_id": user, "phone": phone}
	assert send(http, "/portal/account/details", values).status_code == 303
	page = "/portal/account/preferences"
	assert send(http, page, {"messages": "1"}, page=page).status_code == 303
	invoice = factories.make_sales_invoice(customer)
	frappe.db.commit()
	full_name = frappe.db.get_value("User", user, "full_name")
	origin = intents.Origin(customer.name, full_name, user, ip_address="192.0.2.7", user=user)
	chosen = paying.choose(customer, [invoice.name])
	intents.create(chosen, paying.GATEWAY, intents.make_form_key(), origin)
	frappe.db.commit()
	return user, full_name, phone, customer


def test_the_download_holds_what_a_person_left_and_the_deletion_takes_it(person, outgoing):
	user, full_name, phone, customer = person
	data = json.loads(get_user_data(user))
	[payment] = {row["name"]: row for row in data["Portal Payment"]}.values()
	assert (payment["visitor_name"], payment["ip_address"]) == (full_name, "192.0.2.7")
	assert {"Signed In", "Asked for Change", "Changed Preferences"} <= {
		row["activity"] for row in data["Portal Activity"]
	}
	[request] = data["Portal Change Request"]
	assert request["requested_by"] == full_name
	asked = {row["field"]: row["new_value"] for row in data["Portal Change Request Item"]}
	assert asked == {"email_id": user, "phone": phone}
	[preference] = data["Portal Email Preference"]
	assert (preference["customer"], preference["messages"], preference["receipts"]) == (customer.name, 1, 0)

	request = frappe.get_doc({"doctype": "Personal Data Deletion Request", "email": user}).insert()
	request._anonymize_data()
	left = {}
	for doctype in frappe.get_all("DocType", {"module": MODULE, "issingle": 0}, pluck="name"):
		for row in frappe.db.sql(f"select * from `tab{doctype}`", as_dict=True):
			text = json.dumps(row, default=str)
			if user in text or full_name in text or phone in text:
				left[doctype, row.name] = row
	assert left == {}
	for doctype in ("Portal Payment", "Portal Activity"):
		addresses = frappe.get_all(doctype, {"customer": customer.name}, pluck="ip_address")
		assert set(addresses) - {None} == {"[REDACTED]"}, doctype
	# what was done and paid is still there
	assert frappe.db.count("Portal Payment", {"customer": customer.name}) == 1
	assert frappe.db.count("Portal Activity", {"customer": customer.name, "activity": "Signed In"}) == 1


def test_the_download_finds_a_links_holder_by_their_address(http, portal_settings):
	portal_settings(allow_account_changes=1)
	customer = factories.make_customer(email=f"{frappe.generate_hash(length=8)}@example.com")
	visitor = open_account(http, customer)
	page = "/portal/account/preferences"
	assert send(visitor, page, {}, page=page).status_code == 303
	frappe.db.rollback()
	data = json.loads(get_user_data(customer.email_id))
	assert [row["customer"] for row in data["Portal Email Preference"]] == [customer.name]
