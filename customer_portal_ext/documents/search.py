"""Which documents contain what a visitor typed: in their number, the purchase order's number or their items' texts."""

import frappe
from pypika.queries import Table
from pypika.terms import Criterion, ExistsCriterion

MAXIMUM_WORDS = 6


def get_patterns(text: str) -> list[str]:
	"""One LIKE pattern per word of `text`; every one of them has to be found.

	`%`, `_` and `\\` are what the visitor typed, not wildcards.
	"""
	words = text.split()[:MAXIMUM_WORDS]
	return ["%" + _escape(word) + "%" for word in words]


def _escape(word: str) -> str:
	return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def in_sales_invoice(invoice: Table, pattern: str) -> Criterion:
	item = frappe.qb.DocType("Sales Invoice Item")
	with_item = (
		frappe.qb.from_(item)
		.select(item.name)
		.where((item.parent == invoice.name) & (item.parenttype == "Sales Invoice"))
		.where(
			item.item_code.like(pattern)
			| item.item_name.like(pattern)
			| item.customer_item_code.like(pattern)
			| item.description.like(pattern)
		)
	)
	return invoice.name.like(pattern) | invoice.po_no.like(pattern) | ExistsCriterion(with_item)


def in_payment_entry(payment: Table, pattern: str) -> Criterion:
	"""A payment is found by its own number, the bank's reference, and the numbers of what it paid."""
	reference = frappe.qb.DocType("Payment Entry Reference")
	with_reference = (
		frappe.qb.from_(reference)
		.select(reference.name)
		.where((reference.parent == payment.name) & (reference.parenttype == "Payment Entry"))
		.where(reference.reference_name.like(pattern))
	)
	return payment.name.like(pattern) | payment.reference_no.like(pattern) | ExistsCriterion(with_reference)
