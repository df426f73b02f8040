"""The portal's own switches, when the app is installed."""

import frappe

from .companies import ACCENT

SETTINGS = "Customer Portal Settings"
WELCOME = "Welcome. Here are your invoices, credit notes and statement of account, always up to date."


def make() -> None:
	if "customer_portal_ext" not in frappe.get_installed_apps():
		return
	settings = frappe.get_doc(SETTINGS)
	if settings.welcome_message:
		return
	settings.welcome_message = WELCOME
	settings.enabled = 1
	settings.accent_colour = ACCENT
	settings.allow_quotation_acceptance = 1
	settings.allow_account_changes = 1
	settings.save()
