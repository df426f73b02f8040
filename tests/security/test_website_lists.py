"""ERPNext's own lists and prints, for a customer's user: what is not shown cannot be guessed by filters, nor printed."""

import json

import frappe
import pytest

from tests.factories.foreign import make_party
from tests.factories.users import PASSWORD

HIDDEN = {"debit_to": ["like", "%zzz%"], "total_commission": [">", 1], "base_net_total": ["<", 0]}
LISTS = ("frappe.www.list.get", "frappe.www.list.get_list_data")


@pytest.fixture
def own(db, portal_settings):
	portal_settings(allow_support_issues=1, allow_account_changes=1)
	return make_party()


@pytest.fixture
def client(new_client, own):
	return new_client().sign_in_for_rest(own.user, PASSWORD)


@pytest.mark.parametrize("method", LISTS)
@pytest.mark.parametrize("field", HIDDEN)
def test_a_list_is_not_filtered_by_what_it_does_not_show(client, own, method, field):
	name = own.name_of("Sales Invoice")
	whole = client.call(method, doctype="Sales Invoice").text
	assert name in whole
	assert name in client.call(method, doctype="Sales Invoice", **{field: json.dumps(HIDDEN[field])}).text
	assert name in client.get(f"/invoices?{field}={json.dumps(HIDDEN[field])}").text


@pytest.mark.parametrize("method", LISTS)
def test_a_list_is_filtered_by_what_it_shows(client, own, method):
	name = own.name_of("Sales Invoice")
	assert (
		name not in client.call(method, doctype="Sales Invoice", posting_date=json.dumps("1999-01-01")).text
	)
	assert name in client.call(method, doctype="Sales Invoice", name=name).text


def test_an_answer_holds_no_statement(client):
	for path in (
		"/api/resource/Address?debug=true",
		"/api/method/frappe.client.get_list?doctype=Address&debug=1",
	):
		answer = client.get(path)
		assert answer.status_code == 200 and "select" not in answer.text.lower(), path


def test_a_count_reads_filters_once(client):
	rows = json.dumps([["Portal Access Token", "name", "=", "x"]])
	for filters in (rows, json.dumps(rows), json.dumps(json.dumps(rows))):
		answer = client.call("frappe.client.get_count", doctype="Customer", filters=filters)
		assert answer.status_code == 403 or answer.json["message"] == 0, answer.text


@pytest.fixture
def project(own):
	made = frappe.get_doc(
		{
			"doctype": "Project",
			"project_name": frappe.generate_hash(length=8),
			"customer": own.customer.name,
			"company": frappe.defaults.get_global_default("company"),
			"estimated_costing": 777123,
			"users": [{"user": own.user, "view_attachments": 1, "welcome_email_sent": 1}],
		}
	).insert()
	yield made
	frappe.db.rollback()
	frappe.db.delete("Web Form", {"doc_type": "Project"})
	frappe.make_property_setter(
		{"doctype": "Project", "doctype_or_field": "DocType", "property": "default_print_format", "value": ""}
	)
	frappe.db.commit()
	frappe.clear_cache()


def test_what_has_no_page_of_the_portal_is_printed_as_staff_chose(client, project, own):
	"""Frappe's Standard prints costs and margins."""
	path = f"/printview?doctype=Project&name={project.name}"
	pdf = f"/api/method/frappe.utils.print_format.download_pdf?doctype=Project&name={project.name}"
	issue = f"/printview?doctype=Issue&name={own.name_of('Issue')}"
	for address in (
		path,
		f"{path}&format=Standard",
		f"{issue}&format=Standard",
		issue,
		pdf,
		f"{pdf}&format=Standard",
	):
		answer = client.get(address)
		assert answer.status_code == 403 and b"777,123" not in answer.data, address
	name = frappe.generate_hash(length=8)
	own_format = {"doctype": "Print Format", "name": name, "doc_type": "Project", "standard": "No"}
	frappe.get_doc({**own_format, "custom_format": 1, "html": "<p>For {{ doc.project_name }}</p>"}).insert()
	frappe.make_property_setter(
		{
			"doctype": "Project",
			"doctype_or_field": "DocType",
			"property": "default_print_format",
			"value": name,
		}
	)
	frappe.clear_cache(doctype="Project")
	for address in (path, f"{path}&format={name}"):
		answer = client.get(address)
		assert answer.status_code == 200 and f"For {project.project_name}" in answer.text, address
	assert client.get(f"{path}&format=Standard").status_code == 403
