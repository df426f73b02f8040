"""Which documents contain what a visitor typed: in their number, the purchase order's number or their items' texts."""

import frappe
from pypika.queries import Table
from pypika.terms import Criterion, ExistsCriterion, Term

from customer_portal_ext.documents import accepted_orders

MAXIMUM_WORDS = 6


def get_patterns(text: str) -> list[str]:
	"""One LIKE pattern per word of `text`; every one of them has to be found.

	`%`, `_` and `\\` are what the visitor typed, not wildcards.
	"""
	words = text.split()[:MAXIMUM_WORDS]
	return ["%" + _escape(word) + "%" for word in words]


def _escape(word: str) -> str:
	return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def in_sales_invoice(invoice: Table, pattern: Term) -> Criterion:
	with_item = with_line("Sales Invoice", invoice, pattern)
	return invoice.name.like(pattern) | invoice.po_no.like(pattern) | with_item


def in_quotation(quotation: Table, pattern: Term) -> Criterion:
	return quotation.name.like(pattern) | with_line("Quotation", quotation, pattern)


def in_sales_order(order: Table, pattern: Term) -> Criterion:
	"""Of one that is being checked, what was accepted is searched, not what staff are typing."""
	with_item = with_line("Sales Order", order, pattern)
	confirmed = (order.docstatus == 1) & (order.po_no.like(pattern) | with_item)
	being_checked = (order.docstatus == 0) & accepted_orders.contains(order, pattern)
	return order.name.like(pattern) | confirmed | being_checked


def in_delivery_note(delivery: Table, pattern: Term) -> Criterion:
	"""A delivery is found by its order's number and by the carrier's number for it, too."""
	with_item = with_line("Delivery Note", delivery, pattern, "against_sales_order")
	own = delivery.name.like(pattern) | delivery.po_no.like(pattern) | delivery.lr_no.like(pattern)
	return own | with_item


def with_line(doctype: str, document: Table, pattern: Term, *further: str) -> Criterion:
	"""A line of the document names the pattern in its item's code, name or description, or in a `further` column."""
	item = frappe.qb.DocType(f"{doctype} Item")
	named = item.item_code.like(pattern)
	for column in ("item_name", "customer_item_code", "description", *further):
		named = named | item[column].like(pattern)
	return ExistsCriterion(
		frappe.qb.from_(item)
		.select(item.name)
		.where((item.parent == document.name) & (item.parenttype == doctype))
		.where(named)
	)


def in_payment_entry(payment: Table, pattern: Term) -> Criterion:
	"""A payment is found by its own number, the bank's reference, and the numbers of what it paid."""
	reference = frappe.qb.DocType("Payment Entry Reference")
	with_reference = (
		frappe.qb.from_(reference)
		.select(reference.name)
		.where((reference.parent == payment.name) & (reference.parenttype == "Payment Entry"))
		.where(reference.reference_name.like(pattern))
	)
	return payment.name.like(pattern) | payment.reference_no.like(pattern) | ExistsCriterion(with_reference)
