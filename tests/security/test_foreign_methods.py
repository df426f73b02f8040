"""Every whitelisted method of the installed apps, called by a customer's user with the name of another customer's document in
each argument: nothing comes back, nothing changes, and what is not on the list is refused before it runs."""

import json

import frappe
import pytest

from customer_portal_ext.access import allowed_methods
from customer_portal_ext.access.method_checks import CHECKS
from customer_portal_ext.access.other_doors import READ
from customer_portal_ext.patches.v1_0 import add_method_restriction
from tests.factories.foreign import LEAKED_AMOUNTS, deny, make_party
from tests.factories.whitelisted import fill, get_methods

# The API key's user is signed in by each request alone, so that calling "logout" ends nothing.
TABLES = (
	*("Sales Invoice", "Sales Order", "Quotation", "Delivery Note", "Payment Entry", "Payment Request"),
	*("Journal Entry", "Customer", "Address", "Contact", "Issue", "File", "User", "Portal User", "DocShare"),
	*(
		"Customer Portal Policy",
		"Portal Access Token",
		"Comment",
		"ToDo",
		"Material Request",
		"Project",
		"GL Entry",
	),
)
LISTED = {*allowed_methods.ALLOWED, *CHECKS, "frappe.client.get", READ}
READING_FORMS = (
	("frappe.client.get", {}),
	("frappe.client.get_list", {"fields": '["*"]'}),
	("frappe.client.get_list", {"fields": '["name", "income_account"]'}),
	("frappe.client.get_value", {"fieldname": "name"}),
	("frappe.client.get_value", {"fieldname": "*"}),
	("frappe.client.get_value", {"fieldname": '["*"]'}),
	("frappe.client.get_value", {"fieldname": '["grand_total", "owner"]'}),
	("frappe.client.get_count", {}),
	("frappe.client.validate_link", {"docname": "{name}"}),
	("frappe.client.has_permission", {"docname": "{name}"}),
	("frappe.desk.form.load.getdoc", {}),
	("frappe.desk.reportview.get", {"fields": '["name"]'}),
	("frappe.desk.reportview.get_count", {"fields": '["name"]'}),
	("frappe.desk.search.search_link", {"txt": ""}),
	("frappe.www.list.get", {}),
	("frappe.www.list.get_list_data", {}),
	("frappe.www.printview.get_html_and_style", {"doc": "{doctype}"}),
	("frappe.utils.print_format.download_pdf", {}),
	(
		"frappe.website.doctype.web_form.web_form.get_form_data",
		{"docname": "{name}", "web_form_name": "issues"},
	),
	("customer_portal_ext.api.read_document", {}),
)


@pytest.fixture(scope="module")
def methods(site):
	return get_methods()


@pytest.fixture
def foreign(db):
	return make_party()


@pytest.fixture
def own(db):
	return make_party()


@pytest.fixture
def call(new_client, own):
	"""Call as the customer's user, by API key: no session to end, no CSRF token to bring."""
	client = new_client()
	user = frappe.get_doc("User", own.user)
	user.api_key, user.api_secret = frappe.generate_hash(length=15), "secret-of-tests"
	user.save()
	headers = {"Authorization": f"token {user.api_key}:secret-of-tests", "Accept": "application/json"}
	return lambda path, method="POST", **keywords: client.open(
		path, method=method, headers=headers, **keywords
	)


def count_rows():
	frappe.db.commit()
	return {doctype: frappe.db.count(doctype) for doctype in TABLES}


def read_rows(party):
	"""The stored rows of the party's documents, children included."""
	frappe.db.commit()
	return {key: json.loads(frappe.get_doc(*key).as_json()) for key in party.documents}


def assert_nothing_of(party, response, what):
	text = response.get_data().decode(errors="replace")
	assert party.mark not in text, f"{what}: {text[:300]}"
	assert not any(amount in text for amount in LEAKED_AMOUNTS), f"{what}: {text[:300]}"


def verb_of(function):
	return "POST" if "POST" in frappe.allowed_http_methods_for_whitelisted_func[function] else "GET"


