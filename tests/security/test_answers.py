"""Whatever a customer's user calls, of a document the answer holds the fields that the portal lists, and no other.

Each way that may answer with a document (REST of both versions, methods, web forms and their pages) x each DocType with listed fields."""

import io
import json

import frappe
import pytest

from customer_portal_ext.access.listed_fields import LISTED
from customer_portal_ext.access.other_doors import OWNED
from tests.factories.foreign import make_party
from tests.factories.users import PASSWORD, make_user

FORM = "frappe.website.doctype.web_form.web_form."
PAY = "erpnext.accounts.doctype.payment_request.payment_request.make_payment_request"
TEXTS = ("Data", "Small Text", "Text", "Long Text", "Text Editor")
REFERENCE = "frappe.reference_doc = "
# What a website user needs to make one, and a field of each that may be changed.
VALUES = {
	"Address": {
		"address_title": "Goods In",
		"address_type": "Shipping",
		"address_line1": "7 Harbour Road",
		"city": "Oakland",
		"country": "United States",
	},
	"Contact": {"first_name": "Ann"},
	"Issue": {"subject": "It hums"},
}
CHANGED = {
	"Address": {"city": "Berkeley"},
	"Contact": {"designation": "Buyer"},
	"Issue": {"subject": "Louder"},
}
MAKING = {
	"POST /api/resource": lambda client, doctype, form: client.write(
		"POST", f"/api/resource/{doctype}", json=get_values(doctype)
	),
	"POST /api/v1/resource": lambda client, doctype, form: client.write(
		"POST", f"/api/v1/resource/{doctype}", data={"data": json.dumps(get_values(doctype))}
	),
	"POST /api/v2/document": lambda client, doctype, form: client.write(
		"POST", f"/api/v2/document/{doctype}", json=get_values(doctype)
	),
	"web form": lambda client, doctype, form: client.fill_in(form, **get_values(doctype)),
	"web form by cmd": lambda client, doctype, form: client.write(
		"POST",
		"/",
		data={"cmd": f"{FORM}accept", "web_form": form, "data": json.dumps(get_values(doctype))},
	),
}
CHANGING = {
	"PUT /api/resource": lambda client, doctype, name, form: client.write(
		"PUT", f"/api/resource/{doctype}/{name}", json=get_changed(doctype)
	),
	"PUT /api/v2/document": lambda client, doctype, name, form: client.write(
		"PUT", f"/api/v2/document/{doctype}/{name}", json=get_changed(doctype)
	),
	"PATCH /api/v2/document": lambda client, doctype, name, form: client.write(
		"PATCH", f"/api/v2/document/{doctype}/{name}", json=get_changed(doctype)
	),
	"web form": lambda client, doctype, name, form: client.fill_in(
		form, name=name, **{**get_values(doctype), **get_changed(doctype)}
	),
	# another's form may list more: it counts for its own method alone
	"PUT and a form's name": lambda client, doctype, name, form: client.write(
		"PUT",
		f"/api/resource/{doctype}/{name}",
		json={**get_changed(doctype), "web_form": form, "web_form_name": form},
	),
}
READING = {
	"GET /api/resource": lambda client, doctype, name, form: client.get(f"/api/resource/{doctype}/{name}"),
	"GET /api/v2/document": lambda client, doctype, name, form: client.get(
		f"/api/v2/document/{doctype}/{name}"
	),
	"list": lambda client, doctype, name, form: client.get(
		f'/api/resource/{doctype}?fields=["*"]&filters={{"name":"{name}"}}'
	),
	"list of version 2": lambda client, doctype, name, form: client.get(
		f'/api/v2/document/{doctype}?fields=["*"]&filters={{"name":"{name}"}}'
	),
	"get": lambda client, doctype, name, form: client.call("frappe.client.get", doctype=doctype, name=name),
	"get_value": lambda client, doctype, name, form: client.call(
		"frappe.client.get_value", doctype=doctype, filters=name, fieldname='["name"]'
	),
	"form's data": lambda client, doctype, name, form: client.call(
		f"{FORM}get_form_data", doctype=doctype, docname=name, web_form_name=form
	),
	"form's list": lambda client, doctype, name, form: client.call(
		"frappe.www.list.get_list_data", doctype=doctype, web_form_name=form
	),
}
EACH = pytest.mark.parametrize("doctype", sorted(LISTED))


