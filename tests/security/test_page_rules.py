"""Smaller rules of every page: what an error page says of whom, where signing in leads back to, how much a form may hold."""

from types import SimpleNamespace

import frappe
import pytest
from werkzeug.datastructures import MultiDict

from customer_portal_ext.access import tokens
from customer_portal_ext.exceptions import (
	AccessDenied,
	DocumentNotFound,
	InvalidInput,
	RequestForged,
	TokenExpired,
	TokenInvalid,
	TokenRevoked,
)
from customer_portal_ext.web import csrf, form_lengths, page_context
from tests.factories.users import PASSWORD, make_portal_user


@pytest.fixture
def visitor(http, customer):
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	return http


# How much a form may hold


@pytest.mark.parametrize(
	"too_much",
	[
		{"x": "y" * (form_lengths.LONGEST_VALUE + 1)},
		{"x" * (form_lengths.LONGEST_VALUE + 1): "y"},
		{f"x{number}": "" for number in range(form_lengths.MOST_VALUES + 1)},
		{f"x{number}": "y" * form_lengths.LONGEST_VALUE for number in range(51)},
		{"x": [""] * (form_lengths.MOST_VALUES + 1)},
	],
	ids=["a long value", "a long name", "many fields", "much in all", "one field many times"],
)
def test_a_form_holds_what_a_page_could_have_sent(db, too_much):
	with pytest.raises(InvalidInput):
		form_lengths.require_lengths(MultiDict(too_much))


def test_as_much_as_a_form_may_hold_is_taken(db):
	form_lengths.require_lengths(MultiDict({"x": "y" * form_lengths.LONGEST_VALUE}))
	form_lengths.require_lengths(MultiDict({"x": [""] * form_lengths.MOST_VALUES}))
	form_lengths.require_lengths(MultiDict({"signature": "y" * form_lengths.LONGER_VALUES["signature"]}))


# What an error page says


def build(error, path="/portal/invoices"):
	request = SimpleNamespace(path=path, args=MultiDict())
	return page_context.build(request, "", error)


@pytest.fixture
def known_visitor(db, customer):
	from tests.integration.one_answer import make_visitor

	frappe.local.portal_visitor = make_visitor(customer.name)
	yield customer
	frappe.local.portal_visitor = None


@pytest.mark.parametrize("error", [TokenInvalid, TokenExpired, TokenRevoked, AccessDenied, RequestForged])
def test_a_refusal_shows_nobody(known_visitor, error):
	context = build(error())
	assert (context["visitor"], context["portal"]["nav"]) == (None, [])


def test_a_page_that_is_not_there_shows_whose_portal_it_is(known_visitor):
	assert build(DocumentNotFound())["visitor"]["name"] == known_visitor.name
	assert build(None)["visitor"]["name"] == known_visitor.name


@pytest.mark.parametrize(
	("error", "offered"),
	[(TokenExpired, 1), (TokenRevoked, 1), (TokenInvalid, 0), (AccessDenied, 0), (DocumentNotFound, 0)],
)
def test_a_fresh_link_is_offered_to_who_had_one(db, portal_settings, error, offered):
	portal_settings(allow_fresh_link=1)
	assert build(error())["portal"]["allow_fresh_link"] == bool(offered)
	portal_settings(allow_fresh_link=0)
	assert not build(error())["portal"]["allow_fresh_link"]


@pytest.mark.parametrize(
	("path", "back"),
	[
		("/portal/invoices/INV-1", "%2Fportal%2Finvoices%2FINV-1"),
		("/portal/a/secret", "%2Fportal"),
		("/portal/join/secret", "%2Fportal"),
	],
)
def test_signing_in_leads_back_but_never_to_a_secret(db, path, back):
	assert page_context.get_sign_in_url(path) == f"/login?redirect-to={back}"


# Frappe's own token


def test_a_form_that_is_shown_again_makes_no_other_token_for_the_session(new_client, customer):
	client = new_client()
	client.sign_in(make_portal_user(customer), PASSWORD)
	first = client.get("/portal/messages").text
	token = first.partition('name="csrf_token" value="')[2].partition('"')[0]
	assert token
	again = client.submit("/portal/messages", "/portal/write", {"message": ""})
	assert again.status_code == 400 and f'name="csrf_token" value="{token}"' in again.text


def test_what_asks_for_json_is_refused_in_json(visitor):
	response = visitor.get("/portal/invoices/none", headers={"Accept": "application/json"})
	assert (response.status_code, response.mimetype) == (404, "application/json")
	assert response.json["error"] == DocumentNotFound.page
	assert visitor.get("/portal/invoices/none").mimetype == "text/html"
	response = visitor.post("/portal/write", headers={"Accept": "application/json"})
	assert (response.status_code, response.mimetype) == (403, "application/json")
	assert csrf.FIELD not in response.text
