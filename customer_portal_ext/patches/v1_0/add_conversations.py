"""Messages and support issues: their fields, indexes and settings, on a site that had the portal before them."""

import frappe

from customer_portal_ext import custom_fields, install
from customer_portal_ext.conversations.limits import DEFAULTS


def execute() -> None:
	custom_fields.create()
	install.add_indexes()
	settings = frappe.get_doc("Customer Portal Settings")
	for field, value in DEFAULTS.items():
		if not settings.get(field):
			frappe.db.set_single_value("Customer Portal Settings", field, value)