@pytest.fixture
def own(db, portal_settings):
	portal_settings(allow_support_issues=1, allow_account_changes=1)
	return make_party()


@pytest.fixture
def client(new_client, own):
	return new_client().sign_in_for_rest(own.user, PASSWORD)


@pytest.fixture
def issues_by_rest(db):
	"""A site that lets customers write issues by REST, which ERPNext leaves to web forms."""
	allowed = dict.fromkeys(("read", "write", "create"), 1)
	frappe.get_doc({"doctype": "Custom DocPerm", "parent": "Issue", "role": "Customer", **allowed}).insert()
	frappe.clear_cache(doctype="Issue")
	yield
	frappe.db.delete("Custom DocPerm", {"parent": "Issue", "role": "Customer"})
	frappe.db.commit()
	frappe.clear_cache(doctype="Issue")


def get_values(doctype):
	return VALUES.get(doctype, {})


def get_changed(doctype):
	return CHANGED.get(doctype, {"remarks": "Changed"})


def make_web_form(doctype, *fields):
	form = frappe.get_doc(
		{
			"doctype": "Web Form",
			"title": f"Form {frappe.generate_hash(length=8)}",
			"doc_type": doctype,
			"module": "Core",
			"published": 1,
			"login_required": 1,
			"allow_multiple": 1,
			"allow_edit": 1,
			"allow_delete": 1,
			"show_list": 1,
		}
	)
	for field in fields:
		source = frappe.get_meta(doctype).get_field(field)
		row = {"fieldname": field, "fieldtype": source.fieldtype, "options": source.options}
		form.append("web_form_fields", {**row, "label": source.label})
	return form.insert()


def make_form(doctype):
	"""A web form that asks for listed fields alone."""
	fields = (*get_values(doctype), *CHANGED.get(doctype, {})) or ("customer", "company")
	known = frappe.get_meta(doctype).get_valid_columns()
	return make_web_form(doctype, *dict.fromkeys(field for field in fields if field in known))


def get_unlisted(doctype):
	"""The fields of a document that are not listed, tables included."""
	meta = frappe.get_meta(doctype)
	fields = {*meta.get_valid_columns(), *(field.fieldname for field in meta.get_table_fields())}
	return fields - {*LISTED[doctype], "name"}


def plant(doctype, name):
	"""Write a mark into each field of text that is not listed, but for what heads a page of Frappe's. Returns the mark."""
	mark = f"zz{frappe.generate_hash(length=8)}"
	meta = frappe.get_meta(doctype)
	for field in get_unlisted(doctype) - {meta.get_title_field()}:
		df = meta.get_field(field)
		if df and df.fieldtype in TEXTS and not df.options and not df.length:
			frappe.db.set_value(doctype, name, field, mark, update_modified=False)
	frappe.clear_document_cache(doctype, name)
	return mark


def get_objects(value):
	if isinstance(value, dict):
		yield value
	for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
		yield from get_objects(inner)


def find_leaks(way, doctype, answer, mark="never"):
	"""What of a document of this DocType the answer holds and should not."""
	leaks = [f"{way}: the mark"] if mark in answer.get_data(as_text=True) else []
	unlisted = get_unlisted(doctype)
	for found in get_objects(answer.json if answer.is_json else None):
		more = set(found) & unlisted
		if more and found.get("doctype", doctype) == doctype and "name" in found and "fieldtype" not in found:
			leaks.append(f"{way}: {', '.join(sorted(more))}")
	return leaks


