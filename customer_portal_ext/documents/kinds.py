"""The kinds of document a customer may see, and the one rule per kind that says whose they are.

A further kind is one more ``Kind`` in ``KINDS``: its row scope, its explicit field list and its list columns. The
guard, the list engine, the details and the downloads need no other change.

This module knows nothing of visitors or requests: it gets the customers it may look at from its caller, ``access.guard``
for a single record and ``documents.lists`` for many.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import frappe
from pypika.queries import Table
from pypika.terms import Criterion, Term

from customer_portal_ext.documents import accepted_orders, columns, parties, row_limits, sales_columns, search
from customer_portal_ext.documents.fields import (
	DELIVERY_NOTE_FIELDS,
	PAYMENT_ENTRY_FIELDS,
	QUOTATION_FIELDS,
	SALES_INVOICE_FIELDS,
	SALES_ORDER_FIELDS,
)
from customer_portal_ext.documents.parties import Parties
from customer_portal_ext.documents.prepared import prepared, value
from customer_portal_ext.web.words import _lt


@dataclass(frozen=True)
class Kind:
	"""One kind of document. ``fields`` is all that a customer may ever see of its row; nothing else is selected."""

	key: str
	doctype: str
	capability: str
	label: Any
	label_plural: Any
	date_field: str
	customer_field: str
	fields: tuple[str, ...]
	# what a row must be, beside being submitted and belonging to one of the visitor's customers
	conditions: Callable[[Table], Criterion]
	# what a list shows of it: the names of columns.NAMES, each an SQL term
	columns: Callable[[Table, date | Term], dict[str, Term]]
	# rows that contain a LIKE pattern in their number, purchase order or item texts
	search: Callable[[Table, Term], Criterion]
	# the status keys of this kind, in the order a filter offers them
	statuses: tuple[str, ...]
	# drafts that the portal's pages show, beside what is submitted
	drafts: Callable[[Table], Criterion] | None = None
	# whether those of a lead or prospect are the customer's that it became
	is_made_out_to_leads: bool = False

	@property
	def table(self) -> Table:
		return frappe.qb.DocType(self.doctype)


INVOICE = Kind(
	key="invoice",
	doctype="Sales Invoice",
	capability="invoices",
	label=_lt("Invoice"),
	label_plural=_lt("Invoices"),
	date_field="posting_date",
	customer_field="customer",
	fields=SALES_INVOICE_FIELDS,
	conditions=lambda table: table.is_return == 0,
	columns=columns.of_invoice,
	search=search.in_sales_invoice,
	statuses=("overdue", "partly_paid", "unpaid", "paid", "credited"),
)

CREDIT_NOTE = Kind(
	key="credit_note",
	doctype="Sales Invoice",
	capability="credit_notes",
	label=_lt("Credit note"),
	label_plural=_lt("Credit notes"),
	date_field="posting_date",
	customer_field="customer",
	fields=SALES_INVOICE_FIELDS,
	conditions=lambda table: table.is_return == 1,
	columns=columns.of_credit_note,
	search=search.in_sales_invoice,
	statuses=("credit", "credit_used"),
)

PAYMENT = Kind(
	key="payment",
	doctype="Payment Entry",
	capability="payments_history",
	label=_lt("Payment"),
	label_plural=_lt("Payments"),
	date_field="posting_date",
	customer_field="party",
	fields=PAYMENT_ENTRY_FIELDS,
	# an Internal Transfer has no party; "Pay" to a customer is a refund
	conditions=lambda table: (table.party_type == "Customer") & table.payment_type.isin(("Receive", "Pay")),
	columns=columns.of_payment,
	search=search.in_payment_entry,
	statuses=("received", "unallocated", "refunded"),
)

QUOTATION = Kind(
	key="quotation",
	doctype="Quotation",
	capability="quotations",
	label=_lt("Quotation"),
	label_plural=_lt("Quotations"),
	date_field="transaction_date",
	customer_field="party_name",
	fields=QUOTATION_FIELDS,
	conditions=lambda table: table.docstatus == 1,
	columns=sales_columns.of_quotation,
	search=search.in_quotation,
	statuses=("valid", "accepted", "partly_ordered", "ordered", "expired", "declined"),
	is_made_out_to_leads=True,
)

ORDER = Kind(
	key="order",
	doctype="Sales Order",
	capability="orders",
	label=_lt("Order"),
	label_plural=_lt("Orders"),
	date_field="transaction_date",
	customer_field="customer",
	fields=SALES_ORDER_FIELDS,
	conditions=lambda table: table.docstatus < 2,
	columns=sales_columns.of_order,
	search=search.in_sales_order,
	statuses=(
		*("being_checked", "confirmed", "partly_delivered", "delivered", "completed", "on_hold", "closed"),
	),
	drafts=accepted_orders.is_being_checked,
)

DELIVERY = Kind(
	key="delivery",
	doctype="Delivery Note",
	capability="deliveries",
	label=_lt("Delivery"),
	label_plural=_lt("Deliveries"),
	date_field="posting_date",
	customer_field="customer",
	fields=DELIVERY_NOTE_FIELDS,
	conditions=lambda table: table.docstatus == 1,
	columns=sales_columns.of_delivery,
	search=search.in_delivery_note,
	statuses=("on_the_way", "delivered", "lost_on_the_way", "returned", "return"),
)

KINDS: dict[str, Kind] = {
	kind.key: kind for kind in (INVOICE, CREDIT_NOTE, PAYMENT, QUOTATION, ORDER, DELIVERY)
}


def get_kind(key: str) -> Kind:
	"""The kind registered under `key`. A KeyError here is a programming error: keys come from page modules, not visitors."""
	return KINDS[key]


def get_parties(kind: Kind, customers: Iterable[str] | Term | Parties) -> Parties:
	"""Who documents of this kind may be made out to, to be these customers'."""
	if isinstance(customers, Term):
		return Parties(customers)
	if not isinstance(customers, Parties):
		return parties.of(customers) if kind.is_made_out_to_leads else Parties(tuple(customers))
	return customers if kind.is_made_out_to_leads else Parties(customers.customers)


