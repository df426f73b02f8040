"""What a document is called: by what it is and when, not by its number. "Invoice of October 10, 2026"."""

from datetime import date

import frappe

from customer_portal_ext.web.formats import Formats, get_locale
from customer_portal_ext.web.words import _


def get_title(kind_key: str, day: date, is_reversed: bool = False) -> str:
	"""The title of a document in the visitor's language. A payment or delivery may run the other way round."""
	written = Formats(get_locale(frappe.local.lang)).date_long(day)
	if is_reversed:
		return {"payment": _("Refund of {0}"), "delivery": _("Return of {0}")}[kind_key].format(written)
	return {
		"invoice": _("Invoice of {0}"),
		"credit_note": _("Credit note of {0}"),
		"payment": _("Payment of {0}"),
		"quotation": _("Quotation of {0}"),
		"order": _("Order of {0}"),
		"delivery": _("Delivery of {0}"),
	}[kind_key].format(written)