def make_own(client, own, doctype):
	"""A document of the user's own, as far as Frappe lets them have one, else one of their customer's that is shared."""
	if doctype in OWNED:
		answer = client.write("POST", f"/api/resource/{doctype}", json=get_values(doctype))
		assert answer.status_code == 200, answer.text
		return answer.json["data"]["name"]
	name = own.name_of(doctype)
	frappe.share.add(doctype, name, own.user, read=1, write=1)
	return name


@EACH
def test_no_way_to_make_or_change_or_read_a_document_answers_with_more(client, own, doctype, issues_by_rest):
	form = make_form(doctype).name
	name = make_own(client, own, doctype)
	mark = plant(doctype, name)
	leaks = []
	for way, make in MAKING.items():
		answer = make(client, doctype, form)
		assert answer.status_code == 200 or doctype not in OWNED, (way, answer.text)
		leaks += find_leaks(way, doctype, answer)
		if doctype in OWNED:
			assert_is_answered(answer, get_values(doctype))
	for way, change in CHANGING.items():
		answer = change(client, doctype, name, form)
		assert answer.status_code == (200 if doctype in OWNED else 403), (way, answer.text)
		leaks += find_leaks(way, doctype, answer, mark)
		if doctype in OWNED:
			assert_is_answered(answer, get_changed(doctype))
	for way, read in READING.items():
		answer = read(client, doctype, name, form)
		assert answer.status_code == 200 or "form" in way, (way, answer.text)
		assert name in answer.text or answer.status_code == 403, way
		leaks += find_leaks(way, doctype, answer, mark)
	leaks += find_leaks_of_page(
		client.get(f"/{form}/{name}/edit", follow_redirects=True), doctype, name, mark
	)
	assert leaks == []


def assert_is_answered(answer, values):
	"""What was sent is among what comes back."""
	made = answer.json.get("data") or answer.json["message"]
	assert frappe.db.exists(made["doctype"], made["name"])
	assert {field: made[field] for field in values} == values


def read_reference(page):
	return json.JSONDecoder().raw_decode(page, page.index(REFERENCE) + len(REFERENCE))[0]


def find_leaks_of_page(page, doctype, name, mark):
	"""A web form's page holds the document as data beside the fields it shows."""
	assert page.status_code == 200 or doctype not in OWNED
	if page.status_code != 200:
		return []
	held = read_reference(page.text)
	assert held["name"] == name
	return sorted(set(held) & get_unlisted(doctype)) + ["the page"] * (mark in page.text)


def test_a_web_form_answers_with_the_fields_it_asks_for(client, own):
	"""An administrator lists them there."""
	name = make_own(client, own, "Address")
	form = make_web_form("Address", "address_line1", "address_type", "city", "country", "tax_category")
	assert "tax_category" not in LISTED["Address"]
	category = frappe.get_doc({"doctype": "Tax Category", "title": frappe.generate_hash(length=8)}).insert()
	frappe.db.set_value("Address", name, "tax_category", category.name)
	values = {**VALUES["Address"], "tax_category": category.name}
	read = client.call(f"{FORM}get_form_data", doctype="Address", docname=name, web_form_name=form.name)
	assert read.json["message"]["doc"]["tax_category"] == category.name
	assert {row["fieldname"] for row in read.json["message"]["web_form"]["web_form_fields"]} >= {"city"}
	written = client.fill_in(form.name, name=name, **values).json["message"]
	assert written["tax_category"] == category.name and "owner" not in written
	page = client.get(f"/{form.route}/{name}/edit", follow_redirects=True).text
	assert read_reference(page)["tax_category"] == category.name


