"""Customers' users elsewhere on the site: the settings' default, on a site that had the portal before it."""

import frappe


def execute() -> None:
	stored = {"doctype": "Customer Portal Settings", "field": "restrict_methods"}
	if not frappe.db.exists("Singles", stored):
		frappe.db.set_single_value("Customer Portal Settings", "restrict_methods", 1)
