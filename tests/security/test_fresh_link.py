"""A fresh link goes to the address on file, to no other, and never to one whose link staff revoked."""

from datetime import timedelta

import frappe
import pytest
from frappe.utils import now_datetime

from customer_portal_ext.access import tokens
from tests.factories.masters import make_customer

pytestmark = pytest.mark.usefixtures("outgoing")


@pytest.fixture
def expired(customer):
	token = tokens.issue(customer.name)
	token.db_set("expires_on", now_datetime() - timedelta(minutes=1))
	return token


def recipients_of(customer):
	frappe.db.rollback()
	return frappe.get_all("Email Queue Recipient", {"recipient": customer.email_id}, pluck="parent")


def ask(http, token, **extra):
	return http.submit(tokens.get_link(token), "/portal/fresh-link", extra)


def active_of(customer):
	frappe.db.rollback()
	return frappe.get_all("Portal Access Token", {"active_account_key": customer.name}, pluck="name")


def test_an_expired_link_is_renewed_by_mail(http, expired, customer):
	assert "Send me a fresh link" in http.get(tokens.get_link(expired)).text
	response = ask(http, expired)
	assert response.status_code == 200 and customer.email_id not in response.text
	assert len(recipients_of(customer)) == 1
	(fresh,) = active_of(customer)
	assert fresh != expired.name
	assert http.open_link(tokens.get_link(frappe.get_doc("Portal Access Token", fresh))).status_code == 200


def test_the_visitor_cannot_choose_the_address(http, expired, customer):
	other = "attacker@example.com"
	ask(http, expired, email=other, recipient=other, customer="Other")
	assert len(recipients_of(customer)) == 1
	assert not frappe.get_all("Email Queue Recipient", {"recipient": other})


def test_a_visit_that_has_ended_knows_whose_it_was(http, customer):
	token = tokens.issue(customer.name)
	http.open_link(tokens.get_link(token))
	token.db_set("expires_on", now_datetime() - timedelta(minutes=1))
	assert http.submit("/portal", "/portal/fresh-link").status_code == 200
	assert len(recipients_of(customer)) == 1


def test_a_replaced_link_leads_to_the_active_one_and_does_not_kill_it(http, customer):
	replaced, active = tokens.issue(customer.name), tokens.issue(customer.name)
	assert ask(http, replaced).status_code == 200
	assert len(recipients_of(customer)) == 1
	assert active_of(customer) == [active.name]


def test_a_revoked_customer_gets_the_same_answer_and_no_mail(http, new_client, customer, expired):
	revoked = make_customer(email=f"{frappe.generate_hash(length=8)}@example.com")
	token = tokens.issue(revoked.name)
	tokens.revoke(token.name)
	refused = ask(http, token)
	sent = ask(new_client(), expired)
	assert refused.status_code == sent.status_code == 200
	assert refused.text == sent.text
	assert recipients_of(revoked) == [] and active_of(revoked) == []


def test_a_disabled_customer_and_one_without_an_address_get_none(http, new_client, customer, expired):
	frappe.db.set_value("Customer", customer.name, "disabled", 1)
	silent = make_customer()
	token = tokens.issue(silent.name)
	token.db_set("expires_on", now_datetime() - timedelta(minutes=1))
	assert ask(http, expired).status_code == 200
	assert ask(new_client(), token).status_code == 200
	assert recipients_of(customer) == [] and active_of(silent) == [token.name]


def test_asking_again_and_again_is_limited(http, expired, customer):
	statuses = [ask(http, expired).status_code for _ in range(5)]
	assert statuses == [200, 200, 200, 429, 429]
	assert len(recipients_of(customer)) == 3


def test_switched_off_nobody_is_asked_and_nobody_answered(http, expired, customer, portal_settings):
	fields = {"token": tokens.get_token_string(expired)}
	portal_settings(allow_fresh_link=0)
	page = http.get(tokens.get_link(expired))
	assert "Send me a fresh link" not in page.text
	portal_settings(allow_fresh_link=1)
	from tests.client import hidden_fields

	fields |= hidden_fields(http.get(tokens.get_link(expired)).text)
	portal_settings(allow_fresh_link=0)
	assert http.post("/portal/fresh-link", data=fields).status_code == 404
	assert recipients_of(customer) == []


def test_a_wrong_token_asks_for_nobody(http, expired):
	from tests.client import hidden_fields

	fields = hidden_fields(http.get(tokens.get_link(expired)).text)
	response = http.post("/portal/fresh-link", data={**fields, "token": "A" * 43})
	assert response.status_code == 403
