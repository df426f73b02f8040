"""The signed PDF: the quotation as it is printed, and a page that says who signed what, when and from where."""

import frappe
from frappe.translate import print_language

from customer_portal_ext.documents import pdf
from customer_portal_ext.documents.kinds import QUOTATION
from customer_portal_ext.documents.paper import get_seller
from customer_portal_ext.documents.paper_pages import render
from customer_portal_ext.quotes import addresses
from customer_portal_ext.web.formats import get_direction


def make(response) -> bytes:
	"""The PDF of an acceptance, in the customer's language."""
	record = frappe.db.get_value(
		"Quotation", response.quotation, ["name", "letter_head", "company", "currency"], as_dict=True
	)
	language = frappe.db.get_value("Customer", response.customer, "language") or frappe.local.lang or "en"
	with print_language(language):
		proof = render("pdf/quotation_acceptance.html", get_context(response, language))
		return pdf.make(QUOTATION, record, proof)


def get_context(response, language: str) -> dict:
	content = frappe.parse_json(response.signed_content)
	return {
		"lang": language,
		"dir": get_direction(language),
		"seller": get_seller(frappe.db.get_value("Quotation", response.quotation, "company")),
		"response": response,
		"content": content,
		"delivery_address": addresses.get_plain_lines(response.delivery_address)
		if response.delivery_address
		else [],
	}


def get_file_name(quotation: str) -> str:
	return f"{quotation}-signed.pdf".replace("/", "-")


def attach(response, content: bytes) -> str:
	"""Attach the PDF to the quotation as a private file, whose address nobody can guess: the name of the File."""
	file_name = get_file_name(response.quotation)
	file = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": f"{frappe.generate_hash(length=20)}-{file_name}",
			"attached_to_doctype": "Quotation",
			"attached_to_name": response.quotation,
			"is_private": 1,
			"content": content,
		}
	)
	# Made by the site itself, of what was signed; whoever signed has no rights to files.
	file.flags.ignore_permissions = True
	file.insert().db_set("file_name", file_name)
	return file.name
