"""Each address of a quotation's answer, as everyone who might knock; and a shared link on every other page."""

import re
from datetime import timedelta

import frappe
import pytest
from frappe.utils import now_datetime

from customer_portal_ext.access import tokens
from customer_portal_ext.web.routes import ROUTES
from tests import factories
from tests.client import hidden_fields
from tests.factories import answers

LINK = re.compile(r'<a [^>]*href="(/portal[^"#]*)"')
FORM = re.compile(r'<form[^>]* action="([^"]+)"')
ACTIONS = ("accept", "decline", "share", "unshare")
PAGES = ("accept", "decline", "share")


@pytest.fixture
def customer(db, portal_settings):
	portal_settings(**{**answers.SETTINGS, "allow_support_issues": 1, "allow_messages": 1})
	return factories.make_customer(email=f"buyer-{frappe.generate_hash(length=8)}@example.com")


@pytest.fixture
def quotation(customer):
	return factories.make_quotation(customer)


def share(quotation, **values):
	return tokens.issue_for_document(quotation.party_name, "Quotation", quotation.name, "Customer", **values)


def enter(client, token):
	client.open_link(tokens.get_link(token))
	return client


def get_addresses(name):
	return [f"/portal/{action}/{name}" for action in PAGES] + [f"/portal/download/signed/{name}.pdf"]


def assert_closed(client, name, status, page="/portal"):
	"""No page of the quotation's answer opens, no form is taken, and nothing has changed."""
	fields = hidden_fields(client.get(page).text)
	for address in get_addresses(name):
		assert client.get(address).status_code == status, address
	for action in ACTIONS:
		posted = client.post(f"/portal/{action}/{name}", {**fields, **answers.SIGNER, "reason": "x"})
		assert posted.status_code in (status, 403), action
	frappe.db.rollback()
	assert frappe.db.count("Portal Quotation Response", {"quotation": name}) == 0
	assert frappe.db.get_value("Quotation", name, "status") == "Open"


def test_the_owner(http, customer, quotation):
	enter(http, tokens.issue(customer.name))
	assert [http.get(f"/portal/{action}/{quotation.name}").status_code for action in PAGES] == [200] * 3
	assert http.get(f"/portal/download/signed/{quotation.name}.pdf").status_code == 404


def test_another_customer(http, quotation):
	assert_closed(enter(http, tokens.issue(factories.make_customer().name)), quotation.name, 404)


def test_a_guest(http, quotation):
	assert_closed(http, quotation.name, 403)


def test_an_expired_link(http, customer, quotation):
	token = tokens.issue(customer.name)
	enter(http, token)
	token.db_set("expires_on", now_datetime() - timedelta(seconds=1))
	assert_closed(http, quotation.name, 403)


def test_a_revoked_link(http, customer, quotation):
	token = tokens.issue(customer.name)
	enter(http, token)
	tokens.revoke(token.name)
	assert_closed(http, quotation.name, 403)


def test_a_link_to_this_quotation(http, quotation):
	factories.make_address(frappe.get_doc("Customer", quotation.party_name), city="Secret City")
	landed = http.open_link(tokens.get_link(share(quotation, may_answer=1)))
	assert landed.status_code == 200 and quotation.name in landed.text
	assert "/portal/share/" not in landed.text
	page = http.get(f"/portal/accept/{quotation.name}")
	assert page.status_code == 200 and "Secret City" not in page.text
	assert http.get(f"/portal/share/{quotation.name}").status_code == 404
	assert answers.accept(http, quotation.name).status_code == 303


def test_a_link_for_reading_only(http, quotation):
	landed = http.open_link(tokens.get_link(share(quotation, may_answer=0)))
	assert landed.status_code == 200 and "/portal/accept/" not in landed.text
	assert_closed(http, quotation.name, 404, page=f"/portal/quotations/{quotation.name}")


def test_a_link_to_another_quotation_of_the_same_customer(http, customer, quotation):
	other = factories.make_quotation(customer)
	enter(http, share(other, may_answer=1))
	assert http.get(f"/portal/quotations/{quotation.name}").status_code == 404
	assert_closed(http, quotation.name, 404, page=f"/portal/quotations/{other.name}")


@pytest.mark.parametrize("end", ["expires", "is revoked"])
def test_a_shared_link_that_has_ended(http, quotation, end):
	token = share(quotation, may_answer=1)
	enter(http, token)
	if end == "expires":
		token.db_set("expires_on", now_datetime() - timedelta(seconds=1))
	else:
		tokens.revoke(token.name)
	assert_closed(http, quotation.name, 403)


