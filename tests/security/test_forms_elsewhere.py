"""A form about a record of another of the user's organisations: never carried over, and nothing is switched."""

import frappe
import pytest

from customer_portal_ext.access.switching import COOKIE
from tests.factories import make_customer, make_quotation, make_sales_invoice, paying
from tests.factories.users import PASSWORD, make_portal_user


@pytest.fixture
def customers(db):
	mark = frappe.generate_hash(length=8)
	return [make_customer(f"{letter} of {mark}") for letter in ("Alder", "Birch")]


@pytest.fixture
def user(customers, new_client):
	client = new_client()
	client.sign_in(make_portal_user(*customers), PASSWORD)
	return client


def make_issue(customer):
	return frappe.get_doc(
		{"doctype": "Issue", "subject": "Late", "customer": customer.name, "raised_by": "ann@example.com"}
	).insert()


def test_a_form_that_names_anothers_record_finds_nothing(user, customers, portal_settings, allow):
	alder, birch = customers
	portal_settings(allow_support_issues=1, allow_quotation_acceptance=1, allow_customer_messages=1)
	invoice, quotation, issue = make_sales_invoice(birch), make_quotation(birch), make_issue(birch)
	payment = paying.begin(birch, [make_sales_invoice(birch).name])
	forms = (
		(f"write/invoices/{invoice.name}", {"message": "Hello"}),
		(f"decline/{quotation.name}", {"name": "Ann", "reason": "No"}),
		(f"share/{quotation.name}", {"email": "bob@example.com"}),
		(f"reply-issue/{issue.name}", {"message": "Hello"}),
		(f"close-issue/{issue.name}", {}),
		(f"pay/{payment.name}/cancel", {}),
	)
	for path, values in forms:
		response = user.submit("/portal/messages", f"/portal/{path}", values)
		assert (response.status_code, response.headers.get("Location")) == (404, None), path
		assert not user.cookie(COOKIE), path
	frappe.db.rollback()
	assert not frappe.db.exists("Communication", {"reference_name": ("in", (invoice.name, issue.name))})
	assert frappe.db.get_value("Quotation", quotation.name, "status") == "Open"
	assert (payment.reload().state, frappe.db.get_value("Issue", issue.name, "status")) == (
		"Initiated",
		"Open",
	)
	assert f"<b><bdi>{alder.customer_name}</bdi></b>" in user.get("/portal").text
	# the page of the same record leads on
	assert user.get(f"/portal/invoices/{invoice.name}").status_code == 303
