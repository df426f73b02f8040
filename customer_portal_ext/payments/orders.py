"""What is open of a Sales Order before it is invoiced, and the deposit it asks for."""

from decimal import Decimal

import frappe

from customer_portal_ext.documents.decimals import to_decimal
from customer_portal_ext.payments.open_items import ORDER, cut

ZERO = Decimal(0)
FIELDS = (
	*("name", "customer", "company", "docstatus", "status", "currency", "per_billed", "advance_paid"),
	*("grand_total", "rounded_total", "base_grand_total", "base_rounded_total", "transaction_date"),
	*("payment_terms_template", "party_account_currency"),
)


def get(name: str) -> dict | None:
	return frappe.db.get_value(ORDER, name, FIELDS, as_dict=True)


def get_open(name: str, customer: str, currency: str) -> Decimal:
	"""What an advance can be taken for, in ``currency``: nothing of another's, closed, billed or cancelled order."""
	order = get(name)
	if not order or order.customer != customer or not is_open(order):
		return ZERO
	return max(cut(get_total(order, currency) - to_decimal(order.advance_paid), currency), ZERO)


def is_open(order) -> bool:
	"""As payment_entry.py: get_orders_to_be_billed."""
	return order.docstatus == 1 and order.status != "Closed" and abs(100 - order.per_billed) > 0.01


def get_total(order, currency: str) -> Decimal:
	"""The order's total in the currency of the account that advances are booked on."""
	prefix = (
		"base_" if currency == frappe.get_cached_value("Company", order.company, "default_currency") else ""
	)
	return to_decimal(order[f"{prefix}rounded_total"] or order[f"{prefix}grand_total"])
