"""Whose portal an ERPNext document belongs to, and which of its pages shows it."""

from customer_portal_ext.documents import parties
from customer_portal_ext.web.urls import document_url

KINDS = {
	"Payment Entry": "payment",
	"Quotation": "quotation",
	"Sales Order": "order",
	"Delivery Note": "delivery",
}


def get_customer(document) -> str | None:
	"""The Customer of a document (or a dict of its fields) that has one, else None. A quotation's may have been a lead."""
	if document.get("doctype") == "Customer":
		return document.get("name")
	if document.get("party_type") == "Customer":
		return document.get("party")
	if document.get("quotation_to"):
		return parties.find_customer(document.get("quotation_to"), document.get("party_name"))
	return document.get("customer")


def get_landing(document) -> str | None:
	"""The portal page of a submitted document, or None where the portal has none: then a link leads to the overview."""
	if document.get("docstatus") != 1:
		return None
	if document.get("doctype") == "Sales Invoice":
		return document_url("credit_note" if document.get("is_return") else "invoice", document.get("name"))
	kind = KINDS.get(document.get("doctype"))
	return document_url(kind, document.get("name")) if kind else None
