"""What is open of an invoice's instalments, and what of each ERPNext's Payment Entry can be allocated."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

import frappe
from frappe.utils import getdate

from customer_portal_ext.base import open_parts
from customer_portal_ext.base.currencies import get_decimals
from customer_portal_ext.base.open_parts import Scheduled
from customer_portal_ext.documents import early_payment, totals
from customer_portal_ext.documents.decimals import to_decimal, with_decimals

FIELDS = (
	*("name", "company", "posting_date", "due_date", "currency", "party_account_currency", "conversion_rate"),
	*("payment_terms_template", "is_pos", "total_advance", "write_off_amount", "base_write_off_amount"),
	*("disable_rounded_total", "grand_total", "rounded_total", "base_grand_total", "base_rounded_total"),
)
# payment_entry.py: get_split_invoice_rows leaves out terms with no more than this.
LEAST_BY_TERM = Decimal("0.1")
ZERO = Decimal(0)


@dataclass(frozen=True)
class Instalment:
	"""``number`` is the row of the payment schedule. ``open``, in the receivable account's currency, is what the ledger has open,
	``shown`` the same in whole smallest units, ``allocatable`` what of it a Payment Entry can be allocated to ``payment_term``,
	``discount`` what of it need not be paid up to ``discount_date``. ``row`` is the row's name."""

	number: int
	due_date: date
	open: Decimal
	shown: Decimal
	allocatable: Decimal
	payment_term: str | None
	discount: Decimal = ZERO
	discount_date: date | None = None
	row: str | None = None


def get_invoices(names: list[str]) -> dict[str, dict]:
	"""FIELDS of these invoices by name, with ``schedule`` (rows by due date) and ``by_term``. No returns."""
	if not names:
		return {}
	rows = frappe.get_all(
		"Sales Invoice", {"name": ("in", names), "docstatus": 1, "is_return": 0}, list(FIELDS)
	)
	schedules = get_schedules("Sales Invoice", [row.name for row in rows if not row.is_pos])
	by_term = get_templates_by_term({row.payment_terms_template for row in rows})
	return {
		row.name: {
			**with_decimals(row),
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
			*("name", "parent", "idx", "due_date", "payment_term", "outstanding"),
			*("payment_amount", "base_payment_amount", "paid_amount", *early_payment.FIELDS),
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


def get_open(invoice: Mapping, outstanding: Decimal, credited: Decimal, currency: str) -> list[Instalment]:
	"""The instalments by due date, as ``base.open_parts`` has them; one for an invoice without a schedule.

	:param outstanding: of the whole invoice, in ``currency``, the receivable account's; ``credited`` by credit notes.
	"""
	schedule = invoice["schedule"]
	if not schedule:
		shown = open_parts.as_shown(outstanding, get_decimals(currency))
		allocatable = ZERO if invoice["by_term"] else outstanding
		return [Instalment(0, invoice["due_date"], outstanding, shown, allocatable, None)]
	rate = Decimal(1) if invoice["currency"] == currency else invoice["conversion_rate"]
	opened = open_parts.get_open(
		outstanding,
		[
			Scheduled(
				row.due_date,
				to_decimal(row.payment_amount) * rate,
				(to_decimal(row.paid_amount) + to_decimal(row.discounted_amount)) * rate,
			)
			for row in schedule
		],
		credited,
		totals.get_scheduled(invoice),
	)
	shown = open_parts.show_parts(opened, get_decimals(currency))
	if invoice["by_term"]:
		by_name = early_payment.is_unambiguous(row.payment_term for row in schedule)
		terms = [row.payment_term if by_name else None for row in schedule]
		limits = [get_limit(row, rate, currency) if by_name else ZERO for row in schedule]
	else:
		terms, limits = [None] * len(schedule), opened
	return [
		get_instalment(invoice, row, part, seen, min(part, limit), term)
		for row, part, seen, limit, term in zip(schedule, opened, shown, limits, terms, strict=True)
	]


def get_instalment(
	invoice: Mapping, row: Mapping, part: Decimal, shown: Decimal, allocatable: Decimal, term: str | None
) -> Instalment:
	discount = early_payment.get_discount(invoice, row, shown, getdate())
	# a Payment Entry settles the discount together with what is paid
	discount = discount if discount < allocatable else ZERO
	until = row.discount_date if discount else None
	return Instalment(row.idx, row.due_date, part, shown, allocatable, term, discount, until, row.name)


def get_limit(row: Mapping, rate: Decimal, currency: str) -> Decimal:
	"""What ERPNext takes for a term, cut to the smallest unit: it refuses a fraction too much."""
	outstanding = to_decimal(row["outstanding"])
	if outstanding <= LEAST_BY_TERM:
		return ZERO
	if rate == 1:
		return outstanding
	return (outstanding * rate).quantize(Decimal(1).scaleb(-get_decimals(currency)), ROUND_DOWN)
