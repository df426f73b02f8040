"""The portal's own switches, when the app is installed."""

import frappe

from .companies import ACCENT, SECOND_COMPANY

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
	settings.allow_support_issues = 1
	account = frappe.db.get_value("Bank Account", {"company": SECOND_COMPANY})
	settings.append("bank_transfers", {"company": SECOND_COMPANY, "bank_account": account})
	settings.allow_account_changes = 1
	settings.allow_invitations = 1
	settings.save()
