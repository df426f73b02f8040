"""What a document is called: by what it is and when, not by its number. "Invoice of October 10, 2026"."""

from datetime import date

import frappe

from customer_portal_ext.web.formats import Formats, get_locale
from customer_portal_ext.web.words import _


def get_title(kind_key: str, day: date, is_reversed: bool = False) -> str:
	"""The title of a document in the visitor's language. A payment or delivery may run the other way round."""
	written = Formats(get_locale(frappe.local.lang)).date_long(day)
	return _get_pattern(kind_key, is_reversed).format(written)


def _get_pattern(kind_key: str, is_reversed: bool) -> str:
	match kind_key, is_reversed:
		case "invoice", _any:
			return _("Invoice of {0}")
		case "credit_note", _any:
			return _("Credit note of {0}")
		case "payment", False:
			return _("Payment of {0}")
		case "payment", True:
			return _("Refund of {0}")
		case "quotation", _any:
			return _("Quotation of {0}")
		case "order", _any:
			return _("Order of {0}")
		case "delivery", False:
			return _("Delivery of {0}")
		case "delivery", True:
			return _("Return of {0}")
	raise KeyError(kind_key)
