"""The kinds of document a customer may see, and the one rule per kind that says whose they are.

A further kind (quotation, sales order, delivery note) is one more ``Kind`` in ``KINDS``: its row scope, its explicit
field list and its list columns. The guard, the list engine, the details and the downloads need no other change.

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

from customer_portal_ext.documents import columns, search
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
	columns: Callable[[Table, date], dict[str, Term]]
	# rows that contain a LIKE pattern in their number, purchase order or item texts
	search: Callable[[Table, str], Criterion]
	# the status keys of this kind, in the order a filter offers them
	statuses: tuple[str, ...]

	@property
	def table(self) -> Table:
		return frappe.qb.DocType(self.doctype)


SALES_INVOICE_FIELDS = (
	"name",
	"customer",
	"customer_name",
	"tax_id",
	"company",
	"company_tax_id",
	"company_address_display",
	"posting_date",
	"due_date",
	"currency",
	"conversion_rate",
	"party_account_currency",
	"po_no",
	"po_date",
	"is_pos",
	"is_return",
	"is_debit_note",
	"return_against",
	"update_outstanding_for_self",
	"contact_display",
	"address_display",
	"shipping_address",
	"total_qty",
	"total",
	"net_total",
	"total_taxes_and_charges",
	"apply_discount_on",
	"additional_discount_percentage",
	"discount_amount",
	"grand_total",
	"base_grand_total",
	"rounding_adjustment",
	"rounded_total",
	"base_rounded_total",
	"disable_rounded_total",
	"in_words",
	"outstanding_amount",
	"paid_amount",
	"base_paid_amount",
	"change_amount",
	"base_change_amount",
	"write_off_amount",
	"base_write_off_amount",
	"loyalty_amount",
	"from_date",
	"to_date",
	"terms",
	"letter_head",
	"incoterm",
	"named_place",
)

PAYMENT_ENTRY_FIELDS = (
	"name",
	"party",
	"party_name",
	"company",
	"payment_type",
	"posting_date",
	"mode_of_payment",
	"reference_no",
	"reference_date",
	"paid_amount",
	"paid_from_account_currency",
	"received_amount",
	"paid_to_account_currency",
	"total_allocated_amount",
	"unallocated_amount",
	"letter_head",
)

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

KINDS: dict[str, Kind] = {kind.key: kind for kind in (INVOICE, CREDIT_NOTE, PAYMENT)}


def get_kind(key: str) -> Kind:
	"""The kind registered under `key`. A KeyError here is a programming error: keys come from page modules, not visitors."""
	return KINDS[key]


def scope(kind: Kind, table: Table, customers: Iterable[str]) -> Criterion:
	"""The row scope: the one place that says which rows of this kind belong to these customers.

	Drafts and cancelled documents are nobody's. No customers, no rows: `IN ()` would be a syntax error, not "none".
	"""
	customers = tuple(customers)
	if not customers:
		return table.name.isnull()
	return (table.docstatus == 1) & table[kind.customer_field].isin(customers) & kind.conditions(table)


def find(kind: Kind, customers: Iterable[str], name: str) -> dict | None:
	"""The listed fields of one document of these customers, or None when it is missing, foreign, draft or cancelled.

	MariaDB compares names without regard to case and accents; a document answers to its exact name alone, so that one
	page has one address.
	"""
	table = kind.table
	rows = (
		frappe.qb.from_(table)
		.select(*(table[field] for field in kind.fields))
		.where(scope(kind, table, customers) & (table.name == name))
		.limit(1)
	).run(as_dict=True)
	return rows[0] if rows and rows[0].name == name else None
