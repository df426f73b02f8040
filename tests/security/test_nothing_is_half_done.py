"""A page that fails, whatever the reason, leaves nothing of what it had done: the renderer rolls it back."""

import frappe
import pytest

from customer_portal_ext.access import tokens
from customer_portal_ext.exceptions import (
	AccessDenied,
	Busy,
	DocumentNotFound,
	InvalidInput,
	OtherOrganisation,
	PortalUnavailable,
	TooManyAttempts,
)
from customer_portal_ext.www.portal import write
from tests import factories

FAILURES = (
	(DocumentNotFound, 404),
	(AccessDenied, 403),
	(TooManyAttempts, 429),
	(Busy, 409),
	(PortalUnavailable, 503),
	(lambda: InvalidInput("No.", "message"), 400),
	(lambda: RuntimeError("what nobody thought of"), 500),
	(lambda: frappe.ValidationError("what ERPNext refuses"), 500),
	(lambda: frappe.QueryTimeoutError("locked for too long"), 409),
)


@pytest.fixture
def visitor(http, customer):
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	return http


def fail_after_writing(monkeypatch, customer, make_failure):
	def get_response(context):
		frappe.db.set_value("Customer", customer.name, "website", "half-done.example.com")
		raise make_failure()

	monkeypatch.setattr(write, "get_response", get_response)


def get_website(customer):
	frappe.db.rollback()
	return frappe.db.get_value("Customer", customer.name, "website")


@pytest.mark.parametrize(("make_failure", "status"), FAILURES)
def test_a_form_that_fails_leaves_nothing(visitor, customer, monkeypatch, make_failure, status):
	fail_after_writing(monkeypatch, customer, make_failure)
	response = visitor.submit("/portal/messages", "/portal/write", {"message": "Hello", "name": "Ann"})
	assert response.status_code == status
	assert get_website(customer) is None


def test_one_that_leads_to_another_organisation_leaves_nothing(visitor, customer, monkeypatch):
	other = factories.make_customer()
	fail_after_writing(monkeypatch, customer, lambda: OtherOrganisation(other.name))
	response = visitor.submit("/portal/messages", "/portal/write", {"message": "Hello", "name": "Ann"})
	assert response.status_code == 303
	assert get_website(customer) is None


def test_what_nobody_thought_of_is_in_the_log_and_not_on_the_page(visitor, customer, monkeypatch):
	secret = frappe.generate_hash()
	fail_after_writing(monkeypatch, customer, lambda: RuntimeError(secret))
	response = visitor.submit("/portal/messages", "/portal/write", {"message": "Hello", "name": "Ann"})
	assert secret not in response.text
	frappe.db.rollback()
	assert frappe.db.exists("Error Log", {"error": ("like", f"%{secret}%")})
