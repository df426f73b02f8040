"""What installing adds beside the app's own DocTypes, and what uninstalling takes away again."""

import frappe

ROLE = "Customer Portal Manager"
# (DocType, columns): what the lists of one customer need to cost the same however many others there are. ERPNext has no
# index at all on a Payment Entry's party.
INDEXES = (
	("Sales Invoice", ("customer", "posting_date")),
	("Payment Entry", ("party", "posting_date")),
)
LOG_DOCTYPES = ("Portal Activity", "Portal Export")


def after_install() -> None:
	"""Save the settings once, so that their defaults are in the database."""
	make_role()
	add_indexes()
	frappe.get_doc("Customer Portal Settings").save()


def before_uninstall() -> None:
	"""Remove what Frappe's own uninstalling, which deletes the app's DocTypes, pages and workspace, would leave behind."""
	remove_role()
	remove_indexes()
	remove_log_settings()
	remove_settings_values()


def make_role() -> None:
	"""The role that may do everything in the portal's Desk."""
	if not frappe.db.exists("Role", ROLE):
		frappe.get_doc({"doctype": "Role", "role_name": ROLE, "desk_access": 1}).insert()


def add_indexes() -> None:
	for doctype, columns in INDEXES:
		frappe.db.add_index(doctype, list(columns), get_index_name(columns))


def remove_indexes() -> None:
	for doctype, columns in INDEXES:
		name = get_index_name(columns)
		if frappe.db.has_index(f"tab{doctype}", name):
			frappe.db.sql_ddl(f"alter table `tab{doctype}` drop index `{name}`")


def get_index_name(columns: tuple[str, ...]) -> str:
	return "customer_portal_" + "_".join(columns)


def remove_role() -> None:
	for child in ("Has Role", "DocPerm", "Custom DocPerm"):
		frappe.db.delete(child, {"role": ROLE})
	frappe.delete_doc("Role", ROLE, ignore_missing=True, force=True)


def remove_log_settings() -> None:
	frappe.db.delete("Logs To Clear", {"ref_doctype": ("in", LOG_DOCTYPES)})
	frappe.clear_document_cache("Log Settings", "Log Settings")


def remove_settings_values() -> None:
	"""A Single's values are rows of Singles, which no deleted table takes along."""
	frappe.db.delete("Singles", {"doctype": "Customer Portal Settings"})
