"""Translation of what customers read, apart from Desk's words.

Frappe translates by the English text alone, and what its own translations and ERPNext's mean by "Open", "Total", "View"
or "Invoices" is often something else (in German, purchase invoices). The portal's texts carry a context of their own:
translations/*.csv hold them under it, so that they are right here and leave Desk as it is. A text that has no
translation of its own still gets Frappe's.
"""

import frappe

CONTEXT = "Customer Portal"


def _(text: str, lang: str | None = None, context: str | None = None) -> str:
	"""The text in the visitor's language. Each is looked up once a request: a table says the same words in every row."""
	known = getattr(frappe.local, "portal_words", None)
	if known is None:
		known = frappe.local.portal_words = {}
	key = (text, lang or getattr(frappe.local, "lang", None), context)
	if key not in known:
		known[key] = frappe._(text, lang, context or CONTEXT)
	return known[key]


def _lt(text: str):
	"""The same for a module's constants: translated when it is shown."""
	return frappe._lt(text, context=CONTEXT)