def resolve(kinds: Iterable[Kind], customers: Iterable[str] | Parties) -> Parties:
	"""The same for several kinds at once: at most one statement for all of them."""
	if isinstance(customers, Parties):
		return customers
	if any(kind.is_made_out_to_leads for kind in kinds):
		return parties.of(customers)
	return Parties(tuple(customers))


def scope(
	kind: Kind, table: Table, customers: Iterable[str] | Term | Parties, as_kept: bool = False
) -> Criterion:
	"""The row scope: the one place that says which rows of this kind belong to these customers.

	Drafts and cancelled documents are nobody's, but for the drafts that the kind names. No customers, no rows: `IN ()`
	would be a syntax error, not "none". Of a prepared statement, `customers` is the place where they go: one at least.

	:param as_kept: for who is given the rows themselves, not the portal's pages: no drafts then, for their fields are what
		staff are typing, and the pages show what was accepted instead.
	"""
	whose = get_parties(kind, customers)
	if not whose:
		return table.name.isnull()
	belongs = (
		parties.belongs(table, whose)
		if kind.is_made_out_to_leads
		else table[kind.customer_field].isin(whose.customers)
	)
	shown = table.docstatus == 1
	if kind.drafts and not as_kept:
		shown = shown | ((table.docstatus == 0) & kind.drafts(table))
	return row_limits.within_limits(shown & belongs & kind.conditions(table), kind.doctype, table)


def find(kind: Kind, customers: Iterable[str] | Parties, name: str, as_kept: bool = False) -> dict | None:
	"""The listed fields of one document of these customers, or None when it is missing, foreign, draft or cancelled.

	MariaDB compares names without regard to case and accents; a document answers to its exact name alone, so that one
	page has one address.
	"""
	whose = get_parties(kind, customers)
	if not whose:
		return None
	rows = _select_record({**whose.get_values(), "name": name}, kind.key, whose.given, as_kept)
	return rows[0] if rows and rows[0].name == name else None


@prepared
def _select_record(kind_key: str, given: tuple[str, ...], as_kept: bool):
	kind = KINDS[kind_key]
	table = kind.table
	return (
		frappe.qb.from_(table)
		.select(*(table[field] for field in kind.fields))
		.where(scope(kind, table, get_places(given), as_kept) & (table.name == value("name")))
		.limit(1)
	)


def get_places(given: tuple[str, ...]) -> Parties:
	"""Where the names of ``Parties.get_values`` go in a prepared statement."""
	return Parties(**{name: value(name) for name in given})