def test_unlisted_methods_are_refused_before_they_run(call, methods, foreign):
	counts, rows = count_rows(), read_rows(foreign)
	invoice = ("Sales Invoice", foreign.name_of("Sales Invoice"))
	refused = [name for name in methods if name not in LISTED]
	assert len(refused) > 800
	for name in refused:
		response = call(f"/api/method/{name}", data=fill(methods[name], *invoice))
		assert response.status_code == 403, name
		assert_nothing_of(foreign, response, name)
	assert count_rows() == counts and read_rows(foreign) == rows


def test_listed_methods_tell_and_change_nothing(call, methods, foreign):
	counts, rows = count_rows(), read_rows(foreign)
	listed = [name for name in methods if name in LISTED]
	assert len(listed) > 80
	some = [key for key in foreign.documents if key[0] in ("Sales Invoice", "Customer", "Communication")]
	for name in listed:
		# whatever looks at its arguments is asked about each sort of document
		for document in foreign.documents if name in CHECKS else some:
			response = call(
				f"/api/method/{name}", verb_of(methods[name]), data=fill(methods[name], *document)
			)
			assert_nothing_of(foreign, response, f"{name} {document}")
	assert count_rows() == counts and read_rows(foreign) == rows


def test_what_is_on_the_list_exists(methods):
	"""A name that is misspelt, or gone with a new version of an app, allows nothing and is noticed here."""
	named = {name for name in LISTED if name.startswith(("erpnext.", "payments.", "customer_portal_ext."))}
	assert named <= set(methods)
	assert len({name for name in LISTED if name in methods}) > 80


@pytest.mark.parametrize(
	"prefix", ["/api/method/", "/api/v1/method/", "/api/v2/method/", "/?cmd=", "/portal?cmd=", "/me?cmd="]
)
def test_no_address_goes_round_the_list(call, own, foreign, prefix):
	for party in (own, foreign):
		values = {"doctype": "Sales Invoice", "name": party.name_of("Sales Invoice")}
		for method in (
			"frappe.client.get_count",
			"frappe.client.delete",
			"run_doc_method",
			"frappe.handler.run_doc_method",
		):
			for verb in ("GET", "POST"):
				response = call(f"{prefix}{method}", verb, data=values)
				assert response.status_code in (403, 404, 405), f"{verb} {prefix}{method}"
				assert_nothing_of(foreign, response, method)
	body = {"cmd": "frappe.client.get_count", "doctype": "Sales Invoice"}
	assert call("/", json=body).status_code == 403
	assert call("/", data=body).status_code == 403
	assert call("/api/v2/method/Sales Invoice/get_loyalty_programs").status_code == 403


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_rest_opens_no_foreign_document(call, foreign, method):
	rows = read_rows(foreign)
	for doctype, name in foreign.documents:
		for path in (
			f"/api/resource/{doctype}/{name}",
			f"/api/resource/{doctype}/{name}?run_method=as_dict",
			f"/api/v2/document/{doctype}/{name}",
			f"/api/v2/document/{doctype}/{name}/method/as_dict",
			f'/api/resource/{doctype}?filters={{"name":"{name}"}}&fields=["*"]',
			f'/api/v2/document/{doctype}?filters={{"name":"{name}"}}',
			f"/api/v2/doctype/{doctype}/count",
		):
			response = call(path, method, json={} if method != "GET" else None)
			assert_nothing_of(foreign, response, f"{method} {path}")
			# a website user may make addresses and contacts of their own, whatever stands in the query
			if method == "GET" and response.is_json and response.status_code == 200:
				assert not response.json.get("data"), path
	assert read_rows(foreign) == rows


def close_by_policy(own, portal_settings):
	deny(
		own,
		*(
			"invoices",
			"credit_notes",
			"orders",
			"quotations",
			"deliveries",
			"payments_history",
			"issues",
			"messages",
		),
	)


def close_by_customer(own, portal_settings):
	own.customer.reload()
	own.customer.disabled = 1
	own.customer.save()


def close_by_switch(own, portal_settings):
	portal_settings(enabled=0)


CLOSED = pytest.mark.parametrize("close", [close_by_policy, close_by_customer, close_by_switch])
PAGES = {
	"Sales Invoice": "invoices",
	"Sales Order": "orders",
	"Quotation": "quotations",
	"Delivery Note": "shipments",
}


