"""What a customer sees of a payment in each state, what can be done about it, and what the pages offer to pay."""

import io
import re

import frappe
import pytest
from frappe.utils import add_days, nowdate
from pypdf import PdfReader

from customer_portal_ext.access import tokens
from customer_portal_ext.payments import capture, states
from tests import factories
from tests.factories import answers, paying
from tests.factories.stripe_site import fresh

TITLE = re.compile(r"<h1>(.*?)</h1>")


@pytest.fixture
def invoice(customer):
	return factories.make_sales_invoice(
		customer, rate=120.5, posting_date=add_days(nowdate(), -40), due_date=add_days(nowdate(), -10)
	)


@pytest.fixture
def payment(stripe, customer, invoice):
	return stripe.begin(customer, [invoice.name])


@pytest.fixture
def look(http, customer):
	"""The text of a page, as the customer."""
	http.open_link(tokens.get_link(tokens.get_or_issue(customer.name)))

	def get(path):
		answer = http.get(path)
		assert answer.status_code == 200, answer.text
		return answer.text

	return get


def show(look, payment, query=""):
	"""Title, text, and the words on the buttons and links of a payment's page."""
	text = look(f"/portal/pay/{payment.name}{query}")
	body = text.partition('id="payment"')[2].partition("<aside>")[0]
	buttons = re.findall(r'<(?:a|button)[^>]*class="button[^>]*>(?:<svg.*?</svg>)?([^<]+)<', body)
	return TITLE.search(text)[1], text, buttons


def test_open(look, payment):
	title, text, buttons = show(look, payment)
	assert title == "Payment not finished"
	assert buttons == ["Go to the payment page", "Cancel payment"]
	assert payment.checkout_url in text and "http-equiv" not in text
	assert f'content="0;url={payment.checkout_url}"' in show(look, payment, "?go=1")[1]
	assert payment.name in look("/portal/pay")


def test_waiting(look, payment):
	title, text, buttons = show(look, payment, "?returned=1")
	assert title == "Waiting for confirmation"
	assert buttons == ["Look again", "Back to the payment page", "Cancel payment"]
	assert 'data-refresh="3"' in text


@pytest.mark.parametrize(
	("end", "title"),
	[
		(lambda name: capture.fail(name, "insufficient_funds"), "Payment declined"),
		(capture.expire, "Payment expired"),
		(capture.cancel, "Payment cancelled"),
	],
)
def test_ended_without_money(look, payment, invoice, end, title):
	end(payment.name)
	found, text, buttons = show(look, payment)
	assert (found, buttons) == (title, ["Try again"])
	assert payment.checkout_url not in text and "insufficient_funds" not in text
	assert f'href="/portal/pay/review?invoice={invoice.name}"' in text
	assert look(f"/portal/pay/review?invoice={invoice.name}")


def test_received_and_not_booked_yet(look, payment, monkeypatch):
	monkeypatch.setattr("customer_portal_ext.payments.posting.post_quietly", lambda name: None)
	paying.capture_payment(payment)
	title, text, buttons = show(look, payment)
	assert (title, buttons) == ("Payment received", ["Look again", "Download receipt"])
	assert "Being booked" in text and 'data-refresh="3"' in text


def test_paid(look, payment, invoice):
	paying.capture_payment(payment)
	title, text, buttons = show(look, payment)
	assert title == "Thank you for your payment"
	assert buttons == ["Download receipt", "View payment", "Overview"]
	assert f"/portal/payments/{fresh(payment).payment_entry}" in text
	assert 'http-equiv="refresh"' not in show(look, payment, "?go=1")[1]


def test_another_amount_than_asked_for(look, payment):
	paying.capture_payment(payment, amount_minor=1)
	title, text, buttons = show(look, payment)
	assert (title, buttons) == ("Payment received", ["Download receipt"])
	assert "Being checked" in text and "smallest unit" not in text


def test_refunded(look, payment):
	paying.capture_payment(payment)
	frappe.db.set_value(states.DOCTYPE, payment.name, "refunded_minor", 12050)
	assert show(look, payment)[0] == "Payment refunded"


def test_the_receipt(http, look, payment, invoice):
	paying.capture_payment(payment)
	look("/portal")
	answer = http.get(f"/portal/download/receipts/{payment.name}.pdf")
	assert answer.headers["Content-Disposition"].startswith("attachment")
	text = PdfReader(io.BytesIO(answer.data)).pages[0].extract_text().replace("\t", " ")
	for word in ("Receipt", payment.name, invoice.name, "$120.50", payment.customer_name, "Card"):
		assert word in text


def test_what_is_chosen_stays_chosen(look, customer, invoice, stripe):
	second = factories.make_sales_invoice(customer, rate=30)
	text = look(f"/portal/pay?invoice={invoice.name}&amount-{invoice.name}=20")
	boxes = dict(re.findall(r'name="invoice" value="([^"]+)"[^>]*?( checked)?>', text))
	assert boxes == {invoice.name: " checked", second.name: ""}
	assert f'name="amount-{invoice.name}" value="20"' in text
	assert re.search(r'name="of" value="" checked', text)


