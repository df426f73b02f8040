"""The receipt of a payment as a PDF, from the moment the money came: it does not wait until the payment is booked."""

import frappe
from frappe.translate import print_language

from customer_portal_ext.documents import pdf
from customer_portal_ext.documents.decimals import to_decimal
from customer_portal_ext.payments import payment_page
from customer_portal_ext.web.environment import render
from customer_portal_ext.web.formats import get_direction
from customer_portal_ext.web.words import _


def get_file(payment, language: str, gateway: str | None = None) -> tuple[str, bytes]:
	"""The file name and the PDF of a payment that has a receipt (payment_page.has_receipt), in ``language``."""
	with print_language(language):
		html = render("pdf/receipt.html", get_context(payment, language, gateway), language, _)
		return f"{_('Receipt')} {payment.name}.pdf", pdf.to_pdf(html)


def get_context(payment, language: str, gateway: str | None) -> dict:
	return {
		"lang": language,
		"dir": get_direction(language),
		"name": payment.name,
		"company": frappe.get_cached_value("Company", payment.company, "company_name") or payment.company,
		"company_tax_id": frappe.get_cached_value("Company", payment.company, "tax_id"),
		"customer_name": payment.customer_name or payment.customer,
		"paid_on": payment.captured_on or payment.modified,
		"method": payment_page.get_method(payment) or gateway or "",
		"currency": payment.currency,
		"amount": to_decimal(payment.amount),
		"credit_amount": to_decimal(payment.credit_amount),
		"allocations": payment_page.get_allocations(payment),
		"credits": payment_page.get_credits(payment),
		"payment_entry": payment.payment_entry or "",
	}
