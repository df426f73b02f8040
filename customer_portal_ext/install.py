"""What installing adds beside the app's own DocTypes, and what uninstalling takes away again."""

import shutil

import frappe

from customer_portal_ext import custom_fields, reminders
from customer_portal_ext.base import site_address
from customer_portal_ext.desk import website_menu
from customer_portal_ext.hooks import default_log_clearing_doctypes

ROLE = "Customer Portal Manager"
# (DocType, columns): what the lists of one customer need to cost the same however many others there are. ERPNext has no
# index at all on a Payment Entry's party.
INDEXES = (
	("Sales Invoice", ("customer", "posting_date")),
	("Payment Entry", ("party", "posting_date")),
	("Quotation", ("party_name", "transaction_date")),
	# whether it is one customer alone that a lead or a prospect became
	("Customer", ("lead_name",)),
	("Customer", ("prospect_name",)),
	("Sales Order", ("customer", "transaction_date")),
	("Delivery Note", ("customer", "posting_date")),
	# ERPNext finds no delivery's Shipment without reading them all
	("Shipment Delivery Note", ("delivery_note",)),
	# what a customer has not read yet is counted on every page
	("Communication", ("portal_customer", "sent_or_received", "read_by_recipient")),
	("Issue", ("customer", "creation")),
	# the contacts that a signed-in user is
	("Contact", ("user",)),
	# whose e-mail address it is that somebody has signed in with
	("Contact Email", ("email_id",)),
)
LONGEST_INDEX_NAME = 64  # MariaDB's limit
MODULE = "Customer Portal Ext"

# Frappe's own records about a DocType: the field that names it. Deleting a DocType leaves them behind.
ABOUT_A_DOCTYPE = {
	"Version": "ref_doctype",
	"Comment": "reference_doctype",
	"View Log": "reference_doctype",
	"DocShare": "share_doctype",
	"List Filter": "reference_doctype",
	"Custom Field": "dt",
	"Property Setter": "doc_type",
	"Custom DocPerm": "parent",
	"Client Script": "dt",
	"Notification Log": "document_type",
}


def after_install() -> None:
	"""Save the settings once, so that their defaults are in the database."""
	make_role()
	custom_fields.create()
	add_indexes()
	reminders.create()
	frappe.get_doc("Customer Portal Settings").save()
	if not site_address.is_configured():
		print(
			"Customer Portal: host_name is missing in site_config.json. Until it is set"
			f" (bench --site {frappe.local.site} set-config host_name https://...), links in e-mails begin with"
			f" {site_address.get_site_url()}"
		)


def before_uninstall() -> None:
	"""Remove what Frappe's own uninstalling, which deletes the app's DocTypes, pages and workspace, would leave behind."""
	remove_role()
	remove_indexes()
	custom_fields.remove()
	reminders.remove()
	website_menu.remove()
	remove_log_settings()
	remove_settings_values()
	remove_onboarding_steps()
	remove_scheduled_jobs()
	remove_patch_log()
	remove_records_about_doctypes()
	remove_sequences()
	remove_naming_series()
	remove_export_files()


def remove_export_files() -> None:
	"""Long statements made in the background lie in a folder of their own (statement/exports.py)."""
	shutil.rmtree(frappe.get_site_path("private", "portal_exports"), ignore_errors=True)


def after_uninstall() -> None:
	"""Empty Frappe's bin of what uninstalling put into it."""
	frappe.db.delete(
		"Deleted Document", {"deleted_name": ("in", [MODULE, ROLE, *frappe.flags.portal_doctypes])}
	)
	frappe.db.delete("Deleted Document", {"data": ("like", f'%"module": "{MODULE}"%')})
	frappe.db.commit()  # Frappe has committed the uninstalling already, and does not again


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
	return ("customer_portal_" + "_".join(columns))[:LONGEST_INDEX_NAME]


def remove_role() -> None:
	for child in ("Has Role", "DocPerm", "Custom DocPerm"):
		frappe.db.delete(child, {"role": ROLE})
	frappe.delete_doc("Role", ROLE, ignore_missing=True, force=True)


def remove_log_settings() -> None:
	frappe.db.delete("Logs To Clear", {"ref_doctype": ("in", tuple(default_log_clearing_doctypes))})
	frappe.clear_document_cache("Log Settings", "Log Settings")


def remove_settings_values() -> None:
	"""A Single's values are rows of Singles, which no deleted table takes along."""
	frappe.db.delete("Singles", {"doctype": "Customer Portal Settings"})


def remove_onboarding_steps() -> None:
	"""They name no module, so Frappe does not know whose they are."""
	steps = frappe.get_all("Onboarding Step Map", {"parent": "Customer Portal"}, pluck="step")
	frappe.db.delete("Onboarding Step", {"name": ("in", steps or [""])})


def remove_scheduled_jobs() -> None:
	"""Frappe's scheduler would try them until the next migrate."""
	own = {"method": ("like", "customer_portal_ext.%")}
	names = frappe.get_all("Scheduled Job Type", own, pluck="name")
	frappe.db.delete("Scheduled Job Log", {"scheduled_job_type": ("in", names or [""])})
	frappe.db.delete("Scheduled Job Type", own)


def remove_patch_log() -> None:
	"""Or a second install would find its patches done."""
	frappe.db.delete("Patch Log", {"patch": ("like", "customer_portal_ext.%")})


def remove_records_about_doctypes() -> None:
	doctypes = frappe.flags.portal_doctypes = get_doctypes()
	for doctype, field in ABOUT_A_DOCTYPE.items():
		frappe.db.delete(doctype, {field: ("in", doctypes)})
	# receipts that went out stay, as e-mails about nothing
	frappe.db.set_value(
		"Email Queue",
		{"reference_doctype": ("in", doctypes)},
		{"reference_doctype": None, "reference_name": None},
		update_modified=False,
	)
	frappe.db.delete("__UserSettings", {"doctype": ("in", doctypes)})
	frappe.db.delete("List View Settings", {"name": ("in", doctypes)})


def remove_sequences() -> None:
	"""What numbers the rows of a DocType with automatic numbers: it is no part of its table."""
	for doctype in frappe.get_all("DocType", {"module": MODULE, "autoname": "autoincrement"}, pluck="name"):
		frappe.db.sql_ddl(f"drop sequence if exists {frappe.scrub(f'{doctype}_id_seq')}")


def remove_naming_series() -> None:
	"""The counters of Portal Payment's numbers, one for each year."""
	frappe.db.delete("Series", {"name": ("like", "PAY-____-")})


def get_doctypes() -> list[str]:
	return frappe.get_all("DocType", {"module": MODULE}, pluck="name")
