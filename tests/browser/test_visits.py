"""Doors in Chromium: a link that has run out, the fresh one that comes by mail, and the way out."""

from datetime import timedelta

import frappe
import pytest
from frappe.utils import now_datetime

from customer_portal_ext.access import tokens
from tests.factories import make_customer
from tests.factories.mail import make_outgoing_account, remove_outgoing_account


@pytest.fixture
def customer(db):
	account = make_outgoing_account()
	yield make_customer(email=f"{frappe.generate_hash(length=8)}@example.com")
	remove_outgoing_account(account)
	frappe.db.commit()


@pytest.mark.parametrize("width", [390, 1280])
def test_who_holds_an_expired_link_asks_for_a_fresh_one(new_page, server, customer, width):
	token = tokens.issue(customer.name)
	token.db_set("expires_on", now_datetime() - timedelta(minutes=1))
	frappe.db.commit()
	page = new_page(width=width)
	assert page.goto(server.at(tokens.get_link(token))).status == 403
	assert page.get_by_role("heading", level=1).inner_text() == "Access denied"
	assert customer.customer_name not in page.content()

	page.get_by_role("button", name="Send me a fresh link").click()
	assert page.get_by_role("heading", level=1).inner_text() == "Check your inbox"
	assert customer.email_id not in page.content()
	frappe.db.rollback()
	assert frappe.db.count("Email Queue Recipient", {"recipient": customer.email_id}) == 1

	fresh = tokens.get_active(customer.name)
	assert page.goto(server.at(tokens.get_link(fresh))).status == 200
	assert page.get_by_role("heading", level=1).inner_text() == f"Welcome, {customer.customer_name}"
	if width == 1280:
		page.get_by_role("button", name="Leave").click()
		assert page.get_by_role("heading", level=1).inner_text() == "Goodbye"
		assert page.goto("/portal").status == 403
