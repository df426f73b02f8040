"""Counting records of the app. Frappe's ``frappe.client.get_count`` asks no permission: by filters on a name, a website user
could spell out what they may not read."""

import frappe
from frappe import client


def get_count(doctype: str, filters=None, debug: bool = False, cache: bool = False) -> int:
	"""Frappe's count. Raises frappe.PermissionError for a DocType of the app, named or in a filter, that the user may not read,
	and for a website user's filter on what a record is linked to."""
	filters = frappe.parse_json(filters)
	if isinstance(filters, str):
		# a name, or JSON within JSON, which Frappe would read once more
		filters = {"name": filters}
	for name in {doctype, *_get_named(filters)}:
		if frappe.db.get_value("DocType", name, "module") == "Customer Portal Ext":
			frappe.has_permission(name, "read", throw=True)
	return client.get_count(doctype, filters, debug, cache)


def _get_named(filters) -> set[str]:
	"""DocTypes that filters name, as ``[doctype, field, operator, value]``."""
	if isinstance(filters, dict):
		_refuse_linked(filters)
		return set()
	rows = [row for row in filters or [] if isinstance(row, list | tuple) and row]
	_refuse_linked(str(row[1] if len(row) > 3 else row[0]) for row in rows)
	return {str(row[0]) for row in rows if len(row) > 3}


def _refuse_linked(fields) -> None:
	is_staff = frappe.get_cached_value("User", frappe.session.user, "user_type") == "System User"
	if not is_staff and any("." in field for field in fields):
		raise frappe.PermissionError
