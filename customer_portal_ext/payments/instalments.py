"""What is open of an invoice's instalments: by ERPNext's own figures where it allocates by term, else the earliest paid first."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

import frappe

from customer_portal_ext.base.currencies import get_decimals
from customer_portal_ext.documents.decimals import to_decimal
from customer_portal_ext.payments.spread import split_instalments, spread

FIELDS = (
	*("name", "posting_date", "due_date", "currency", "party_account_currency", "conversion_rate"),
	"payment_terms_template",
)


@dataclass(frozen=True)
class Instalment:
	"""``number`` is the row of the payment schedule, ``open`` in the receivable account's currency."""

	number: int
	due_date: date
	open: Decimal
	payment_term: str | None


def get_invoices(names: list[str]) -> dict[str, dict]:
	"""FIELDS of these invoices by name, with ``schedule`` (rows by due date) and ``by_term``. No returns, no point of sale's."""
	if not names:
		return {}
	rows = frappe.get_all(
		"Sales Invoice", {"name": ("in", names), "docstatus": 1, "is_return": 0}, list(FIELDS)
	)
	schedules = get_schedules("Sales Invoice", [row.name for row in rows])
	by_term = get_templates_by_term({row.payment_terms_template for row in rows})
	return {
		row.name: {
			**row,
			"schedule": schedules[row.name],
			"by_term": row.payment_terms_template in by_term,
		}
		for row in rows
	}


def get_schedules(doctype: str, names: list[str]) -> dict[str, list[dict]]:
	schedules = defaultdict(list)
	for row in frappe.get_all(
		"Payment Schedule",
		{"parenttype": doctype, "parent": ("in", names or [""])},
		[
			*("parent", "idx", "due_date", "payment_term", "outstanding"),
			*("payment_amount", "base_payment_amount"),
		],
		order_by="due_date, idx",
	):
		schedules[row.parent].append(row)
	return schedules


def get_templates_by_term(names: set[str | None]) -> set[str]:
	"""The Payment Terms Templates among ``names`` that want payments allocated by term."""
	wanted = [name for name in names if name]
	return set(
		frappe.get_all(
			"Payment Terms Template",
			{"name": ("in", wanted or [""]), "allocate_payment_based_on_payment_terms": 1},
			pluck="name",
		)
	)


def get_open(invoice: Mapping, outstanding: Decimal, currency: str) -> list[Instalment]:
	"""The open instalments by due date; empty for an invoice that is due at once as a whole.

	:param outstanding: of the whole invoice, in ``currency``, the receivable account's.
	"""
	schedule = invoice["schedule"]
	if invoice["by_term"] and is_unambiguous(schedule):
		opened = get_open_by_term(invoice, outstanding, currency)
	elif len(schedule) > 1:
		same_currency = invoice["currency"] == currency
		field = "payment_amount" if same_currency else "base_payment_amount"
		amounts = [to_decimal(row[field]) for row in schedule]
		opened = [
			(row, part, None)
			for row, part in zip(schedule, split_instalments(outstanding, amounts), strict=True)
		]
	else:
		return []
	return [Instalment(row.idx, row.due_date, part, term) for row, part, term in opened if part > 0]


def is_unambiguous(schedule: list[Mapping]) -> bool:
	"""ERPNext finds an instalment by its term alone (payment_entry.py: update_payment_schedule)."""
	terms = Counter(row["payment_term"] for row in schedule)
	return bool(schedule) and None not in terms and "" not in terms and max(terms.values()) == 1


def get_open_by_term(invoice: Mapping, outstanding: Decimal, currency: str) -> list[tuple]:
	"""As payment_entry.py: get_split_invoice_rows counts it, but cut to the smallest unit: it refuses a fraction too much."""
	rate = Decimal(1) if invoice["currency"] == currency else to_decimal(invoice["conversion_rate"])
	unit = Decimal(1).scaleb(-get_decimals(currency))
	amounts = [
		(to_decimal(row["outstanding"]) * rate).quantize(unit, ROUND_DOWN) for row in invoice["schedule"]
	]
	# The schedule may say more than the ledger: credit notes and journal entries leave it alone.
	parts = spread(outstanding, amounts)
	return [(row, part, row["payment_term"]) for row, part in zip(invoice["schedule"], parts, strict=True)]
