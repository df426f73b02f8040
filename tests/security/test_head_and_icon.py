"""What browsers, proxies and mail scanners ask for besides pages: HEAD, and an icon; and where a document's link leads."""

import html
import re
from urllib.parse import unquote

import frappe
import pytest

from customer_portal_ext.access import tokens
from customer_portal_ext.web.routes import ROUTES
from tests import factories
from tests.factories.users import PASSWORD, make_portal_user
from tests.security.test_routes import address_of

PAGES = [route for route in ROUTES if "GET" in route.methods]


@pytest.fixture
def visitor(http, customer):
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	return http


def test_head_answers_as_get_does_on_every_page(visitor, new_client, customer):
	invoice = factories.make_sales_invoice(customer)
	paths = [address_of(route) for route in PAGES if "<invitation>" not in route.path]
	for path in (*paths, f"/portal/invoices/{invoice.name}", f"/portal/download/invoices/{invoice.name}.pdf"):
		got, head = visitor.get(path), visitor.open(path, method="HEAD")
		assert head.status_code == got.status_code, path
		assert head.data == b"", path
		for name in ("Cache-Control", "Content-Type", "Content-Security-Policy", "Location"):
			assert head.headers.get(name) == got.headers.get(name), (path, name)


def test_head_answers_for_a_document_of_another_organisation_too(new_client, customer):
	other = factories.make_customer()
	names = [factories.make_sales_invoice(owner).name for owner in (customer, other)]
	user = make_portal_user(customer, other)
	ask = {}
	for method in ("GET", "HEAD"):
		client = new_client()
		client.sign_in(user, PASSWORD)
		answers = [client.open(f"/portal/invoices/{name}", method=method) for name in (*names, "NONE")]
		ask[method] = [(answer.status_code, answer.headers.get("Location")) for answer in answers]
	assert ask["HEAD"] == ask["GET"]
	# one of the two is elsewhere at first; where the page leads back, so is the other
	assert 303 in [status for status, _to in ask["GET"][:2]] and ask["GET"][2][0] == 404


def test_a_page_has_an_icon_with_a_logo_and_without(visitor):
	company = frappe.defaults.get_global_default("company")
	before = frappe.db.get_value("Company", company, "company_logo")
	try:
		for logo in ("/files/logo.png", None):
			frappe.db.set_value("Company", company, "company_logo", logo)
			page = visitor.get("/portal").text
			icon = html.unescape(re.search(r'<link rel="icon" href="([^"]+)"', page)[1])
			if logo:
				assert icon == logo
			else:
				drawn = unquote(icon.removeprefix("data:image/svg+xml,"))
				assert drawn.startswith("<svg") and f">{company[0]}</text>" in drawn
	finally:
		frappe.db.set_value("Company", company, "company_logo", before)
		frappe.db.commit()


def test_a_link_to_a_credit_note_opens_it(new_client, customer):
	invoice = factories.make_sales_invoice(customer)
	for document, segment in ((factories.make_credit_note(invoice), "credit-notes"), (invoice, "invoices")):
		token = tokens.issue_for_document(customer.name, "Sales Invoice", document.name, "Staff")
		client = new_client()
		page = client.open_link(tokens.get_link(token))
		assert page.status_code == 200 and page.request.path == f"/portal/{segment}/{document.name}"
		assert client.get("/portal").headers["Location"] == f"/portal/{segment}/{document.name}"


def test_what_a_links_holder_changes_stands_under_the_customers_name(visitor, customer, portal_settings):
	from tests.factories.account import ADDRESS

	portal_settings(allow_account_changes=1)
	name = 'Smith & <img src=x onerror="alert(1)"> Ltd'
	frappe.db.set_value("Customer", customer.name, "customer_name", name)
	assert visitor.submit("/portal/new-address", "/portal/new-address", ADDRESS).status_code == 303
	frappe.db.rollback()
	filters = {"reference_doctype": "Customer", "reference_name": customer.name, "comment_type": "Info"}
	(owner,) = frappe.get_all("Comment", filters, pluck="owner")
	assert owner.startswith("Smith & ") and not set(owner) & set("<>\"'")
