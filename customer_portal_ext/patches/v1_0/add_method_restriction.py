"""Customers' users elsewhere on the site: the settings' default, on a site that had the portal before it."""

import frappe


def execute() -> None:
	# a table without names, where frappe.db.exists finds nothing
	stored = frappe.db.sql(
		"select 1 from `tabSingles` where doctype = 'Customer Portal Settings' and field = 'restrict_methods'"
	)
	if not stored:
		frappe.db.set_single_value("Customer Portal Settings", "restrict_methods", 1)
