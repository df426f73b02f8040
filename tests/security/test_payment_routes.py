"""The addresses of paying, as everyone who might knock; and every field of their forms, bent."""

from datetime import timedelta

import frappe
import pytest
from frappe.utils import now_datetime

from customer_portal_ext.access import tokens
from customer_portal_ext.payments import states
from tests import factories
from tests.client import hidden_fields
from tests.factories import paying
from tests.factories.stripe_site import GATEWAY, fresh

REVIEW = "/portal/pay/review"


@pytest.fixture
def invoice(customer):
	return factories.make_sales_invoice(
		customer, rate=120.5, due_date="2026-01-31", posting_date="2026-01-01"
	)


@pytest.fixture
def payment(stripe, customer, invoice):
	return stripe.begin(customer, [invoice.name])


def enter(client, token):
	client.open_link(tokens.get_link(token))
	return client


def get_pages(payment):
	return [f"/portal/pay/{payment.name}", f"/portal/download/receipts/{payment.name}.pdf"]


def get_form(client, invoice, **query):
	"""The hidden fields of the review's form."""
	page = client.get(REVIEW, query_string={"invoice": invoice.name, **query})
	assert page.status_code == 200, page.text
	return hidden_fields(page.text)


def count_payments(customer):
	frappe.db.rollback()
	return frappe.db.count(states.DOCTYPE, {"customer": customer.name})


def assert_closed(client, payment, status, page="/portal"):
	"""Nothing of the payment can be seen or changed."""
	fields = hidden_fields(client.get(page).text)
	for address in get_pages(payment):
		answer = client.get(address)
		assert answer.status_code == status, address
		assert payment.checkout_url not in answer.text
	for action in ("again", "cancel"):
		answer = client.post(f"/portal/pay/{payment.name}/{action}", fields)
		assert answer.status_code in (status, 403), action
	assert fresh(payment).state == states.PROCESSING


def test_the_owner(http, customer, invoice, payment):
	enter(http, tokens.issue(customer.name))
	assert [http.get(path).status_code for path in ("/portal/pay", *get_pages(payment))] == [200, 200, 404]
	paying.capture_payment(payment)
	assert http.get(get_pages(payment)[1]).data.startswith(b"%PDF")
	page = http.get(get_pages(payment)[0]).text
	assert "Thank you for your payment" in page and payment.checkout_url not in page


def test_another_customer(http, payment):
	assert_closed(enter(http, tokens.issue(factories.make_customer().name)), payment, 404)


def test_a_guest(http, payment):
	assert_closed(http, payment, 403)


@pytest.mark.parametrize("end", ["expires", "is revoked"])
def test_a_link_that_has_ended(http, customer, payment, end):
	token = tokens.issue(customer.name)
	enter(http, token)
	if end == "expires":
		token.db_set("expires_on", now_datetime() - timedelta(seconds=1))
	else:
		tokens.revoke(token.name)
	assert_closed(http, payment, 403)


def test_a_link_to_one_document_pays_nothing(http, customer, invoice, payment):
	quotation = factories.make_quotation(customer)
	token = tokens.issue_for_document(customer.name, "Quotation", quotation.name, "Customer", may_answer=1)
	enter(http, token)
	own = f"/portal/quotations/{quotation.name}"
	assert_closed(http, payment, 404, page=own)
	assert http.get("/portal/pay").status_code == 404
	assert http.get(REVIEW, query_string={"invoice": invoice.name}).status_code == 404
	assert http.submit(own, "/portal/pay", {"invoice": invoice.name}).status_code == 404
	assert http.get(f"/portal/deposit/{quotation.name}").status_code == 404
	assert count_payments(customer) == 1


def test_paying_switched_off(http, customer, invoice, payment, portal_settings):
	portal_settings(allow_payments=0)
	enter(http, tokens.issue(customer.name))
	assert "/portal/pay" not in http.get(f"/portal/invoices/{invoice.name}").text
	assert http.get("/portal/pay").status_code == 404
	assert_closed(http, payment, 404)


def test_a_name_in_other_letters_is_another(http, customer, payment):
	enter(http, tokens.issue(customer.name))
	assert http.get(f"/portal/pay/{payment.name.lower()}").status_code == 404


def test_looking_changes_nothing(http, stripe, customer, invoice):
	enter(http, tokens.issue(customer.name))
	before = frappe.db.get_value("Sales Invoice", invoice.name, "modified")
	for path in ("/portal/pay", f"{REVIEW}?invoice={invoice.name}", f"{REVIEW}?of=all"):
		assert http.get(path).status_code == 200
	assert http.submit("/portal/pay", REVIEW, {"of": "all"}).status_code == 200
	assert count_payments(customer) == 0
	assert frappe.db.get_value("Sales Invoice", invoice.name, "modified") == before
	assert stripe.double.count("POST", "/v1/checkout/sessions") == 0


def test_without_the_forms_token_nothing_begins(http, stripe, customer, invoice):
	enter(http, tokens.issue(customer.name))
	fields = get_form(http, invoice)
	assert http.post("/portal/pay", {**fields, "portal_csrf": "x"}).status_code == 403
	assert count_payments(customer) == 0