def test_rows_of_a_web_forms_table_keep_what_the_form_does_not_show(client, own):
	name = make_own(client, own, "Contact")
	contact = frappe.get_doc("Contact", name)
	contact.append("phone_nos", {"phone": "+1 555 0100", "is_primary_mobile_no": 1})
	contact.save()
	hidden = contact.phone_nos[0].name
	shown = {field.fieldname for field in frappe.get_meta("Contact Phone").fields if field.in_list_view}
	frappe.make_property_setter(
		{
			"doctype": "Contact Phone",
			"fieldname": "is_primary_mobile_no",
			"property": "in_list_view",
			"value": "0",
			"property_type": "Check",
		}
	)
	try:
		form = make_web_form("Contact", "first_name", "phone_nos")
		read = client.call(f"{FORM}get_form_data", doctype="Contact", docname=name, web_form_name=form.name)
		doc = read.json["message"]["doc"]
		(row,) = doc["phone_nos"]
		assert set(row) == {"doctype", "name", "idx", *shown} - {"is_primary_mobile_no"}
		answer = client.fill_in(form.name, **{**doc, "first_name": "Ann Two"})
		assert answer.status_code == 200, answer.text
		frappe.db.rollback()
		kept = frappe.db.get_value("Contact Phone", hidden, ["phone", "is_primary_mobile_no"])
		assert kept == ("+1 555 0100", 1)
	finally:
		frappe.db.delete("Property Setter", {"doc_type": "Contact Phone"})
		frappe.clear_cache(doctype="Contact Phone")
		frappe.db.commit()


def test_a_file_that_is_sent_answers_with_its_address(client, own):
	answer = client.write(
		"POST",
		"/api/method/upload_file",
		data={"file": (io.BytesIO(b"Some text"), "note.txt"), "is_private": "1"},
		content_type="multipart/form-data",
	)
	file = answer.json["message"]
	assert file["file_url"] == frappe.db.get_value("File", file["name"], "file_url")
	assert not set(file) & {"owner", "content_hash", "modified_by", "old_parent"}


def test_a_request_to_pay_tells_no_account(client, own, portal_settings):
	portal_settings(allow_payments=1)
	answer = client.call(PAY, dt="Sales Invoice", dn=own.name_of("Sales Invoice"))
	assert answer.status_code == 200, answer.text
	assert set(answer.json["message"]) == {"doctype", "name"}
	assert frappe.db.exists("Payment Request", answer.json["message"]["name"])


@pytest.mark.parametrize("way", ["refused", "failed"])
def test_an_error_answers_with_no_document(client, own, way):
	"""What was read before it went wrong."""
	name = make_own(client, own, "Address")
	mark = plant("Address", name)
	changed = (
		{"links": [{"link_doctype": "User", "link_name": "Administrator"}]}
		if way == "refused"
		else {"country": "Nowhere"}
	)
	answer = client.write("PUT", f"/api/resource/Address/{name}", json=changed)
	assert answer.status_code in (403, 417) and mark not in answer.text


def test_staff_are_answered_as_before(new_client, own):
	staff = new_client().sign_in_for_rest(
		make_user("Sales User", "Accounts User", "Sales Master Manager"), PASSWORD
	)
	for path in ("/api/resource/Address", "/api/v2/document/Address"):
		made = staff.write("POST", path, json=VALUES["Address"])
		assert made.status_code == 200, made.text
		assert {"owner", "links", "creation"} <= set(made.json["data"])
		changed = staff.write("PUT", f"{path}/{made.json['data']['name']}", json=CHANGED["Address"])
		assert {"owner", "links", "creation"} <= set(changed.json["data"])


def test_what_an_administrator_opens_answers_whole(client, own, portal_settings):
	portal_settings(allowed_methods="/api/resource/Address")
	made = client.write("POST", "/api/resource/Address", json=VALUES["Address"])
	assert {"owner", "links"} <= set(made.json["data"]), made.text
	portal_settings(allowed_methods="", restrict_methods=0)
	made = client.write("POST", "/api/resource/Contact", json=VALUES["Contact"])
	assert {"owner", "links"} <= set(made.json["data"])
