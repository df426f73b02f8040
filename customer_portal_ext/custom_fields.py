"""Fields of the app on ERPNext's own DocTypes: made on install, removed on uninstall."""

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

FIELDS = {
	"Communication": [
		{
			# Who may read it on the portal (conversations/audience.py). Empty: nobody outside.
			"fieldname": "portal_customer",
			"fieldtype": "Link",
			"options": "Customer",
			"label": "Shown on the Portal to",
			"insert_after": "reference_owner",
			"read_only": 1,
			"no_copy": 1,
		}
	],
	"Issue": [
		{
			"fieldname": "portal_document_type",
			"fieldtype": "Link",
			"options": "DocType",
			"label": "Concerns Type",
			"insert_after": "issue_type",
			"read_only": 1,
			"hidden": 1,
			"no_copy": 1,
		},
		{
			"fieldname": "portal_document",
			"fieldtype": "Dynamic Link",
			"options": "portal_document_type",
			"label": "Concerns",
			"insert_after": "portal_document_type",
			"read_only": 1,
			"no_copy": 1,
			"description": "The document that the customer named on the portal.",
		},
	],
	"Payment Entry": [
		{
			# Unique: the second line of defence against posting one payment twice (payments/posting.py).
			"fieldname": "portal_payment",
			"fieldtype": "Link",
			"options": "Portal Payment",
			"label": "Portal Payment",
			"insert_after": "reference_date",
			"unique": 1,
			"read_only": 1,
			"no_copy": 1,
			"print_hide": 1,
			"depends_on": "portal_payment",
		}
	],
}


def create() -> None:
	create_custom_fields(FIELDS, ignore_validate=True, update=True)


def remove() -> None:
	"""The fields and their columns. What customers wrote stays: it is in ERPNext's own records."""
	for doctype, fields in FIELDS.items():
		names = [field["fieldname"] for field in fields]
		frappe.db.delete("Custom Field", {"dt": doctype, "fieldname": ("in", names)})
		present = [name for name in names if frappe.db.has_column(doctype, name)]
		if present:
			dropped = ", ".join(f"drop column `{name}`" for name in present)
			frappe.db.sql_ddl(f"alter table `tab{doctype}` {dropped}")
		frappe.clear_cache(doctype=doctype)