def test_what_a_form_adds_is_not_believed(http, stripe, customer, invoice):
	"""Amount, currency, customer, company, account, state and address come from the database alone."""
	other = factories.make_customer()
	enter(http, tokens.issue(customer.name))
	bent = {
		**{"customer": other.name, "company": "Nobody", "currency": "JPY", "party_account": "Debtors"},
		**{"amount": "0.01", "amount_minor": "1", "total": "1", "state": "Posted", "doctype": "Customer"},
		**{"redirect": "https://evil.example", "success_url": "https://evil.example", "name": "Ann"},
	}
	answer = http.post("/portal/pay", {**get_form(http, invoice), **bent})
	assert answer.status_code == 303
	assert answer.location.startswith("/portal/pay/PAY-") and answer.location.endswith("?go=1")
	made = frappe.get_last_doc(states.DOCTYPE, {"customer": customer.name})
	assert (made.amount_minor, made.currency, made.state) == (12050, invoice.currency, states.PROCESSING)
	session = stripe.account.sessions[made.provider_reference]
	assert (session["amount_total"], session["currency"]) == (12050, invoice.currency.lower())
	assert "evil" not in frappe.as_json(session)


BENT = (
	{"of": "amount", "amount": "120.51"},
	{"of": "amount", "amount": "0"},
	{"of": "amount", "amount": "-1"},
	{"of": "amount", "amount": "1e2"},
	{"of": "amount", "amount": "NaN"},
	{"of": "amount", "amount": "١٢"},
	{"of": "amount", "amount": "1.005"},
	{"of": "amount", "amount": "1,50"},
	{"of": "everything"},
	{"account": "000000000000"},
	{"invoice": ""},
	{"invoice": "ACC-SINV-0000-00000"},
	{"invoice": "' or 1=1 --"},
	{"gateway": "Nobody"},
	{"gateway": "Stripe-"},
	{"form_key": ""},
	{"form_key": "x"},
	{"email": "ann@nowhere"},
	{"email": "a@example.com\nBcc: b@example.com"},
)


def test_a_bent_field_is_refused(http, stripe, customer, invoice):
	enter(http, tokens.issue(customer.name))
	for bent in BENT:
		fields = get_form(http, invoice)
		if "account" in bent:
			fields["of"] = "all"
		answer = http.post("/portal/pay", {**fields, **bent})
		assert answer.status_code == 400, (bent, answer.text)
		assert "Nothing was paid." in answer.text, bent
		assert count_payments(customer) == 0, bent


def test_anothers_invoice_is_refused(http, stripe, customer, invoice):
	foreign = factories.make_sales_invoice(factories.make_customer())
	enter(http, tokens.issue(customer.name))
	answer = http.post("/portal/pay", {**get_form(http, invoice), "invoice": foreign.name})
	assert answer.status_code == 400
	assert http.get(REVIEW, query_string={"invoice": foreign.name}).status_code == 400
	assert count_payments(customer) == 0


def test_a_part_beyond_what_is_open_is_refused(http, stripe, customer, invoice):
	enter(http, tokens.issue(customer.name))
	bent = {f"amount-{invoice.name}": "120.51"}
	assert http.get(REVIEW, query_string={"invoice": invoice.name, **bent}).status_code == 400


def test_parts_are_refused_where_settings_want_the_whole(http, stripe, customer, invoice):
	stripe.set_up({"allow_partial_payments": 0})
	enter(http, tokens.issue(customer.name))
	assert "An amount of my own" not in http.get("/portal/pay").text
	for bent in ({"of": "amount", "amount": "10"}, {"invoice": invoice.name, f"amount-{invoice.name}": "10"}):
		assert http.get(REVIEW, query_string=bent).status_code == 400


def test_the_same_form_twice_is_one_payment(http, stripe, customer, invoice):
	enter(http, tokens.issue(customer.name))
	fields = get_form(http, invoice)
	first, second = (http.post("/portal/pay", fields) for _ in range(2))
	assert first.location == second.location
	assert count_payments(customer) == 1


def test_a_second_tab_is_told(http, stripe, customer, invoice):
	enter(http, tokens.issue(customer.name))
	first, second = get_form(http, invoice), get_form(http, invoice)
	begun = http.post("/portal/pay", first).location.partition("?")[0]
	told = http.post("/portal/pay", second)
	assert told.status_code == 409
	assert "This is being paid already" in told.text and f'href="{begun}"' in told.text
	assert count_payments(customer) == 1
	http.submit(begun, f"{begun}/cancel")
	assert http.post("/portal/pay", second).status_code == 303


def test_the_address_of_the_return_is_not_believed(http, stripe, customer, payment):
	enter(http, tokens.issue(customer.name))
	for query in ("returned=1", "returned=1&state=Posted&paid=1", "go=1&url=https://evil.example"):
		page = http.get(f"/portal/pay/{payment.name}?{query}")
		assert page.status_code == 200 and "evil" not in page.text
	assert fresh(payment).state == states.PROCESSING


def test_secrets_stay_on_the_server(http, stripe, customer, payment):
	enter(http, tokens.issue(customer.name))
	for path in ("/portal/pay", f"{REVIEW}?of=all", f"/portal/pay/{payment.name}"):
		text = http.get(path).text
		assert (
			stripe.key not in text
			and stripe.secret not in text
			and GATEWAY not in text.replace(f'value="{GATEWAY}"', "")
		)


def test_a_gateway_that_is_away_loses_nothing(http, stripe, customer, invoice):
	enter(http, tokens.issue(customer.name))
	stripe.double.fail_next("outage", "/v1/checkout/sessions", times=10)
	answer = http.post("/portal/pay", get_form(http, invoice))
	assert answer.status_code == 303
	page = http.get(answer.location)
	assert "cannot be reached" in page.text and "Try again" in page.text
	stripe.double.faults.clear()
	made = frappe.get_last_doc(states.DOCTYPE, {"customer": customer.name})
	begun = f"/portal/pay/{made.name}"
	assert http.submit(begun, f"{begun}/again").location == f"{begun}?go=1"
	assert fresh(made).state == states.PROCESSING
	assert count_payments(customer) == 1
