"""Addresses, contacts and names that website users wrote past the portal, before what they write was plain text."""

import frappe

from customer_portal_ext.conversations.text import make_inert

DOCTYPES = ("Address", "Contact", "User")
TYPES = ("Data", "Small Text", "Text")


def execute() -> None:
	for doctype in DOCTYPES:
		clean(doctype, doctype)
		for table in frappe.get_meta(doctype).get_table_fields():
			clean(table.options, doctype)


def clean(doctype: str, parent_doctype: str) -> None:
	"""Only what holds a tag's beginning, and only in rows of website users: what staff wrote is theirs."""
	fields = [field.fieldname for field in frappe.get_meta(doctype).fields if field.fieldtype in TYPES]
	if not fields:
		return
	table, user = frappe.qb.DocType(doctype), frappe.qb.DocType("User")
	account = table.name if doctype == "User" else table.owner
	query = (
		frappe.qb.from_(table)
		.left_join(user)
		.on(user.name == account)
		.select(table.name, *(table[field] for field in fields))
		.where((user.user_type == "Website User") | (account == "Guest"))
		.where(any_of(table[field].like("%<%") for field in fields))
	)
	if doctype != parent_doctype:
		query = query.where(table.parenttype == parent_doctype)
	for row in query.run(as_dict=True):
		inert = {field: make_inert(row[field]) for field in fields if "<" in (row[field] or "")}
		frappe.db.set_value(doctype, row.name, inert, update_modified=False)


def any_of(conditions):
	first, *others = conditions
	for condition in others:
		first = first | condition
	return first
