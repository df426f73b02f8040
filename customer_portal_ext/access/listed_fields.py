"""What a customer's user may be given of a document by REST and RPC: the fields that the portal shows, and no other."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

import frappe
from frappe import _

from customer_portal_ext.access.customer_users import is_customers_user
from customer_portal_ext.documents.kinds import KINDS

ADDRESS_FIELDS = (
	*("name", "address_title", "address_type", "address_line1", "address_line2", "city", "county", "state"),
	*(
		"country",
		"pincode",
		"email_id",
		"phone",
		"fax",
		"is_primary_address",
		"is_shipping_address",
		"disabled",
	),
)
CONTACT_FIELDS = (
	*("name", "salutation", "first_name", "middle_name", "last_name", "full_name", "designation", "gender"),
	*("company_name", "department", "email_id", "phone", "mobile_no"),
	*("is_primary_contact", "is_billing_contact"),
)
ISSUE_FIELDS = (
	*("name", "subject", "status", "priority", "issue_type", "customer", "raised_by", "description"),
	*("opening_date", "opening_time", "creation", "modified"),
)
LISTED = {kind.doctype: kind.fields for kind in KINDS.values()} | {
	"Address": ADDRESS_FIELDS,
	"Contact": CONTACT_FIELDS,
	"Issue": ISSUE_FIELDS,
}
FIELD = re.compile(r"(?:`?tab(?P<doctype>[\w ]+)`?\.)?`?(?P<field>\w+)`?")
DIRECTIONS = ("asc", "desc")


def read(doctype: str, name: str | None, filters: Any = None) -> dict:
	"""The listed fields of a document that the caller may read by Frappe's permissions.

	:raises frappe.PermissionError: missing, refused, or of a DocType that is not listed; the caller cannot tell which.
	"""
	if doctype not in LISTED:
		refuse()
	if not name:
		require_listed(doctype, {"filters": filters})
		found = frappe.get_list(doctype, filters=frappe.parse_json(filters), pluck="name", limit=1)
		name = found[0] if found else None
	# by its exact name: MariaDB knows no case
	if not isinstance(name, str) or frappe.db.exists(doctype, name) != name:
		refuse()
	doc = frappe.get_doc(doctype, name)
	if not doc.has_permission("read"):
		refuse()
	return pick(doc, LISTED[doctype])


def pick(doc, fields: Iterable[str]) -> dict:
	return {field: doc.get(field) for field in fields}


def require_listed(doctype: str, query: Mapping) -> None:
	"""Raise frappe.PermissionError where a query asks for, filters or sorts by a field that is not listed: what cannot be
	read can be guessed by filters."""
	if doctype not in LISTED:
		refuse()
	named = [*_get_fields(query.get("fields")), *_get_fields(query.get("fieldname"), star=True)]
	for filters in ("filters", "or_filters"):
		named += _get_filtered(doctype, query.get(filters))
	if query.get("order_by"):
		named += map(_get_sorted, str(query["order_by"]).split(","))
	for field in named:
		match = FIELD.fullmatch(field.strip()) if isinstance(field, str) else None
		if not match or match["doctype"] not in (None, doctype) or match["field"] not in LISTED[doctype]:
			refuse()
	if query.get("group_by") or query.get("parent"):
		refuse()


def expand(doctype: str, fields: Any) -> Any:
	"""The fields that a list is asked for, ``*`` as those that are listed."""
	return list(LISTED[doctype]) if _get_fields(fields, star=True) == ["*"] else fields


def _get_fields(fields: Any, star: bool = False) -> list:
	if not fields:
		return []
	fields = _parse(fields)
	if isinstance(fields, str):
		fields = fields.split(",")
	if not isinstance(fields, list):
		refuse()
	return fields if star or fields != ["*"] else []


def _get_filtered(doctype: str, filters: Any) -> list:
	filters = _parse(filters)
	if not filters or isinstance(filters, str):  # a string is a name
		return []
	if isinstance(filters, dict):
		return list(filters)
	if not isinstance(filters, list):
		refuse()
	if isinstance(filters[0], str):
		filters = [filters]
	named = []
	for row in filters:
		if isinstance(row, dict):
			named += list(row)
		elif isinstance(row, list) and len(row) in (2, 3):
			named.append(row[0])
		elif isinstance(row, list) and len(row) > 3 and row[0] == doctype:
			named.append(row[1])
		else:
			refuse()
	return named


def _get_sorted(part: str) -> str:
	"""The field of one part of a sort order."""
	field, *direction = part.rsplit(None, 1)[:2] if part.strip() else [""]
	return field if direction and direction[0].lower() in DIRECTIONS else part


def _parse(value: Any) -> Any:
	if not isinstance(value, str):
		return value
	try:
		return json.loads(value)
	except ValueError:
		return value


def get_list_fields(doctype: str, web_form: str | None = None) -> tuple[str, ...] | None:
	"""What a row of a list of ERPNext's website may hold as data; None for what has pages of its own on the website."""
	if doctype in LISTED:
		fields = LISTED[doctype]
	else:
		meta = frappe.get_meta(doctype)
		if meta.has_web_view:
			return None
		shown = [field.fieldname for field in meta.fields if field.in_list_view]
		fields = ("name", "status", "modified", meta.get_title_field(), *shown)
	if web_form:
		of_form = {"parent": web_form, "parenttype": "Web Form", "parentfield": "list_columns"}
		fields = (*fields, *frappe.get_all("Web Form List Column", of_form, pluck="fieldname"))
	return tuple(dict.fromkeys(fields))


def narrow_rows(doctype: str, rows: list, arguments: Mapping) -> list:
	"""Rows of a list of the website, for a customer's user with the fields above alone."""
	fields = get_list_fields(doctype, arguments.get("web_form_name")) if is_customers_user() else None
	return rows if fields is None else [pick(row, fields) for row in rows]


def narrow_page(doctype: str, page: dict, arguments: Mapping) -> dict:
	"""The same of a page of such a list, whose rows are JSON beside their HTML."""
	if page.get("raw_result"):
		rows = narrow_rows(doctype, json.loads(page["raw_result"]), arguments)
		page["raw_result"] = json.dumps(rows)
	return page


def refuse() -> NoReturn:
	frappe.throw(_("You are not permitted to access this resource."), frappe.PermissionError)
