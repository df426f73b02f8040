"""A document's PDF: the company's own print format, or the portal's, under the company's letter head, in the visitor's language.

The portal's own formats are laid out by WeasyPrint (documents/paper_layout.py), a company's by wkhtmltopdf, as in Desk. Frappe hands wkhtmltopdf a page that points back at the site for its style sheet and images, which hangs a site served
by one worker and tells the site's addresses to nobody's use. Here everything that is the site's own is put into the page
first, and whatever could load something else is taken out (``documents.pdf_assets``); then wkhtmltopdf runs cut off from
files and network (``platform.wkhtmltopdf``).
"""

from contextlib import contextmanager
from pathlib import Path

import frappe
from frappe.translate import print_language
from frappe.utils import escape_html
from frappe.www import printview

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.base.rich_text import read
from customer_portal_ext.documents.kinds import INVOICE, Kind, get_kind
from customer_portal_ext.documents.pdf_assets import append_once, isolate, make_printable, put_sheets, write
from customer_portal_ext.documents.printed_files import PrintedFiles
from customer_portal_ext.payments.bank_transfer import printing as bank_transfer
from customer_portal_ext.platform import wkhtmltopdf
from customer_portal_ext.web.formats import get_direction

TIME_LIMIT_SECONDS = 40

# Tags and words that WeasyPrint lays out in some seconds, a thousand lines of a table or so; nothing ends it. What is longer
# goes to wkhtmltopdf, which is ended.
MOST_PIECES = 40_000

# Printed where the company has chosen no default print format: Frappe's "Standard" prints every field that is not
# hidden, such as what is eligible for commission, projects, or why a quotation was lost.
PRINT_FORMATS = {
	"invoice": "Portal Invoice",
	"credit_note": "Portal Credit Note",
	"payment": "Portal Payment Receipt",
	"quotation": "Portal Quotation",
	"order": "Portal Order",
	"delivery": "Portal Delivery",
}


def get_file(visitor: Visitor, kind_key: str, record: dict) -> tuple[str, bytes]:
	"""The file name and the PDF of a record that the guard has checked.

	:raises RuntimeError: wkhtmltopdf made no file; the message holds what it said.
	:raises subprocess.TimeoutExpired: it took longer than TIME_LIMIT_SECONDS and was ended.
	"""
	kind = get_kind(kind_key)
	with print_language(visitor.language or frappe.local.lang):
		return f"{kind.label} {record['name']}.pdf", make(kind, record)


def make(kind: Kind, record: dict, last_part: str | None = None) -> bytes:
	"""The PDF of a record in the language that Frappe prints in; raises as ``get_file``.

	:param last_part: HTML of a further page, of the portal's own templates.
	"""
	# a large import, which only a PDF needs
	from customer_portal_ext.documents import paper_layout

	print_format, letter_head = get_print_format(kind), get_letter_head(record)
	document = frappe.get_doc(kind.doctype, record["name"])
	body, chosen, files = render(document, print_format, letter_head)
	about = {"title": f"{kind.label} {record['name']}", "author": record["company"]}
	language = frappe.local.lang or "en"
	is_short = body.count("<") + body.count(" ") <= MOST_PIECES
	if chosen and chosen.name in PRINT_FORMATS.values() and is_short:
		# as text: Markup would escape what it is joined to
		return paper_layout.to_pdf(f"{body}{last_part or ''}", language, about, files)
	html = frame(document, body, chosen)
	if kind is INVOICE and (transfer := bank_transfer.get_html(record)):
		html = append_once(html, transfer, bank_transfer.CLASS)
	printed = to_pdf(html, files)
	if not last_part:
		return printed
	return paper_layout.join(printed, paper_layout.to_pdf(last_part, language, about))


def get_print_format(kind: Kind) -> str | None:
	"""The company's own default for the DocType, which Frappe takes when none is named; else the portal's choice."""
	if frappe.get_meta(kind.doctype).default_print_format:
		return None
	chosen = PRINT_FORMATS.get(kind.key)
	return chosen if chosen and frappe.db.get_value("Print Format", chosen, "disabled") == 0 else None


