"""Every address of the portal, as everyone who might knock: walked from the route table, so that none is forgotten."""

import re
from datetime import timedelta

import frappe
import pytest
from frappe.utils import now_datetime

from customer_portal_ext.access import tokens
from customer_portal_ext.web.routes import ROUTES
from tests.factories.masters import make_customer

CLOSED = [route for route in ROUTES if not route.open_to_all]
EXAMPLES = {
	"name": "ACC-SINV-0000-00000",
	"export": "0123456789",
	"file": "0123456789",
	"format": "csv",
	"segment": "invoices",
	"token": "A" * 43,
}


def address_of(route):
	path = route.path
	for argument, example in EXAMPLES.items():
		path = path.replace(f"<path:{argument}>", example).replace(f"<{argument}>", example)
	assert "<" not in path
	return path


def ask(client, route):
	if "POST" in route.methods and "GET" not in route.methods:
		return client.submit("/portal", address_of(route))
	return client.get(address_of(route))


def assert_headers(response):
	headers = response.headers
	assert headers["Cache-Control"] == "no-store, private"
	assert headers["Referrer-Policy"] == "no-referrer"
	assert "noindex" in headers["X-Robots-Tag"]
	assert headers["X-Content-Type-Options"] == "nosniff"
	policy = headers["Content-Security-Policy"]
	assert "default-src 'self'" in policy and "unsafe-inline" not in policy and "unsafe-eval" not in policy


def walk(client, status):
	for route in CLOSED:
		response = ask(client, route)
		assert response.status_code == status, route.path
		assert_headers(response)
		yield response


def test_the_open_routes_are_these(db):
	assert {r.path for r in ROUTES if r.open_to_all} == {
		"/portal/theme.css",
		"/portal/logo",
		"/portal/a/<token>",
		"/portal/fresh-link",
		"/portal/my-link",
		"/portal/leave",
		"/portal/webhooks/stripe",
		"/portal/too-large",
		"/portal/join/<invitation>",
	}


def test_what_a_web_server_says_of_a_form_that_is_too_large(http, portal_settings):
	response = http.get("/portal/too-large")
	assert response.status_code == 413 and "choose smaller files" in response.text
	assert_headers(response)
	portal_settings(enabled=0)
	assert http.get("/portal/too-large").status_code == 503


def test_a_guest_is_refused_everywhere(http):
	for response in walk(http, 403):
		assert "Access denied" in response.text or response.request.method == "POST"


def test_an_expired_link_is_refused_everywhere(http, customer):
	token = tokens.issue(customer.name)
	http.open_link(tokens.get_link(token))
	token.db_set("expires_on", now_datetime() - timedelta(seconds=1))
	for response in walk(http, 403):
		assert customer.customer_name not in response.text


def test_a_revoked_link_is_refused_everywhere(http, customer):
	token = tokens.issue(customer.name)
	http.open_link(tokens.get_link(token))
	tokens.revoke(token.name)
	for response in walk(http, 403):
		assert customer.customer_name not in response.text


def test_switched_off_every_page_says_so(http, customer, portal_settings):
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	portal_settings(enabled=0)
	for route in CLOSED:
		if route.methods == ("GET",):
			response = http.get(address_of(route))
			assert response.status_code == 503, route.path
			assert "not available" in response.text
			assert_headers(response)


def test_a_signed_in_staff_user_is_no_customer(http):
	http.sign_in("Administrator", "admin")
	for route in CLOSED:
		if route.methods == ("GET",):
			assert http.get(address_of(route)).status_code == 403, route.path


def test_a_document_link_opens_that_document_alone(http, customer):
	token = tokens._insert(
		customer.name,
		tokens.get_expiry(None),
		scope=tokens.ONE_DOCUMENT,
		document_type="Customer",
		document_name=customer.name,
	)
	http.get(tokens.get_link(token))
	for route in CLOSED:
		assert ask(http, route).status_code in (403, 404), route.path


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_not_served(http, customer, method):
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	assert http.open("/portal/invoices", method=method).status_code in (404, 405)


def test_a_get_page_takes_no_post_and_a_post_page_no_get(http, customer):
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	assert http.submit("/portal", "/portal/invoices").status_code == 405
	assert http.get("/portal/leave").status_code == 405


@pytest.mark.parametrize(
	"path",
	[
		"/portal/nope",
		"/portal/invoices/",
		"/portal/../app",
		"/portal//invoices",
		"/portal/invoices/%00",
		"/portal/invoices/%F0%9F%92%A9",
		"/portal/" + "x" * 5000,
		"/portal/download/statement.exe",
		"/portalx",
	],
)
def test_an_odd_address_gives_a_page_and_no_traceback(http, customer, path):
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	before = frappe.db.count("Error Log")
	response = http.get(path)
	assert response.status_code in (200, 301, 303, 308, 400, 404), path
	assert "Traceback" not in response.text
	frappe.db.rollback()
	assert frappe.db.count("Error Log") == before


def test_frappes_caches_never_hold_a_portal_page(http, new_client, customer):
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	guest = new_client()
	for route in CLOSED:
		guest.get(address_of(route))
		http.get(address_of(route))
	kept = [
		key
		for table in ("website_page", "website_404", "page_context")
		for key in (frappe.cache.hgetall(table) or {})
		if re.search(r"portal(/|$)", key.decode() if isinstance(key, bytes) else str(key))
	]
	assert kept == []


def test_one_customers_page_is_never_served_to_another(new_client, customer):
	other = make_customer()
	first, second = new_client(), new_client()
	first.open_link(tokens.get_link(tokens.issue(customer.name)))
	second.open_link(tokens.get_link(tokens.issue(other.name)))
	for one, two, mine, theirs in ((first, second, customer, other), (second, first, other, customer)):
		for path in ("/portal", "/portal/invoices", "/portal/transactions", "/portal/statement"):
			page = one.get(path).text
			assert mine.customer_name in page and theirs.customer_name not in page, path
			page = two.get(path).text
			assert theirs.customer_name in page and mine.customer_name not in page, path