@CLOSED
def test_own_documents_that_are_closed_stay_closed_by_every_method(
	call, methods, own, close, portal_settings
):
	close(own, portal_settings)
	documents = [key for key in own.documents if key[0] not in ("Customer", "Address", "Contact", "File")]
	rows = read_rows(own)
	for doctype, name in documents:
		for method, extra in READING_FORMS:
			extra = {key: value.format(doctype=doctype, name=name) for key, value in extra.items()}
			values = {"doctype": doctype, "name": name, "filters": json.dumps({"name": name}), **extra}
			response = call(f"/api/method/{method}", data=values)
			assert_nothing_of(own, response, f"{method} {doctype}")
		for path in (
			f"/printview?doctype={doctype}&name={name}",
			f"/{doctype}/{name}",
			f"/{PAGES.get(doctype, 'order')}/{name}",
			f"/order?doctype={doctype}&name={name}",
			f"/{PAGES.get(doctype, 'issues')}",
			f"/{doctype}",
			f"/issues/{name}",
			f"/api/resource/{doctype}/{name}",
			f'/api/resource/{doctype}?fields=["*"]',
		):
			response = call(path, "GET")
			assert_nothing_of(own, response, f"{path}: {response.status_code}")
			assert name not in response.get_data(as_text=True) or response.status_code >= 400, path
	for method in CHECKS:
		for document in documents:
			response = call(
				f"/api/method/{method}",
				verb_of(methods[method]) if method in methods else "POST",
				data=fill(methods[method], *document) if method in methods else {},
			)
			assert_nothing_of(own, response, method)
	assert read_rows(own) == rows


@CLOSED
def test_files_of_closed_documents_stay_closed(call, own, close, portal_settings):
	close(own, portal_settings)
	address = frappe.db.get_value("File", own.name_of("File"), "file_url")
	assert call(address, "GET").status_code in (403, 404)
	assert call("/api/method/download_file", "GET", query_string={"file_url": address}).status_code in (
		403,
		404,
	)


def test_a_policy_that_denies_one_kind_leaves_the_other(call, own):
	deny(own, "invoices")
	note = frappe.db.get_value("Sales Invoice", {"customer": own.customer.name, "is_return": 1})
	invoice = own.name_of("Sales Invoice")
	page = call("/invoices", "GET").get_data(as_text=True)
	assert note in page and invoice not in page
	assert call(f"/invoices/{note}", "GET").status_code == 200
	assert call(f"/invoices/{invoice}", "GET").status_code == 403


def test_a_list_of_two_customers_holds_those_that_may(call, own, foreign):
	"""One user of two customers, of whom one may not see invoices."""
	from tests.factories.users import link_user

	link_user(foreign.customer, own.user)
	deny(foreign, "invoices", "credit_notes")
	page = call("/invoices", "GET").get_data(as_text=True)
	assert own.name_of("Sales Invoice") in page and foreign.name_of("Sales Invoice") not in page
	assert foreign.name_of("Sales Order") in call("/orders", "GET").get_data(as_text=True)


def test_what_an_administrator_switched_off_stays_off(portal_settings):
	portal_settings(restrict_methods=0)
	add_method_restriction.execute()
	assert frappe.db.get_single_value("Customer Portal Settings", "restrict_methods") == 0
	frappe.db.sql("delete from `tabSingles` where field = 'restrict_methods'")
	add_method_restriction.execute()
	frappe.clear_document_cache("Customer Portal Settings", "Customer Portal Settings")
	assert frappe.db.get_single_value("Customer Portal Settings", "restrict_methods") == 1


def test_the_check_can_be_switched_off_and_added_to(call, foreign, portal_settings):
	total = {"reference_doctype": "Sales Invoice", "reference_name": "Nobody's"}
	method = "erpnext.accounts.doctype.payment_entry.payment_entry.get_party_details"
	assert call(f"/api/method/{method}", data=total).status_code == 403
	portal_settings(allowed_methods="frappe.client.get_time_zone\n /api/resource/Country ")
	assert call("/api/method/frappe.client.get_time_zone").status_code == 200
	assert call("/api/resource/Country?limit=1", "GET").json["data"]
	assert call("/api/resource/Currency", "GET").status_code == 403
	portal_settings(restrict_methods=0, allowed_methods="")
	assert call("/api/method/frappe.client.get_time_zone").status_code == 200
	assert call("/api/resource/Country?limit=1", "GET").status_code == 200
