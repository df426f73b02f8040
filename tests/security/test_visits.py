"""A visit by secure link: what it opens, and that revoking, expiry, regeneration and the switch act on the next click."""

from datetime import timedelta

import frappe
import pytest
from frappe.utils import now_datetime

from customer_portal_ext.access import tokens
from customer_portal_ext.access.session import COOKIE


@pytest.fixture
def token(customer):
	return tokens.issue(customer.name)


def test_a_link_sets_a_strict_cookie_and_leaves_the_address_bar(http, token):
	response = http.get(tokens.get_link(token))
	assert (response.status_code, response.headers["Location"]) == (303, "/portal")
	cookie = next(c for c in response.headers.getlist("Set-Cookie") if c.startswith(COOKIE))
	assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
	assert "Secure" not in cookie
	assert tokens.get_token_string(token) not in cookie
	assert response.headers["Referrer-Policy"] == "no-referrer"
	assert response.headers["Cache-Control"] == "no-store, private"


def test_on_https_the_cookie_is_secure(http, token):
	response = http.get(tokens.get_link(token), base_url=f"https://{http.site}")
	cookie = next(c for c in response.headers.getlist("Set-Cookie") if c.startswith(COOKIE))
	assert "Secure" in cookie


def test_a_link_lands_on_the_document_it_was_made_for_and_nowhere_else(http, token):
	link = tokens.get_link(token, landing="/portal/invoices/ACC-SINV-1")
	assert http.get(link).headers["Location"] == "/portal/invoices/ACC-SINV-1"
	path = f"/portal/a/{tokens.get_token_string(token)}"
	for wanted in (
		"https://evil.example",
		"//evil.example",
		"/evil",
		"invoices/../../app",
		"a/x",
		"invoices/\r\nX: 1",
	):
		location = http.get(path, query_string={"open": wanted}).headers["Location"]
		assert location == "/portal" or location.startswith("/portal/invoices/"), wanted
		assert "\n" not in location and "evil" not in location.partition("/portal")[0]


def test_a_visit_opens_the_customers_pages(http, token, customer):
	page = http.open_link(tokens.get_link(token))
	assert page.status_code == 200
	assert customer.customer_name in page.text
	token.reload()
	assert token.use_count == 1 and token.last_used_on


def revoke(token, settings):
	tokens.revoke(token.name)


def expire(token, settings):
	token.db_set("expires_on", now_datetime() - timedelta(seconds=1))


def regenerate(token, settings):
	tokens.issue(token.customer)


def disable(token, settings):
	customer = frappe.get_doc("Customer", token.customer)
	customer.disabled = 1
	customer.save()


def delete(token, settings):
	frappe.delete_doc("Customer", token.customer)


def switch_off(token, settings):
	settings(enabled=0)


@pytest.mark.parametrize(
	("change", "status"),
	[(revoke, 403), (expire, 403), (regenerate, 403), (disable, 403), (delete, 403), (switch_off, 503)],
)
def test_the_very_next_click_is_refused(http, token, customer, portal_settings, change, status):
	link = tokens.get_link(token)
	assert http.open_link(link).status_code == 200
	change(token, portal_settings)
	for path in ("/portal", "/portal/invoices", "/portal/statement", link):
		page = http.get(path)
		assert page.status_code == status, path
		assert customer.customer_name not in page.text and customer.name not in page.text


def test_switched_on_again_the_visit_goes_on(http, token, portal_settings):
	http.open_link(tokens.get_link(token))
	portal_settings(enabled=0)
	assert "not available" in http.get("/portal").text
	portal_settings(enabled=1)
	assert http.get("/portal").status_code == 200


def test_a_changed_or_foreign_cookie_opens_nothing(http, token):
	http.open_link(tokens.get_link(token))
	cookie = http.cookie(COOKIE)
	for value in (cookie[:-2], cookie + "x", cookie.replace(".", "..", 1), "x", token.name, "é"):
		http.browser.set_cookie(COOKIE, value, domain=http.site)
		assert http.get("/portal").status_code == 403


def test_an_unsigned_cookie_opens_nothing(http, token):
	import jwt

	payload = {"aud": COOKIE, "sub": token.name, "jti": "x", "exp": 9999999999}
	for forged in (
		jwt.encode(payload, None, algorithm="none"),
		jwt.encode(payload, "guess", algorithm="HS256"),
	):
		http.browser.set_cookie(COOKIE, forged, domain=http.site)
		assert http.get("/portal").status_code == 403


def test_leaving_ends_the_visit_on_this_device(http, token):
	http.open_link(tokens.get_link(token))
	response = http.submit("/portal", "/portal/leave")
	assert response.status_code == 303
	assert not http.cookie(COOKIE)
	assert http.get("/portal").status_code == 403
	assert http.open_link(tokens.get_link(token)).status_code == 200


def test_a_post_without_the_token_of_this_browser_is_refused(http, new_client, token, customer):
	http.open_link(tokens.get_link(token))
	assert http.post("/portal/leave").status_code == 403
	assert http.post("/portal/leave", data={"portal_csrf": "x" * 64}).status_code == 403
	other = new_client()
	other.open_link(tokens.get_link(tokens.get_or_issue(customer.name)))
	from tests.client import hidden_fields

	foreign = hidden_fields(other.get("/portal").text)
	assert http.post("/portal/leave", data=foreign).status_code == 403
	assert http.get("/portal").status_code == 200


def test_activity_remembers_who_came_and_who_was_refused(http, token, customer):
	http.open_link(tokens.get_link(token))
	tokens.revoke(token.name)
	http.get(tokens.get_link(token))
	frappe.db.rollback()
	rows = frappe.get_all(
		"Portal Activity",
		{"customer": customer.name},
		["activity", "ip_address", "token", "details"],
		order_by="creation",
	)
	assert [row.activity for row in rows] == ["Link Issued", "Opened Link", "Link Revoked", "Refused"]
	assert {row.ip_address for row in rows if row.activity in ("Opened Link", "Refused")} == {"127.0.0.1"}
	assert rows[-1].details == "TokenRevoked"
