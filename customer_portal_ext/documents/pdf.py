"""A document's PDF: the company's own print format and letter head, made by Frappe, in the visitor's language.

Frappe hands wkhtmltopdf a page that points back at the site for its style sheet and images, which hangs a site served
by one worker and tells the site's addresses to nobody's use. Here everything that is the site's own is put into the page
first (``documents.pdf_assets``), and wkhtmltopdf runs without cookies, scripts and local files, for a limited time.
"""

import os
import subprocess
from contextlib import contextmanager

import frappe
import pdfkit
from frappe.translate import print_language
from frappe.utils.pdf import cleanup, is_wkhtmltopdf_valid, prepare_options

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.documents.kinds import get_kind
from customer_portal_ext.documents.pdf_assets import make_self_contained

TIME_LIMIT_SECONDS = 40


def get_file(visitor: Visitor, kind_key: str, record: dict) -> tuple[str, bytes]:
	"""The file name and the PDF of a record that the guard has checked.

	:raises RuntimeError: wkhtmltopdf made no file; the message holds what it said.
	:raises subprocess.TimeoutExpired: it took longer than TIME_LIMIT_SECONDS and was ended.
	"""
	kind = get_kind(kind_key)
	with print_language(visitor.language or frappe.local.lang):
		html = get_print_html(kind.doctype, record["name"], get_letter_head(record))
		content = to_pdf(make_self_contained(html, has_headers=bool(is_wkhtmltopdf_valid())))
		return f"{kind.label} {record['name']}.pdf", content


def get_letter_head(record: dict) -> str | None:
	"""The document's own letter head, else its company's; None lets Frappe take the site's default one."""
	return record["letter_head"] or frappe.get_cached_value("Company", record["company"], "default_letter_head")


def get_print_html(doctype: str, name: str, letter_head: str | None) -> str:
	"""Frappe's own print view of a document, in the print format that is the DocType's default."""
	with elevated_print_view():
		return frappe.get_print(doctype, name, letterhead=letter_head)


@contextmanager
def elevated_print_view():
	"""Let Frappe print a document to a visitor who has no right to it in Frappe's own terms.

	A token visitor is Guest to Frappe, so its permission check would refuse what the guard has just allowed; the flag
	is Frappe's own for e-mail attachments. Two more things must not reach the print view: the request's parameters,
	which it reads for format, style, settings and a key, and the website's page cache, which knows one Guest only.
	"""
	before = frappe.local.form_dict, frappe.flags.ignore_print_permissions, getattr(frappe.local, "no_cache", None)
	frappe.local.form_dict = frappe._dict()
	frappe.flags.ignore_print_permissions = True
	frappe.local.no_cache = True
	try:
		yield
	finally:
		frappe.local.form_dict, frappe.flags.ignore_print_permissions, frappe.local.no_cache = before


def to_pdf(html: str) -> bytes:
	"""The page as PDF, with the page size and margins of the site's Print Settings and of the format's own style."""
	html, options = prepare_options(html, {})
	if cookies := options.pop("cookie-jar", None):
		os.remove(cookies)
	options.update({"disable-javascript": "", "disable-local-file-access": "", "disable-smart-shrinking": ""})
	if not is_wkhtmltopdf_valid():
		# Debian's build knows neither
		options.pop("disable-smart-shrinking")
	try:
		command = pdfkit.PDFKit(html, "string", options=options).command()
		made = subprocess.run(  # the command is pdfkit's own list of options; the document goes in by standard input
			command, input=html.encode(), capture_output=True, timeout=TIME_LIMIT_SECONDS, check=False
		)
	finally:
		cleanup(options)
	# an image that could not be fetched makes the exit code 1, with a good file all the same
	if not made.stdout.startswith(b"%PDF"):
		raise RuntimeError(made.stderr.decode(errors="replace")[-2000:] or f"wkhtmltopdf: {made.returncode}")
	return made.stdout
