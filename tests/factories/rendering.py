"""Templates as Frappe has them rendered: in a request, as a print, by who keeps them."""

from contextlib import contextmanager

import frappe
from frappe.www import printview
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request


@contextmanager
def in_request():
	"""As the code that Desk calls; a test's own is a job's."""
	frappe.local.request = Request(EnvironBuilder(path="/api/method/x", method="POST").get_environ())
	try:
		yield
	finally:
		del frappe.local.request


def make_email_template(response: str):
	return frappe.get_doc(
		{
			"doctype": "Email Template",
			"name": f"Portal {frappe.generate_hash(length=6)}",
			"subject": "x",
			"response": response,
		}
	).insert()


def make_terms(text: str):
	return frappe.get_doc(
		{
			"doctype": "Terms and Conditions",
			"title": f"Portal {frappe.generate_hash(length=6)}",
			"selling": 1,
			"terms": text,
		}
	).insert()


def make_print_format(doctype: str, html: str):
	return frappe.get_doc(
		{
			"doctype": "Print Format",
			"name": f"Portal {frappe.generate_hash(length=6)}",
			"doc_type": doctype,
			"custom_format": 1,
			"print_format_type": "Jinja",
			"standard": "No",
			"html": html,
		}
	).insert()


def print_out(document, html: str) -> str:
	"""A document in a print format, as Frappe prints it."""
	return printview.get_rendered_template(
		document, print_format=make_print_format(document.doctype, html), no_letterhead=True
	)
