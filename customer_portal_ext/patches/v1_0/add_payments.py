"""Paying: the field on Payment Entry, the reminders and the settings' defaults, on a site that had the portal before it."""

import frappe

from customer_portal_ext import custom_fields, reminders
from customer_portal_ext.payments.limits import DEFAULT_MINUTES


def execute() -> None:
	custom_fields.create()
	reminders.create()
	if not frappe.db.get_single_value("Customer Portal Settings", "payment_minutes"):
		frappe.db.set_single_value("Customer Portal Settings", "payment_minutes", DEFAULT_MINUTES)
