"""Translation of what customers read, apart from Desk's words.

Frappe translates by the English text alone, and what its own translations and ERPNext's mean by "Open", "Total", "View"
or "Invoices" is often something else (in German, purchase invoices). The portal's texts carry a context of their own:
translations/*.csv hold them under it, so that they are right here and leave Desk as it is. A text that has no
translation of its own still gets Frappe's.
"""

import frappe

CONTEXT = "Customer Portal"


def _(text: str, lang: str | None = None, context: str | None = None) -> str:
	"""The text in the visitor's language."""
	return frappe._(text, lang, context or CONTEXT)


def _lt(text: str):
	"""The same for a module's constants: translated when it is shown."""
	return frappe._lt(text, context=CONTEXT)
