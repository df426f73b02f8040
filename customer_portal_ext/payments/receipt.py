"""The receipt of a payment as a PDF, from the moment the money came: it does not wait until the payment is booked."""

from frappe.translate import print_language
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from customer_portal_ext.documents.decimals import to_decimal
from customer_portal_ext.payments import booked, payment_page
from customer_portal_ext.statement.document import get_company
from customer_portal_ext.statement.export_pdf import FONT_URL, LOGO_URL, get_style, get_url_fetcher
from customer_portal_ext.statement.fonts import FAMILY, get_font
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
	font = get_font(html, language)
	fetch = get_url_fetcher(logo, font)
	fonts = FontConfiguration()
	sheets = [get_style("receipt.css")]
	if font:
		rule = f'@font-face {{ font-family: "{FAMILY}"; src: url("{FONT_URL}") }}'
		sheets.append(CSS(string=rule, url_fetcher=fetch, font_config=fonts))
	return HTML(string=html, url_fetcher=fetch).write_pdf(stylesheets=sheets, font_config=fonts)


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
