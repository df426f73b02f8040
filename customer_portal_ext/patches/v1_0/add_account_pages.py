"""Account pages: reminders that follow each person's preferences, and the settings' default, on a site that had the portal
before them."""

import frappe

from customer_portal_ext import reminders


def execute() -> None:
	reminders.follow_preferences()
	if not frappe.db.get_single_value("Customer Portal Settings", "account_changes_applied"):
		frappe.db.set_single_value("Customer Portal Settings", "account_changes_applied", "At Once")
