"""``{{ portal_paper(doc) }}``: a document as the portal's own formats print it, in Desk and for customers."""

import frappe
from frappe.model.document import Document
from jinja2 import pass_context
from markupsafe import Markup

from customer_portal_ext.access import policy
from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.base.site_address import get_site_url
from customer_portal_ext.desk.landing import get_customer
from customer_portal_ext.documents import paper
from customer_portal_ext.documents.paper_pages import render
from customer_portal_ext.payments.pages import is_offered
from customer_portal_ext.web.urls import document_url


@pass_context
def portal_paper(context, doc) -> str:
	"""The HTML of a quotation, order, delivery, invoice, credit note or payment while it is being printed, under the company's
	letter head where there is one. Nothing for anything else: only then are its fields clean.
	"""
	if not isinstance(doc, Document) or not doc.flags.in_print:
		return ""
	# "No letterhead" in Desk: the paper in the printer has one
	has_head = not context.get("no_letterhead")
	return render(
		"pdf/payment.html" if doc.doctype == "Payment Entry" else "pdf/document.html",
		{
			**paper.get_context(doc),
			"has_head": has_head,
			"letter_head": Markup((has_head and context.get("letter_head")) or ""),
			"footer": Markup((has_head and context.get("footer")) or ""),
			"online": get_online(doc),
		},
	)


def get_online(doc) -> dict | None:
	"""`{"address", "may_pay"}`: the document's page, which opens to whoever has a link or signs in; None where it has none."""
	customer = get_customer(doc)
	if doc.docstatus != 1 or not customer or not get_settings().enabled:
		return None
	group, disabled = frappe.db.get_value("Customer", customer, ["customer_group", "disabled"])
	kind = paper.get_kind(doc)
	capabilities = policy.get_capabilities(customer, group)
	if disabled or kind.capability not in capabilities:
		return None
	return {
		"address": get_site_url(document_url(kind.key, doc.name)),
		"may_pay": kind is paper.INVOICE and "payments" in capabilities and is_offered(doc.company),
	}
