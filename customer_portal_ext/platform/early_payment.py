"""How ERPNext books an early payment discount: the deductions of its own payment entry.

Private to ERPNext (payment_entry.py: get_payment_entry calls these for one invoice; the portal, for each that is paid).
"""

from decimal import Decimal

import frappe
from erpnext.accounts.doctype.accounting_dimension.accounting_dimension import get_accounting_dimensions
from erpnext.accounts.doctype.payment_entry.payment_entry import (
	set_pending_discount_loss,
	split_early_payment_discount_loss,
)
from frappe.utils import cint, flt

from customer_portal_ext.documents.decimals import to_decimal


def append_discount_loss(entry, invoice: str, schedule_rows: set[str], discount: Decimal) -> Decimal:
	"""Append the deductions of ``discount``, which is in the entry's ``paid_from`` currency, to the entry, with the invoice's cost
	center and dimensions. Returns their sum, in the company's currency at the invoice's own rate.

	Where ERPNext's rows come to another sum, the first of them has the difference: it takes the loss on income from the total
	before a discount on the whole invoice, and of prices that contain their tax once more with the tax.
	"""
	document = frappe.get_doc("Sales Invoice", invoice)
	given = [
		{"type": row.discount_type, "discount": row.discount}
		for row in document.payment_schedule
		if row.name in schedule_rows
	]
	is_split = cint(frappe.get_cached_doc("Accounts Settings").book_tax_discount_loss)
	start = len(entry.deductions)
	split = split_early_payment_discount_loss(entry, document, given) if is_split else 0
	set_pending_discount_loss(entry, document, float(discount), split, entry.paid_from_account_currency)
	rate = (
		Decimal(1)
		if entry.paid_from_account_currency == document.company_currency
		else to_decimal(document.conversion_rate)
	)
	rows = entry.deductions[start:]
	if not rows:  # nothing, in the company's currency
		return Decimal(0)
	total = to_decimal(flt(float(discount * rate), document.precision("base_grand_total")))
	difference = total - sum((to_decimal(row.amount) for row in rows), Decimal(0))
	rows[0].amount = float(to_decimal(rows[0].amount) + difference)
	for row in rows:
		row.cost_center = document.cost_center or row.cost_center
		for dimension in get_accounting_dimensions():
			row.set(dimension, document.get(dimension))
	return total
