"""Texts of any length: what is too long to have been typed is refused at once, and what is stored slows no page."""

import time

import frappe
import pytest

from customer_portal_ext.access import tokens
from customer_portal_ext.web import form_lengths
from tests import factories
from tests.client import hidden_fields

# of the processor's time; each took 15 seconds or more
SECONDS = 4


@pytest.fixture
def customer(db):
	return factories.make_customer(email=f"buyer-{frappe.generate_hash(length=8)}@example.com")


@pytest.fixture
def visitor(http, customer):
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	return http


def time_of(call):
	"""(what it returned, seconds of the processor's time)"""
	begun = time.process_time()
	answer = call()
	return answer, time.process_time() - begun


def keep_email(customer, document, content):
	"""An e-mail of the customer's about a document, as it may have been stored at any time."""
	communication = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"subject": "An e-mail",
			"sender": customer.email_id,
			"content": "x",
			"reference_doctype": document.doctype,
			"reference_name": document.name,
		}
	).insert()
	communication.db_set("content", content)
	return communication


HOSTILE = {
	"what one library took the cube of": "On " * 1300,
	"the same with an answer": "Yes\n" + "On Mon wrote:\n" * 300,
	"comments that nothing closes": "<p>x</p>" + "<!--" * 5000,
	"declarations that nothing closes": "<p>x</p>" + "<![" * 5000,
	"tags that nothing closes": "<p>x</p>" + "<a " * 5000,
	"brackets": "<p>x</p>" + ")" * 15000 + "a)",
	"a number that Python refuses to read": "<p>x</p>&#" + "1" * 5000 + ";",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_page_with_a_hostile_message_is_as_quick_as_any(visitor, customer, content):
	invoice = factories.make_sales_invoice(customer)
	keep_email(customer, invoice, content)
	page, seconds = time_of(lambda: visitor.get(f"/portal/invoices/{invoice.name}"))
	assert page.status_code == 200 and "by e-mail" in page.text
	assert seconds < SECONDS


def test_of_a_long_email_the_beginning_is_shown(visitor, customer, portal_settings):
	portal_settings(allow_support_issues=1)
	invoice = factories.make_sales_invoice(customer)
	content = "<p>The first line</p>" + "<p>Word after word.</p>" * 200_000 + "<p>The last line</p>"
	keep_email(customer, invoice, content)
	page, seconds = time_of(lambda: visitor.get(f"/portal/invoices/{invoice.name}"))
	assert page.status_code == 200 and seconds < SECONDS
	assert "The first line" in page.text and "The last line" not in page.text
	assert "Only the beginning is shown here. The e-mail itself has the rest." in page.text
	assert len(page.text) < 150_000

	issue = frappe.get_doc({"doctype": "Issue", "subject": "A long one", "customer": customer.name}).insert()
	issue.db_set("description", content)
	page, seconds = time_of(lambda: visitor.get(f"/portal/issues/{issue.name}"))
	assert page.status_code == 200 and seconds < SECONDS
	assert "The first line" in page.text and "Only the beginning is shown here" in page.text
	assert len(page.text) < 150_000


FORMS = {
	"/portal/write": "message",
	"/portal/new-issue": "subject",
	"/portal/new-address": "address_line1",
	"/portal/new-contact": "first_name",
	"/portal/account/details": "website",
	"/portal/account/preferences": "language",
	"/portal/colleagues": "email",
	"/portal/pay/review": "amount",
	"/portal/pay": "name",
	"/portal/statement/email": "period",
	"/portal/switch": "customer",
	"/portal/fresh-link": "token",
	"/portal/accept/none": "signature",
	"/portal/decline/none": "reason",
	"/portal/share/none": "email",
}


@pytest.mark.parametrize(("path", "field"), FORMS.items())
def test_what_nobody_typed_is_refused_by_its_length(visitor, path, field):
	fields = hidden_fields(visitor.get("/portal/messages").text)
	longest = form_lengths.LONGER_VALUES.get(field, form_lengths.LONGEST_VALUE)
	refused = visitor.post(path, data={**fields, field: "x" * (longest + 1)})
	assert refused.status_code == 400
	assert f"A field can have {longest} characters; this one has {longest + 1}." in refused.text
	assert "xxxxx" not in refused.text and len(refused.text) < 50_000


def test_a_message_of_23_megabytes(visitor):
	fields = hidden_fields(visitor.get("/portal/messages").text)
	refused, seconds = time_of(
		lambda: visitor.post("/portal/write", data={**fields, "message": "x " * 11_500_000})
	)
	assert refused.status_code == 400 and len(refused.text) < 50_000
	assert "this one has 23000000." in refused.text
	assert seconds < SECONDS


def test_a_form_of_very_many_fields(visitor):
	fields = hidden_fields(visitor.get("/portal/messages").text)
	refused = visitor.post("/portal/pay/review", data={**fields, "document": ["x"] * 20_000})
	assert refused.status_code == 400 and "The form holds more than can be sent at once." in refused.text


def test_a_name_of_a_field_and_an_address_are_bounded_as_well(visitor):
	assert visitor.post("/portal/write", data={"x" * 30_000: "y"}).status_code == 400
	assert visitor.get("/portal/invoices?search=" + "x" * 30_000).status_code == 400
