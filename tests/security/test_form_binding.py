"""What a form's token is bound to: everything that this browser holds. With any of it changed, an earlier page sends nothing."""

from types import SimpleNamespace

import frappe
import pytest
from werkzeug.datastructures import ImmutableMultiDict

from customer_portal_ext.access.session import COOKIE as VISIT
from customer_portal_ext.access.staff_view import COOKIE as VIEW
from customer_portal_ext.exceptions import RequestForged
from customer_portal_ext.web import csrf

HELD = {VISIT: "a visit", VIEW: "a view", csrf.COOKIE: "before there was either"}


@pytest.fixture
def signed_in(db):
	"""Sign in with a session of this name, or not at all."""

	def change(sid):
		frappe.session.user = "Administrator" if sid else "Guest"
		frappe.session.sid = sid or "Guest"

	yield change
	frappe.session.user = frappe.session.sid = "Administrator"


def make_request(cookies, token=None):
	return SimpleNamespace(cookies=cookies, form=ImmutableMultiDict({csrf.FIELD: token} if token else {}))


def make_token(cookies):
	binding, _cookie = csrf.get_binding(make_request(cookies))
	return csrf.make_token(binding)


def is_taken(cookies, token, even_if_over=False):
	try:
		csrf.require_token(make_request(cookies, token), even_if_over)
	except RequestForged:
		return False
	return True


@pytest.mark.parametrize("changed", [VISIT, VIEW, "sid"])
@pytest.mark.parametrize("to", ["another", None])
@pytest.mark.parametrize("alone", [False, True])
def test_another_of_what_is_held_is_another_binding(signed_in, changed, to, alone):
	"""Also where nothing else of it is held: the value from before there was any is never enough."""
	cookies = {name: value for name, value in HELD.items() if name in (changed, csrf.COOKIE) or not alone}
	sid = "a session" if changed == "sid" or not alone else None
	signed_in(sid)
	token = make_token(cookies)
	assert is_taken(cookies, token)
	if changed == "sid":
		signed_in(to)
	else:
		cookies = {name: value for name, value in cookies.items() if name != changed}
		cookies |= {changed: to} if to else {}
	assert not is_taken(cookies, token)


def test_the_value_from_before_counts_where_nothing_else_is_held(signed_in):
	signed_in(None)
	cookies = {csrf.COOKIE: HELD[csrf.COOKIE]}
	token = make_token(cookies)
	assert is_taken(cookies, token)
	assert not is_taken({csrf.COOKIE: "another"}, token)
	assert not is_taken({}, token) and not is_taken(cookies, "") and not is_taken(cookies, None)
	for name in (VISIT, VIEW):
		assert not is_taken(cookies | {name: HELD[name]}, token)
	signed_in("a session")
	assert not is_taken(cookies, token)


def test_a_session_that_ended_counts_for_leaving_alone(signed_in):
	signed_in("a session")
	token = make_token(HELD)
	signed_in(None)
	over = HELD | {"sid": "a session"}
	assert not is_taken(over, token)
	assert is_taken(over, token, even_if_over=True)
	assert not is_taken(HELD | {"sid": "another"}, token, even_if_over=True)
