"""A payment whose documents changed meanwhile: page, receipt and e-mail say what the Payment Entry paid, and what is credit."""

import email
import io
import re

import frappe
import pytest
from pypdf import PdfReader

from customer_portal_ext.access import payment_mail, tokens
from customer_portal_ext.payments import payment_page, posting, receipt, states
from tests import factories
from tests.factories import paying


def read_pdf(content: bytes) -> str:
	return PdfReader(io.BytesIO(content)).pages[0].extract_text().replace("\t", " ")


@pytest.fixture
def look(http, customer):
	http.open_link(tokens.get_link(tokens.get_or_issue(customer.name)))

	def get(payment):
		text = http.get(f"/portal/pay/{payment.name}").text
		rows = re.search(r'id="allocations".*?</section>', text, re.DOTALL)
		return text, re.sub(r"<[^>]+>|\s+", " ", rows[0] if rows else "")

	return get


def test_cancelled_before_the_money_came(look, customer, allow):
	invoice = factories.make_sales_invoice(customer, 100)
	payment = paying.begin(customer, [invoice.name])
	invoice.cancel()
	frappe.db.commit()
	payment = paying.capture_payment(payment)
	assert payment.state == states.POSTED
	text, rows = look(payment)
	assert "What you chose was no longer open. Your payment stays on your account as credit." in text
	assert "booked against the documents below" not in text
	assert "Credit on your account" in rows and "$100.00" in rows and invoice.name not in rows
	printed = read_pdf(receipt.get_file(payment, "en")[1])
	assert "Credit on your account" in printed and "Invoice" not in printed


def test_settled_in_part_before_the_money_came(look, customer, allow):
	invoices = [factories.make_sales_invoice(customer, amount) for amount in (100, 50)]
	payment = paying.begin(customer, [invoice.name for invoice in invoices])
	factories.make_payment_entry(customer, 70, [invoices[0]])
	frappe.db.commit()
	payment = paying.capture_payment(payment)
	text, rows = look(payment)
	assert "What was no longer open stays on your account as credit." in text
	for part in (
		f"Invoice {invoices[0].name}",
		"$30.00",
		f"Invoice {invoices[1].name}",
		"$50.00",
		"Credit on",
		"$70.00",
	):
		assert part in rows
	assert "$100.00" not in rows
	printed = read_pdf(receipt.get_file(payment, "en")[1])
	assert "30.00" in printed and "70.00" in printed and "$150.00" in printed and "100.00" not in printed
	# staff use the credit for another invoice: the page says so
	other = factories.make_sales_invoice(customer, 70)
	choice = paying.choose(customer, [other.name], use_credit="1")
	assert choice.credit_amount == 70
	credits = paying.begin(customer, [other.name], use_credit="1")
	posting.post_credits(credits.name)
	text, rows = look(payment)
	assert "booked against the documents below." in text and "Credit on" not in rows
	assert f"Invoice {other.name}" in rows and "$70.00" in rows


def test_booked_as_chosen(look, customer, allow):
	invoice = factories.make_sales_invoice(customer, 100)
	payment = paying.capture_payment(paying.begin(customer, [invoice.name]))
	text, rows = look(payment)
	assert "Your payment is booked against the documents below." in text
	assert f"Invoice {invoice.name}" in rows and "Credit on" not in rows


def test_money_and_credit_as_chosen(look, customer, allow):
	credit = factories.make_payment_entry(customer, 40)
	invoice = factories.make_sales_invoice(customer, 100)
	payment = paying.begin(customer, [invoice.name], use_credit="1")
	payment = paying.capture_payment(payment)
	assert (payment.amount, payment.credit_amount, payment.attention_reason) == (60, 40, None)
	_text, rows = look(payment)
	assert (
		f"Invoice {invoice.name}" in rows and "$100.00" in rows and "−$40.00" in rows and credit.name in rows
	)


@pytest.mark.parametrize(("amount", "currency", "said"), [(13000, "EUR", "€130.00"), (9000, "USD", "$90.00")])
def test_taken_is_not_what_was_asked_for(look, customer, allow, amount, currency, said):
	invoice = factories.make_sales_invoice(customer, 100)
	payment = paying.begin(customer, [invoice.name])
	payment = paying.capture_payment(payment, amount_minor=amount, currency=currency)
	text, _rows = look(payment)
	assert said in text and "$100.00" in text
	printed = read_pdf(receipt.get_file(payment, "en")[1])
	assert said in printed and "$100.00" in printed


def test_the_email_says_it_too(customer, allow, outgoing):
	invoice = factories.make_sales_invoice(customer, 100)
	payment = paying.begin(customer, [invoice.name])
	invoice.cancel()
	frappe.db.commit()
	payment = paying.capture_payment(payment)
	payment_mail.send_receipt(payment, [])
	queued = frappe.get_last_doc("Email Queue", {"reference_name": payment.name})
	parts = email.message_from_string(queued.message).walk()
	texts = [
		part.get_payload(decode=True).decode() for part in parts if part.get_content_type() == "text/html"
	]
	assert "Credit on your account" in texts[0] and invoice.name not in texts[0]
	assert payment_page.get_parts(payment, None)["unallocated"] == 0
