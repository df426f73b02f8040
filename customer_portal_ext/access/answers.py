"""What a customer's user is answered by REST and RPC: of every document in it, the listed fields, whatever was called.

What writes a document answers with it, and what reads one may do so in a way of its own. So each answer is looked through as it
is made (platform/api_answers.py), and not each method. What an administrator or an app adds to the allowed methods answers as it does.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import frappe
from frappe.model.base_document import BaseDocument

from customer_portal_ext.access.listed_fields import LISTED, pick
from customer_portal_ext.platform.api_answers import narrow_this

# What the website's scripts read of what they have made (frappe/public/js/frappe/file_uploader, erpnext/www/book_appointment).
MADE = {
	"File": ("file_name", "file_url", "file_size", "is_private", "attached_to_doctype", "attached_to_name"),
	"Appointment": ("status",),
}
# What a web form is made of is no document of anybody's, and stands in its page for whoever may open it.
FORMS = ("Web Form", "Web Form Field", "Web Form List Column", "DocField")


def narrow_answer(web_form: str | None = None) -> None:
	"""From here on, this request answers with listed fields alone; of a web form, with the form's fields too."""
	narrow_this(partial(narrow, web_form=web_form))


def narrow(value: Any, web_form: str | None = None) -> Any:
	"""The value with each document in it, as an object or as a dict, replaced by a dict of its listed fields."""
	if isinstance(value, str | bytes):
		return value
	if doctype := _get_doctype(value):
		if doctype in FORMS:
			return value
		fields = dict.fromkeys(("doctype", "name", *get_fields(doctype, web_form)))
		value = pick(value, fields)
	if isinstance(value, Mapping):
		return {key: narrow(inner, web_form) for key, inner in value.items()}
	if isinstance(value, Iterable):
		return [narrow(inner, web_form) for inner in value]
	return value


def get_fields(doctype: str, web_form: str | None = None) -> list[str]:
	"""What of a document is answered beside its name: what the portal lists, and what its web form asks for.

	Of a DocType that is not listed there is nothing else; of a row in a form's table, what the form's grid shows.
	"""
	fields = [*LISTED.get(doctype, ()), *MADE.get(doctype, ())]
	if not web_form:
		return fields
	meta = frappe.get_meta(doctype)
	if meta.istable:
		return ["idx", *(field.fieldname for field in meta.fields if field.in_list_view)]
	if frappe.db.get_value("Web Form", web_form, "doc_type") == doctype:
		of_form = {"parent": web_form, "parenttype": "Web Form", "parentfield": "web_form_fields"}
		fields.append("paid")  # whether its script asks for money again
		fields += filter(None, frappe.get_all("Web Form Field", of_form, pluck="fieldname"))
	return fields


def _get_doctype(value: Any) -> str | None:
	"""The DocType of a document, or of what ``as_dict`` makes of one; a row that only names a DocType is none."""
	if isinstance(value, BaseDocument):
		return value.doctype
	if isinstance(value, Mapping) and "docstatus" in value and isinstance(value.get("doctype"), str):
		return value["doctype"]
	return None
