"""Where a gateway's money is booked, by Customer Portal Settings."""

import frappe
from frappe import _

from customer_portal_ext.access.settings import get_settings


def get(gateway: str, company: str, currency: str):
	"""The settings' row of a gateway for this company: the one of this currency before the one of any.

	A row that was disabled since counts as well: it says where the money goes that came before.
	:raises frappe.ValidationError: there is none.
	"""
	rows = [
		row
		for row in get_settings().payment_gateways
		if row.payment_gateway == gateway
		and row.company == company
		and row.for_currency in (currency, "", None)
	]
	if not rows:
		frappe.throw(
			_("Customer Portal Settings name no account for the payment gateway {0} in {1}.").format(
				gateway, company
			)
		)
	return min(rows, key=lambda row: (row.for_currency != currency, not row.enabled, row.idx))
