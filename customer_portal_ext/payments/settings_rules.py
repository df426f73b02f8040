"""What Customer Portal Settings may say about paying."""

import frappe
from frappe import _
from frappe.utils import cint, flt

from customer_portal_ext.payments.limits import MAXIMUM_MINUTES, MINIMUM_MINUTES


def validate(settings) -> None:
	"""Raise frappe.ValidationError with a message that names the row or the range."""
	if not MINIMUM_MINUTES <= cint(settings.payment_minutes) <= MAXIMUM_MINUTES:
		frappe.throw(
			_("Time to Pay (minutes) must be from {0} to {1}; {2} is not.").format(
				MINIMUM_MINUTES, MAXIMUM_MINUTES, settings.payment_minutes
			)
		)
	if not 0 <= flt(settings.deposit_percent) <= 100:
		frappe.throw(
			_("Deposit on Accepting a Quotation (%) must be from 0 to 100; {0} is not.").format(
				settings.deposit_percent
			)
		)
	seen = set()
	for row in settings.payment_gateways:
		key = (row.payment_gateway, row.company, row.for_currency or "")
		if key in seen:
			frappe.throw(
				_(
					"Payment Gateways, row {0}: this gateway is there already for the company and currency."
				).format(row.idx)
			)
		seen.add(key)
		require_account(row, "account")
		if row.fee_account:
			require_account(row, "fee_account")
			require_company_currency(row)


def require_account(row, field: str) -> None:
	"""An account of the row's company that entries can be booked on."""
	account = frappe.db.get_value(
		"Account", row.get(field), ["company", "is_group", "disabled"], as_dict=True
	)
	if not account or account.company != row.company or account.is_group or account.disabled:
		frappe.throw(
			_("Payment Gateways, row {0}: {1} is no account of {2} that can be booked on.").format(
				row.idx, row.get(field), row.company
			)
		)


def require_company_currency(row) -> None:
	"""ERPNext books deductions in the company's currency alone (payment_entry.py: add_deductions_gl_entries)."""
	currency = frappe.get_cached_value("Account", row.fee_account, "account_currency")
	if currency != frappe.get_cached_value("Company", row.company, "default_currency"):
		frappe.throw(
			_("Payment Gateways, row {0}: the fee account must be in the company's currency.").format(row.idx)
		)
