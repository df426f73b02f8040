"""Which of the portal's own e-mails a customer wants, and in which language. Kept in fields of ERPNext's Customer.

What a customer asked for (a fresh link, a statement, a receipt to an address they gave) and what protects them (that their
e-mail address was changed) is always sent.
"""

from collections.abc import Mapping

import frappe

from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.words import _

# key of the form -> field of Customer (custom_fields.py)
MAILS = {
	"answers": "portal_mail_answers",
	"receipts": "portal_mail_receipts",
	"reminders": "portal_mail_reminders",
}


def wants(customer: str | None, mail: str) -> bool:
	"""Whether the customer wants this kind of e-mail: "answers", "receipts" or "reminders"."""
	wanted = frappe.db.get_value("Customer", customer, MAILS[mail]) if customer else None
	return wanted is None or bool(wanted)


def get(customer: str) -> dict:
	"""``{"language": code | None, "answers": bool, "receipts": bool, "reminders": bool}``"""
	row = frappe.db.get_value("Customer", customer, ["language", *MAILS.values()], as_dict=True)
	return {"language": row.language} | {key: bool(row[field]) for key, field in MAILS.items()}


def get_languages() -> list[dict]:
	"""``[{"value", "label"}]``: the site's languages, each by its own name."""
	rows = frappe.get_all(
		"Language", {"enabled": 1}, ["name", "language_name"], order_by="language_name", limit=300
	)
	return [{"value": row.name, "label": row.language_name} for row in rows]


def read(form: Mapping, languages: list[dict]) -> dict:
	"""What was chosen, as fields of Customer. Raises InvalidInput for a language that is not the site's."""
	language = form.get("language") or None
	if language and language not in [each["value"] for each in languages]:
		raise InvalidInput(_("Choose a language from the list."), "language")
	return {"language": language} | {field: int(bool(form.get(key))) for key, field in MAILS.items()}


def change(customer: str, values: Mapping) -> bool:
	"""Keep what was chosen; False where nothing differs."""
	before = frappe.db.get_value("Customer", customer, list(values), as_dict=True, for_update=True)
	if all((before[field] or None) == (value or None) for field, value in values.items()):
		return False
	frappe.db.set_value("Customer", customer, dict(values))
	return True
