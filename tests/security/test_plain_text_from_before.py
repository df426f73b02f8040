"""What was kept before everything written by outsiders became plain is made so, once."""

import itertools
import json

import frappe

from tests import factories
from tests.factories.users import make_portal_user, make_user


def test_what_people_wrote_to_us_before_is_cleaned_once(db, customer):
	from customer_portal_ext.patches.v1_0 import make_visitors_records_plain as patch

	hostile, kept = "<p>It hums</p><img src=x onerror=alert(1)>", "<p>Tom &amp; Ann<br>Hello</p>"
	writers = {make_portal_user(customer): True, "Guest": True, make_user("Sales User"): False}
	mail = {"communication_medium": "Email", "sent_or_received": "Received"}
	written = {
		"Appointment": ({}, "customer_details", "customer_name"),
		"Comment": ({"comment_type": "Comment"}, "content", "subject"),
		"Communication": (mail, "content", "subject"),
		"Issue": ({}, "description", "subject"),
		"Lead": ({}, "first_name", "title"),
		"Opportunity": ({}, "title", "address_display"),
		"ToDo": ({}, "description", None),
	}
	rows = []
	for (doctype, (values, *fields)), (writer, is_theirs) in itertools.product(
		written.items(), writers.items()
	):
		document = frappe.get_doc({"doctype": doctype, "name": frappe.generate_hash(length=10), **values})
		document.db_insert()
		hostiles = dict.fromkeys(filter(None, fields), hostile)
		frappe.db.set_value(doctype, document.name, {**hostiles, "owner": writer}, update_modified=False)
		rows += [(doctype, document.name, field, is_theirs) for field in hostiles]
	message = frappe.get_doc({"doctype": "Communication", "name": frappe.generate_hash(length=10)})
	message.db_insert()
	frappe.db.set_value("Communication", message.name, {"content": kept, "owner": "Guest"})
	for _again in range(2):
		patch.execute()
	for doctype, name, field, is_theirs in rows:
		value = frappe.db.get_value(doctype, name, field)
		assert "It hums" in value
		assert ("onerror=alert(1)>" not in value) if is_theirs else value == hostile, (doctype, field)
	assert frappe.db.get_value("Communication", message.name, "content") == kept


def test_rows_from_before_are_cleaned_once(db, customer):
	from customer_portal_ext.patches.v1_0 import make_visitors_text_plain as patch

	own = make_portal_user(customer)
	hostile = json.dumps("<img src=x onerror=alert(1)>")
	theirs, ours = (factories.make_address(customer) for _address in range(2))
	for address, owner in ((theirs, own), (ours, "Administrator")):
		values = {"address_line1": hostile, "city": "O'Hare", "owner": owner}
		frappe.db.set_value("Address", address.name, values, update_modified=False)
	frappe.db.set_value("User", own, "bio", hostile, update_modified=False)
	for _again in range(2):
		patch.execute()
	assert "<" not in frappe.db.get_value("Address", theirs.name, "address_line1")
	assert frappe.db.get_value("Address", theirs.name, "city") == "O'Hare"
	assert frappe.db.get_value("Address", ours.name, "address_line1") == hostile
	assert "<" not in frappe.db.get_value("User", own, "bio")
