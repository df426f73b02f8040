"""Issues, messages, comments, leads and whatever else people wrote to us before what they write was plain text."""

import frappe

from customer_portal_ext.access import visitors_text
from customer_portal_ext.patches.v1_0.make_visitors_text_plain import any_of

DOCTYPES = ("Appointment", "Comment", "Communication", "Issue", "Lead", "Opportunity", "ToDo")
# what says whether a text keeps its form
KINDS = {"Comment": ("comment_type",), "Communication": ("communication_medium", "sent_or_received")}
# ERPNext writes HTML into it
RENDERED = (("Opportunity", "address_display"),)
AT_ONCE = 500


def execute() -> None:
	for doctype in DOCTYPES:
		clean(doctype, doctype)
		for table in frappe.get_meta(doctype).get_table_fields():
			clean(table.options, doctype)


def clean(doctype: str, parent_doctype: str) -> None:
	"""Only what holds a tag's beginning, and only in rows of Guests and website users: what staff wrote is theirs."""
	fields = [
		field
		for field in frappe.get_meta(doctype).fields
		if field.fieldtype in visitors_text.TYPES and not field.is_virtual
	]
	last = ""
	while fields and (rows := select(doctype, parent_doctype, fields, last)):
		for row in rows:
			values = {field.fieldname: row[field.fieldname] for field in fields}
			document = frappe._dict(row, doctype=parent_doctype)
			cleaned = {
				field.fieldname: clean_value(document, field, values[field.fieldname])
				for field in fields
				if "<" in (values[field.fieldname] or "")
			}
			changed = {name: value for name, value in cleaned.items() if value != values[name]}
			if changed:
				frappe.db.set_value(doctype, row.name, changed, update_modified=False)
		last = rows[-1].name


def clean_value(document, field, value: str) -> str:
	if (document.doctype, field.fieldname) in RENDERED:
		return visitors_text.clean_rich(value, keeps_form=True)
	return visitors_text.clean_value(document, field, value, is_plain=True)


def select(doctype: str, parent_doctype: str, fields: list, last: str) -> list[dict]:
	"""The next rows after the name ``last``: a mailbox is not read into memory at once."""
	table, user = frappe.qb.DocType(doctype), frappe.qb.DocType("User")
	columns = dict.fromkeys([field.fieldname for field in fields] + list(KINDS.get(doctype, ())))
	query = (
		frappe.qb.from_(table)
		.left_join(user)
		.on(user.name == table.owner)
		.select(table.name, *(table[column] for column in columns))
		.where((user.user_type == "Website User") | (table.owner == "Guest"))
		.where(any_of(table[field.fieldname].like("%<%") for field in fields))
		.where(table.name > last)
		.orderby(table.name)
		.limit(AT_ONCE)
	)
	if doctype != parent_doctype:
		query = query.where(table.parenttype == parent_doctype)
	return query.run(as_dict=True)
