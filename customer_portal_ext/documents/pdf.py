"""A document's PDF: the company's own print format and letter head, made by Frappe, in the visitor's language.

Frappe hands wkhtmltopdf a page that points back at the site for its style sheet and images, which hangs a site served
by one worker and tells the site's addresses to nobody's use. Here everything that is the site's own is put into the page
first (``documents.pdf_assets``), and wkhtmltopdf runs without cookies, scripts and local files, for a limited time.
"""

import os
import subprocess
from contextlib import contextmanager
from pathlib import Path

import frappe
import pdfkit
from frappe.translate import print_language
from frappe.utils.pdf import cleanup, is_wkhtmltopdf_valid, prepare_options
from frappe.www import printview

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.documents.kinds import INVOICE, Kind, get_kind
from customer_portal_ext.documents.pdf_assets import append_once, inline_assets, make_printable
from customer_portal_ext.payments.bank_transfer import printing as bank_transfer
from customer_portal_ext.web.formats import get_direction

TIME_LIMIT_SECONDS = 40

# Printed where the company has chosen no default print format: Frappe's "Standard" prints every field that is not
# hidden, such as what is eligible for commission, projects, or why a quotation was lost.
PRINT_FORMATS = {
	"invoice": "Sales Invoice Print",
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
		html = get_print_html(kind.doctype, record["name"], get_print_format(kind), get_letter_head(record))
		if kind is INVOICE and (transfer := bank_transfer.get_html(record)):
			html = append_once(html, transfer, bank_transfer.CLASS)
		return f"{kind.label} {record['name']}.pdf", to_pdf(html)


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


def get_print_html(doctype: str, name: str, print_format: str | None, letter_head: str | None) -> str:
	"""Frappe's print view of a document, made of the parts that frappe.get_print is made of.

	frappe.get_print itself goes through the website, which gathers the workspaces of a Guest for each page: 300
	statements that no print needs, and a page cache that knows one Guest only.
	"""
	document = frappe.get_doc(doctype, name)
	with elevated_print_view():
		chosen = printview.get_print_format_doc(print_format, meta=document.meta)
		printview.set_link_titles(document)
		body = printview.get_rendered_template(
			document, print_format=chosen, meta=document.meta, no_letterhead=False, letterhead=letter_head
		)
		context = {
			"body": body,
			"print_style": printview.get_print_style(print_format=chosen),
			"title": name,
			"lang": frappe.local.lang,
			"layout_direction": get_direction(frappe.local.lang),
		}
		return frappe.get_template("www/printview.html").render(context)


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


def to_pdf(html: str) -> bytes:
	"""The page as PDF, with the page size and margins of the site's Print Settings and of the format's own style."""
	repeats_headers = bool(is_wkhtmltopdf_valid())
	# Frappe reads the margins out of the page's own styles, one by one: its large style sheet goes in afterwards
	html, options = prepare_options(make_printable(html, repeats_headers), {})
	try:
		if cookies := options.pop("cookie-jar", None):
			os.remove(cookies)
		for part in ("header-html", "footer-html"):
			if path := options.get(part):
				Path(path).write_text(inline_assets(Path(path).read_text()))
		options.update({"disable-javascript": "", "disable-local-file-access": ""})
		if repeats_headers:
			options["disable-smart-shrinking"] = ""
		command = pdfkit.PDFKit(html, "string", options=options).command()
		made = subprocess.run(  # the command is pdfkit's own list of options; the document goes in by standard input
			command,
			input=inline_assets(html).encode(),
			capture_output=True,
			timeout=TIME_LIMIT_SECONDS,
			check=False,
		)
	finally:
		cleanup(options)
	# an image that could not be fetched makes the exit code 1, with a good file all the same
	if not made.stdout.startswith(b"%PDF"):
		raise RuntimeError(made.stderr.decode(errors="replace")[-2000:] or f"wkhtmltopdf: {made.returncode}")
	return made.stdout
