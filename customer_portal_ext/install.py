"""What installing adds beside the app's own DocTypes, and what uninstalling takes away again."""

import frappe

ROLE = "Customer Portal Manager"
LOG_DOCTYPES = ("Portal Activity", "Portal Export")


def after_install() -> None:
	"""Save the settings once, so that their defaults are in the database."""
	make_role()
	frappe.get_doc("Customer Portal Settings").save()


def before_uninstall() -> None:
	"""Remove what Frappe's own uninstalling, which deletes the app's DocTypes, pages and workspace, would leave behind."""
	remove_role()
	remove_log_settings()
	remove_settings_values()


def make_role() -> None:
	"""The role that may do everything in the portal's Desk."""
	if not frappe.db.exists("Role", ROLE):
		frappe.get_doc({"doctype": "Role", "role_name": ROLE, "desk_access": 1}).insert()


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
