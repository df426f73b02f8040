"""The gate of receipts. A room of its own: what lays out a PDF is a large import, which no other page of paying needs."""

import frappe

from customer_portal_ext.access import activity, guard, limits
from customer_portal_ext.access.payments import require_payment
from customer_portal_ext.exceptions import DocumentNotFound
from customer_portal_ext.payments import gateways, payment_page, receipt, states
from customer_portal_ext.web.payment_urls import payment_url
from customer_portal_ext.web.responses import Download


def get_receipt(name: str) -> Download:
	"""The receipt's PDF. Raises DocumentNotFound where there is none (yet)."""
	payment = require_payment(name, page=payment_url(name))
	if not payment_page.has_receipt(payment):
		raise DocumentNotFound
	visitor = guard.require_visitor()
	limits.count("document-file", visitor)
	activity.record("Downloaded", visitor, states.DOCTYPE, name)
	language = visitor.language or frappe.local.lang or "en"
	filename, content = receipt.get_file(payment, language, gateways.get_label(payment))
	return Download(filename, "application/pdf", content)
