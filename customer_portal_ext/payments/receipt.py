"""The receipt of a payment as a PDF, from the moment the money came: it does not wait until the payment is booked."""

from frappe.translate import print_language

from customer_portal_ext.account.contacts import get_recipient
from customer_portal_ext.documents import paper_layout
from customer_portal_ext.documents.decimals import to_decimal
from customer_portal_ext.documents.paper import get_seller
from customer_portal_ext.documents.paper_pages import render
from customer_portal_ext.payments import booked, payment_page
from customer_portal_ext.web.formats import get_direction
from customer_portal_ext.web.words import _


def get_file(payment, language: str, gateway: str | None = None) -> tuple[str, bytes]:
	"""The file name and the PDF of a payment that has a receipt (payment_page.has_receipt), in ``language``."""
	with print_language(language):
		context = get_context(payment, language, gateway)
		title = f"{_('Receipt')} {payment.name}"
		about = {"title": title, "author": context["seller"]["name"]}
		return f"{title}.pdf", paper_layout.to_pdf(render("pdf/receipt.html", context), language, about)


def get_context(payment, language: str, gateway: str | None) -> dict:
	recipient = get_recipient(payment.customer)
	return {
		"lang": language,
		"dir": get_direction(language),
		"name": payment.name,
		"seller": get_seller(payment.company),
		"buyer": {
			"name": payment.customer_name or payment.customer,
			"address": [line.rstrip(" ,") for line in recipient["address"]],
			"contact": None,
			"tax_id": recipient["tax_id"],
		},
		"paid_on": payment.captured_on or payment.modified,
		"method": payment_page.get_method(payment) or gateway or "",
		"currency": payment.currency,
		"amount": to_decimal(payment.amount),
		"credit_amount": to_decimal(payment.credit_amount),
		"taken": payment_page.get_other_taken(payment),
		**payment_page.get_parts(payment, booked.get(payment)),
		"payment_entry": payment.payment_entry or "",
	}