@pytest.mark.parametrize(
	("query", "of", "ticked"),
	[
		("", "overdue", 1),
		("?of=all", "all", 2),
		("?of=amount&amount=5", "amount", 0),
		("?of=nothing", "overdue", 1),
	],
)
def test_what_the_page_opens_with(look, customer, invoice, stripe, query, of, ticked):
	factories.make_sales_invoice(customer, rate=30)
	text = look(f"/portal/pay{query}")
	assert re.findall(r'name="of" value="([^"]*)" checked', text) == [of]
	assert len(re.findall(r'name="invoice"[^>]* checked>', text)) == ticked


def test_an_amount_is_shown_as_it_will_be_spread(look, customer, invoice, stripe):
	second = factories.make_sales_invoice(customer, rate=30)
	text = look("/portal/pay/review?of=amount&amount=130.75")
	rows = re.findall(r"<tr>\s*<td class=\"what\">.*?</tr>", text, re.DOTALL)
	figures = [re.findall(r"\$[\d.]+|settled", row) for row in rows]
	assert [(invoice.name in rows[0]), (second.name in rows[1])] == [True, True]
	assert figures == [["$120.50", "$120.50", "settled"], ["$30.00", "$10.25", "$19.75"]]


def test_credit_hides_the_transfer_and_pays_first(look, customer, invoice, stripe):
	factories.make_payment_entry(customer, 20)
	text = look(f"/portal/pay/review?invoice={invoice.name}&use_credit=1")
	assert "Pay $100.50" in text and "−$20.00" in text
	assert "Pay without my credit" in text


def test_without_a_gateway_nothing_is_offered(look, customer, invoice, stripe):
	stripe.set_up(enabled=0)
	assert "/portal/pay" not in look("/portal")
	assert "/portal/pay" not in look(f"/portal/invoices/{invoice.name}")
	assert 'name="invoice"' not in look("/portal/invoices")
	assert "cannot be paid online" in look(f"/portal/pay/review?invoice={invoice.name}")


def test_the_overview_leads_to_paying(look, invoice, stripe):
	text = look("/portal")
	assert 'class="button primary" href="/portal/pay">Pay off balance' in text
	assert text.count("button primary") == 1
	assert f'href="/portal/pay/review?invoice={invoice.name}"' in text


def accept_quotation(customer, stripe, percent=25):
	stripe.set_up(
		{
			**answers.SETTINGS,
			"signature_required": 0,
			"order_created_as": "Submitted",
			"deposit_percent": percent,
		}
	)
	return factories.make_quotation(customer)


def test_a_deposit_is_for_who_may_answer(http, new_client, customer, stripe):
	quotation = accept_quotation(customer, stripe)
	path = f"/portal/deposit/{quotation.name}"
	http.open_link(tokens.get_link(tokens.get_or_issue(customer.name)))
	assert http.get(path).status_code == 404, "nothing is accepted yet"
	assert answers.accept(http, quotation.name).status_code == 303
	assert f'href="{path}"' in http.get(f"/portal/quotations/{quotation.name}").text
	assert http.get(path).status_code == 200
	reader, stranger, colleague = new_client(), new_client(), new_client()
	shared = tokens.issue_for_document(customer.name, "Quotation", quotation.name, "Customer", may_answer=0)
	reader.open_link(tokens.get_link(shared))
	answering = tokens.issue_for_document(
		customer.name, "Quotation", quotation.name, "Customer", may_answer=1
	)
	colleague.open_link(tokens.get_link(answering))
	stranger.open_link(tokens.get_link(tokens.issue(factories.make_customer().name)))
	for client in (reader, stranger):
		assert client.get(path).status_code == 404
	begun = http.submit(path, path, {"amount": "0.01", "email": "ann@example.com"})
	assert begun.status_code == 303
	made = frappe.get_last_doc(states.DOCTYPE, {"customer": customer.name})
	order = frappe.get_last_doc("Sales Order", {"customer": customer.name})
	assert made.amount == pytest.approx(order.rounded_total / 4)
	assert colleague.get(f"/portal/pay/{made.name}").status_code == 200, "its own quotation's deposit"
	for client in (reader, stranger):
		assert client.get(f"/portal/pay/{made.name}").status_code == 404
	paying.capture_payment(made)
	assert http.get(path).status_code == 404
	assert path not in http.get(f"/portal/quotations/{quotation.name}").text


def test_no_deposit_where_none_is_asked_for(http, customer, stripe):
	quotation = accept_quotation(customer, stripe, percent=0)
	http.open_link(tokens.get_link(tokens.get_or_issue(customer.name)))
	answers.accept(http, quotation.name)
	assert "deposit" not in http.get(f"/portal/quotations/{quotation.name}").text.lower()
