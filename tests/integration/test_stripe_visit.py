"""A customer's whole visit: choose, review, go to Stripe's page, pay, come back; by HTTP on both sides."""

import http.client
import re
import urllib.parse
import urllib.request

import frappe
import pytest

from customer_portal_ext.access import tokens
from customer_portal_ext.payments import states
from tests import factories
from tests.client import hidden_fields
from tests.factories import paying
from tests.factories.stripe_site import GATEWAY
from tests.integration.test_stripe_payments import get_outstanding


@pytest.fixture
def visitor(stripe, http, customer):
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	return http


class NoRedirect(urllib.request.HTTPRedirectHandler):
	def redirect_request(self, *arguments):
		return None


def press(url: str, action: str) -> str | None:
	"""Press a button of the hosted page: where it leads the browser, if anywhere."""
	opener = urllib.request.build_opener(NoRedirect)
	try:
		opener.open(url, data=urllib.parse.urlencode({"action": action}).encode())
	except urllib.error.HTTPError as answer:
		return answer.headers["Location"]
	return None


def begin(visitor, *invoices):
	"""Review and confirm: the page of the payment, and the address of Stripe's page on it."""
	query = urllib.parse.urlencode([("invoice", invoice.name) for invoice in invoices])
	review = visitor.get(f"/portal/pay/review?{query}")
	assert review.status_code == 200, review.text[-2000:]
	form = {
		**hidden_fields(review.text),
		"invoice": [invoice.name for invoice in invoices],
		"name": "Ann Buyer",
		"email": "ann@example.com",
		"gateway": GATEWAY,
	}
	answer = visitor.post("/portal/pay", data=form)
	assert answer.status_code == 303, answer.text[-2000:]
	page = visitor.get(answer.headers["Location"])
	return page, re.search(r"http://127\.0\.0\.1:\d+/c/pay/cs_test_\w+", page.text)[0]


def get_payment(customer):
	frappe.db.rollback()
	return frappe.get_last_doc("Portal Payment", {"customer": customer.name})


def come_back(visitor, location):
	parts = urllib.parse.urlsplit(location)
	return visitor.get(f"{parts.path}?{parts.query}")


def test_three_invoices_paid_and_the_return_page_asks_stripe(stripe, visitor, customer):
	invoices = [factories.make_sales_invoice(customer, rate=rate) for rate in (10, 20.2, 0.3)]
	_page, url = begin(visitor, *invoices)
	location = press(url, "card")
	assert location.endswith(f"/portal/pay/{get_payment(customer).name}?returned=1")
	page = come_back(visitor, location)
	payment = get_payment(customer)
	assert (payment.state, payment.captured_minor) == (states.POSTED, 3050)
	assert "30.50" in page.text
	assert [get_outstanding(invoice) for invoice in invoices] == [0, 0, 0]
	assert set(stripe.deliver_all()) == {200}
	assert len(paying.get_entries(payment)) == 1


def test_the_return_address_is_not_believed(stripe, visitor, customer):
	invoice = factories.make_sales_invoice(customer, rate=10)
	begin(visitor, invoice)
	name = get_payment(customer).name
	for query in (
		"returned=1",
		"returned=1&status=paid&payment_status=paid",
		"returned=1&session_id=cs_test_x&payment_intent=pi_x&redirect_status=succeeded",
	):
		assert visitor.get(f"/portal/pay/{name}?{query}").status_code == 200
		assert get_payment(customer).state == states.PROCESSING
	assert get_outstanding(invoice) == 10


def test_declined_then_cancelled(stripe, visitor, customer):
	invoice = factories.make_sales_invoice(customer, rate=10)
	_page, url = begin(visitor, invoice)
	assert press(url, "decline") is None
	page = come_back(visitor, press(url, "cancel"))
	assert page.status_code == 200
	payment = get_payment(customer)
	assert payment.state == states.PROCESSING, "the customer may go on, or give up here"
	answer = visitor.post(f"/portal/pay/{payment.name}/cancel", data=hidden_fields(page.text))
	assert answer.status_code == 303
	assert get_payment(customer).state == states.CANCELLED
	assert stripe.account.sessions[payment.provider_reference]["status"] == "expired"
	assert get_outstanding(invoice) == 10


def test_stripe_is_away_and_comes_back(stripe, visitor, customer):
	invoice = factories.make_sales_invoice(customer, rate=10)
	stripe.double.fail_next("outage", times=3)
	query = urllib.parse.urlencode({"invoice": invoice.name})
	review = visitor.get(f"/portal/pay/review?{query}")
	form = {**hidden_fields(review.text), "invoice": invoice.name, "gateway": GATEWAY}
	answer = visitor.post("/portal/pay", data=form)
	assert answer.status_code == 303
	page = visitor.get(answer.headers["Location"])
	assert page.status_code == 200
	payment = get_payment(customer)
	assert payment.state == states.INITIATED
	answer = visitor.post(f"/portal/pay/{payment.name}/again", data=hidden_fields(page.text))
	assert answer.status_code == 303
	payment = get_payment(customer)
	assert payment.state == states.PROCESSING and len(stripe.account.sessions) == 1
	press(payment.checkout_url, "card")
	stripe.deliver_all()
	assert get_payment(customer).state == states.POSTED


@pytest.mark.parametrize(
	"tampered",
	[
		{"gateway": "Stripe-Other"},
		{"amount_minor": "1", "amount": "0.01", "currency": "JPY", "customer": "Somebody"},
		{"success_url": "https://evil.example", "redirect_to": "https://evil.example"},
	],
	ids=str,
)
def test_what_the_form_adds_changes_nothing(stripe, visitor, customer, tampered):
	invoice = factories.make_sales_invoice(customer, rate=10)
	review = visitor.get(f"/portal/pay/review?invoice={invoice.name}")
	form = {**hidden_fields(review.text), "invoice": invoice.name, "gateway": GATEWAY, **tampered}
	visitor.post("/portal/pay", data=form)
	for session in stripe.account.sessions.values():
		assert (session["amount_total"], session["currency"]) == (1000, "usd")
		assert "evil" not in session["success_url"] + session["cancel_url"]
	assert len(stripe.account.sessions) == ("gateway" not in tampered)


def test_the_addresses_are_the_sites_own(stripe, visitor, customer):
	"""Whatever the Host header says."""
	invoice = factories.make_sales_invoice(customer, rate=10)
	review = visitor.get(f"/portal/pay/review?invoice={invoice.name}")
	form = {**hidden_fields(review.text), "invoice": invoice.name, "gateway": GATEWAY}
	headers = {
		"Host": "evil.example",
		"X-Frappe-Site-Name": visitor.site,
		"X-Forwarded-Proto": "https",
		"Content-Type": "application/x-www-form-urlencoded",
		"Cookie": "; ".join(f"{cookie.key}={cookie.value}" for cookie in visitor.browser._cookies.values()),
	}
	connection = http.client.HTTPConnection("127.0.0.1", stripe.server.port, timeout=60)
	connection.request("POST", "/portal/pay", urllib.parse.urlencode(form), headers)
	assert connection.getresponse().status == 303
	connection.close()
	(session,) = stripe.account.sessions.values()
	assert session["success_url"].startswith(f"http://{visitor.site}")
	assert "evil" not in session["success_url"] + session["cancel_url"]