def get_letter_head(record: dict) -> str | None:
	"""The document's own letter head, else its company's; None lets Frappe take the site's default one."""
	return record["letter_head"] or frappe.get_cached_value(
		"Company", record["company"], "default_letter_head"
	)


def get_print_page(
	doctype: str, name: str, print_format: str | None, letter_head: str | None
) -> tuple[str, PrintedFiles]:
	"""Frappe's print view of a document, and the files it may hold."""
	document = frappe.get_doc(doctype, name)
	body, chosen, files = render(document, print_format, letter_head)
	return frame(document, body, chosen), files


def render(document, print_format: str | None, letter_head: str | None):
	"""What a print format makes of a document: `(HTML, the format or None for Frappe's own, the files it may hold)`.

	The parts that frappe.get_print is made of. That goes through the website, which gathers the workspaces of a Guest for each
	page: 300 statements that no print needs, and a page cache that knows one Guest only.
	"""
	with elevated_print_view():
		chosen = printview.get_print_format_doc(print_format, meta=document.meta)
		printview.set_link_titles(document)
		body = printview.get_rendered_template(
			document, print_format=chosen, meta=document.meta, no_letterhead=False, letterhead=letter_head
		)
	return body, chosen, PrintedFiles(get_file_owners(document, letter_head, chosen))


def frame(document, body: str, chosen) -> str:
	"""Frappe's page around it."""
	with elevated_print_view():
		context = {
			"body": body,
			"print_style": printview.get_print_style(print_format=chosen),
			"title": escape_html(document.name),
			"lang": frappe.local.lang,
			"layout_direction": get_direction(frappe.local.lang),
		}
		return frappe.get_template("www/printview.html").render(context)


def get_file_owners(document, letter_head: str | None, print_format) -> set[tuple[str, str]]:
	"""The documents whose private files belong to a print, as (DocType, name)."""
	letter_head = letter_head or frappe.db.get_value("Letter Head", {"is_default": 1, "disabled": 0})
	owners = {
		(document.doctype, document.name),
		("Letter Head", letter_head),
		("Print Format", print_format and print_format.name),
		("Company", document.get("company")),
		*(("Item", row.item_code) for row in document.get("items") or ()),
	}
	return {(doctype, name) for doctype, name in owners if name}


@contextmanager
def elevated_print_view():
	"""Let Frappe print a document to a visitor who has no right to it in Frappe's own terms.

	A token visitor is Guest to Frappe, so its permission check would refuse what the guard has just allowed; the flag
	is Frappe's own for e-mail attachments. The request's parameters, from which the print view would take a format, a
	style, settings and a key, do not reach it.
	"""
	before = frappe.local.form_dict, frappe.flags.ignore_print_permissions
	frappe.local.form_dict = frappe._dict()
	frappe.flags.ignore_print_permissions = True
	try:
		yield
	finally:
		frappe.local.form_dict, frappe.flags.ignore_print_permissions = before


def to_pdf(html: str, files: PrintedFiles | None = None) -> bytes:
	"""The page as PDF, with the page size and margins of the site's Print Settings and of the format's own style.

	:param files: What of the site's private files the page may hold; none where it is left out.
	"""
	page = read(html)
	make_printable(page, wkhtmltopdf.repeats_headers())
	sheets = isolate(page, files or PrintedFiles())
	# Frappe reads the margins out of the page's own styles, one by one: its large style sheet goes in afterwards
	with wkhtmltopdf.prepared(write(page)) as (body, options):
		for part in wkhtmltopdf.PARTS:
			if part in options:
				path = Path(options[part])
				path.write_text(put_sheets(path.read_text(), sheets))
		return wkhtmltopdf.run(put_sheets(body, sheets), options, TIME_LIMIT_SECONDS)
