"""The receipt of a payment as a PDF, from the moment the money came: it does not wait until the payment is booked."""

import io

from frappe.translate import print_language

from customer_portal_ext.documents.decimals import to_decimal
from customer_portal_ext.payments import booked, payment_page
from customer_portal_ext.statement.document import get_company
from customer_portal_ext.statement.export_pdf import LOGO_URL, get_style, write_pdf
from customer_portal_ext.web.environment import render
from customer_portal_ext.web.formats import get_direction
from customer_portal_ext.web.words import _


def get_file(payment, language: str, gateway: str | None = None) -> tuple[str, bytes]:
	"""The file name and the PDF of a payment that has a receipt (payment_page.has_receipt), in ``language``."""
	with print_language(language):
		company = get_company(payment.company)
		html = render("pdf/receipt.html", get_context(payment, company, language, gateway), language, _)
		return f"{_('Receipt')} {payment.name}.pdf", layout(html, language, company["logo"])


def layout(html: str, language: str, logo) -> bytes:
	"""By WeasyPrint, as the statement: it writes Arabic from right to left, and fetches nothing but the logo."""
	made = io.BytesIO()
	write_pdf(html, language, logo, [get_style("receipt.css")], made)
	return made.getvalue()


def get_context(payment, company: dict, language: str, gateway: str | None) -> dict:
	return {
		"lang": language,
		"dir": get_direction(language),
		"name": payment.name,
		"company": company,
		"logo_url": LOGO_URL if company["logo"] else None,
		"customer_name": payment.customer_name or payment.customer,
		"paid_on": payment.captured_on or payment.modified,
		"method": payment_page.get_method(payment) or gateway or "",
		"currency": payment.currency,
		"amount": to_decimal(payment.amount),
		"credit_amount": to_decimal(payment.credit_amount),
		"taken": payment_page.get_other_taken(payment),
		**payment_page.get_parts(payment, booked.get(payment)),
		"payment_entry": payment.payment_entry or "",
	}