def test_a_shared_link_opens_nothing_but_its_quotation(http, customer, quotation):
	"""Every other address of the portal, with the names of real documents of the same customer."""
	order = factories.make_sales_order(customer)
	examples = {
		"invoice": factories.make_sales_invoice(customer).name,
		"order": order.name,
		"delivery": factories.make_delivery_note(order).name,
		"quotation": factories.make_quotation(customer).name,
		"payment": factories.make_payment_entry(customer, 10).name,
	}
	enter(http, share(quotation, may_answer=1))
	page = http.get(f"/portal/quotations/{quotation.name}").text
	assert not any(name in page for name in examples.values())
	fields = hidden_fields(page)
	tried = 0
	for route in ROUTES:
		if route.open_to_all:
			continue
		for name in examples.values() if "<path:name>" in route.path else ("",):
			path = route.path.replace("<path:name>", name).replace("<segment>", "quotations")
			for argument in ("token", "export", "format", "file", "name"):
				path = path.replace(f"<{argument}>", "csv" if argument == "format" else "0123456789")
			assert "<" not in path, path
			for method in route.methods:
				response = http.open(path, method=method, data=fields if method == "POST" else None)
				if path == "/portal":
					assert response.headers["Location"] == f"/portal/quotations/{quotation.name}"
					continue
				assert response.status_code == 404, f"{method} {path}: {response.status_code}"
				tried += 1
	assert tried > 100


def test_a_shared_links_pages_lead_to_what_it_opens(http, customer, quotation):
	"""Each link and form on its pages, the mark at the top included, which leads back to the quotation."""
	factories.order_from_quotation(quotation)
	quotation = factories.make_quotation(customer)
	enter(http, share(quotation, may_answer=1))
	home = http.get("/portal")
	own = f"/portal/quotations/{quotation.name}"
	assert (home.status_code, home.headers["Location"]) == (303, own)
	not_found = http.get("/portal/invoices")
	assert not_found.status_code == 404
	pages = [own, *(f"/portal/{action}/{quotation.name}" for action in ("accept", "decline"))]
	texts = [not_found.text, *(http.get(page).text for page in pages)]
	links = {link.replace("&amp;", "&") for text in texts for link in LINK.findall(text)}
	assert {"/portal", own, *pages} <= links
	for link in links:
		response = http.get(link)
		assert response.status_code == 200 or (link == "/portal" and response.status_code == 303), link
	actions = {action for text in texts for action in FORM.findall(text)}
	assert actions == {
		"/portal/leave",
		f"/portal/accept/{quotation.name}",
		f"/portal/decline/{quotation.name}",
		f"/portal/write/quotations/{quotation.name}",
	}


def test_forms_need_the_portals_token(http, customer, quotation):
	enter(http, tokens.issue(customer.name))
	form = answers.get_filled_form(http, quotation.name)
	form.pop("portal_csrf")
	for action in ACTIONS:
		assert http.post(f"/portal/{action}/{quotation.name}", form).status_code == 403
	assert frappe.db.count("Portal Quotation Response", {"quotation": quotation.name}) == 0


def test_answers_are_counted(http, customer, quotation):
	enter(http, tokens.issue(customer.name))
	form = answers.get_filled_form(http, quotation.name, name="")
	codes = [http.post(f"/portal/accept/{quotation.name}", form).status_code for _attempt in range(61)]
	assert set(codes[:60]) == {400} and codes[60] == 429


@pytest.mark.parametrize("field", ["name", "email", "po_no", "reason", "lost_reason", "signature", "share"])
def test_odd_input_gives_a_clear_answer(http, customer, quotation, field):
	enter(http, tokens.issue(customer.name))
	before = frappe.db.count("Error Log")
	filled = answers.get_filled_form(http, quotation.name, name="")
	for odd in (
		"\x00",
		"' or 1=1 --",
		"<img src=x onerror=alert(1)>",
		"😀" * 300,
		"../../etc/passwd",
		"\r\nBcc: x",
	):
		for action in ACTIONS:
			form = {**filled, field: odd}
			if field == "name":
				form["email"] = ""
			response = http.post(f"/portal/{action}/{quotation.name}", form)
			assert response.status_code in (303, 400), (action, odd)
			assert "<img src=x" not in response.text
	frappe.db.rollback()
	assert frappe.db.count("Error Log") == before
	assert frappe.db.count("Portal Quotation Response", {"quotation": quotation.name}) <= 1
