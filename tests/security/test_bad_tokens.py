"""Wrong tokens: one page for all of them, no traceback, and a limit."""

import secrets

import frappe
import pytest

from customer_portal_ext.access import tokens
from tests.factories.masters import make_customer

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.fixture
def token(db):
	return tokens.get_token_string(tokens.issue(make_customer().name))


def new_address() -> str:
	"""An address nobody has guessed from yet, so that one test's limit does not count in another."""
	return f"fd00::{secrets.token_hex(2)}:{secrets.token_hex(2)}"


def count_errors():
	return frappe.db.count("Error Log")


SPOILED = (
	lambda t: t[:-1],
	lambda t: t[1:],
	lambda t: t + t,
	lambda t: t[:20] + ALPHABET[(ALPHABET.index(t[20]) + 1) % 64] + t[21:],
	lambda t: "A" * 43,
	lambda t: "x" * 10_240,
	lambda t: "žлوع" + t[4:],
	lambda t: "%00" + t[3:],
	lambda t: t + "/../../app",
	lambda t: t + "%0d%0aX-Evil:1",
	lambda t: "' or 1=1 -- ",
	lambda t: "<script>alert(1)</script>",
)


def test_a_wrong_token_gives_a_clear_page_and_changes_nothing(new_client, token):
	for spoil in SPOILED:
		spoiled = spoil(token)
		case = spoiled.replace(token, "TOKEN")[:60]
		before = (count_errors(), frappe.db.count("Portal Activity"))
		client = new_client(address=new_address())
		response = client.get("/portal/a/" + spoiled)
		assert response.status_code in (403, 404), case
		assert "Traceback" not in response.text and "<script>alert" not in response.text, case
		assert not client.cookie("portal_visit"), case
		frappe.db.rollback()
		assert (count_errors(), frappe.db.count("Portal Activity")) == before, case


def test_wrong_tokens_are_limited_per_address_and_a_right_one_still_works(new_client, token):
	guesser, neighbour = new_client(address=new_address()), new_client(address=new_address())
	statuses = [guesser.get(f"/portal/a/{'A' * 43}").status_code for _ in range(22)]
	assert statuses == [403] * 20 + [429] * 2
	assert "Too many" in guesser.get(f"/portal/a/{'A' * 43}").text
	assert neighbour.get(f"/portal/a/{'A' * 43}").status_code == 403
	assert guesser.open_link(f"/portal/a/{token}").status_code == 200


def test_a_forged_forwarded_address_does_not_escape_the_limit(new_client, token):
	guesser = new_client(address=new_address())
	statuses = [
		guesser.get(f"/portal/a/{'A' * 43}", headers={"X-Forwarded-For": f"1.2.3.{n}"}).status_code
		for n in range(21)
	]
	assert statuses[-1] == 429
