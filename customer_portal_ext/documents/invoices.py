"""One invoice or credit note, with all that its page shows."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

import frappe
from frappe.utils import getdate

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.base import open_parts
from customer_portal_ext.base.currencies import get_decimals
from customer_portal_ext.base.open_parts import Scheduled
from customer_portal_ext.documents import due, early_payment, related, settlements, statuses, totals
from customer_portal_ext.documents.decimals import to_decimal, with_decimals
from customer_portal_ext.documents.kinds import KINDS, Kind, scope
from customer_portal_ext.documents.lines import LINE_FIELDS, get_line, get_parts
from customer_portal_ext.documents.prepared import prepared, value
from customer_portal_ext.documents.sales_documents import get_common
from customer_portal_ext.documents.smallest import as_shown, get_unusual
from customer_portal_ext.web.words import _

FIELDS = (
	*LINE_FIELDS,
	"service_start_date",
	"service_end_date",
	"sales_order",
	"delivery_note",
)


@frappe.read_only()
def get_page(visitor: Visitor, kind_key: str, record: dict) -> dict:
	"""The context of pages/document.html for a record that the guard has checked. At most seven statements."""
	kind = KINDS[kind_key]
	record = with_decimals(record)
	today = getdate()
	parts = get_parts(kind.doctype, record["name"], FIELDS)
	account_currency = record["party_account_currency"] or record["currency"]
	outstanding = as_shown(record["outstanding_amount"], account_currency)
	settled = totals.get_total_in_account_currency(record) - outstanding
	state = get_state(kind, visitor.row_scope, record, today)
	schedule = [] if record["is_return"] else get_schedule(record, parts.instalments, state["credited"])
	schedule = with_discount_offers(record, schedule, today)
	offers = [row["discount_offer"] for row in schedule if row["discount_offer"]]
	settled_by = settlements.get_settlements(visitor, record)
	return {
		**get_common(visitor, kind, record),
		"due_date": None if record["is_return"] else get_last_due(record, schedule),
		"next_due_date": state["due_date"] if outstanding > 0 else None,
		"status": state["status"],
		"currency": record["currency"],
		"account_currency": account_currency,
		"total": totals.get_total(record),
		"outstanding": outstanding,
		"is_credit": bool(record["is_return"]),
		"in_words": record["in_words"],
		"lines": [get_line(line) for line in parts.lines],
		"totals": totals.get_rows(record, parts.taxes, _),
		"settlements": settled_by,
		"settled_sums": get_settled_sums(record, settled),
		# a single instalment says no more than the due date
		"schedule": [
			{**row, "status": describe_instalment(row, today)} for row in schedule if len(schedule) > 1
		],
		"discount_terms": offers if len(schedule) == 1 else [],
		"payable": outstanding - sum((offer["amount"] for offer in offers), Decimal(0)),
		"related": related.get_related(visitor, record, parts.lines),
	}


def get_state(kind: Kind, customers: Iterable[str], record: dict, today: date) -> dict:
	"""`{"status", "due_date", "credited"}`, decided by the same SQL terms as in the lists. One statement.

	`due_date` is that of the earliest part that is open, `credited` what credit notes took off the invoice.
	"""
	values = {"customers": tuple(customers), "name": record["name"], "today": today}
	found = _select_state(values, kind.key, tuple(get_unusual().items()))[0]
	overdue_from = found.due_date if found.status == "overdue" else None
	return {
		"status": statuses.describe(found.status, _, overdue_from, today),
		"due_date": found.due_date,
		"credited": to_decimal(found.credited),
	}


@prepared
def _select_state(kind_key: str, smallest_units: tuple):
	kind = KINDS[kind_key]
	table = kind.table
	columns = kind.columns(table, value("today"))
	return (
		frappe.qb.from_(table)
		.select(columns["status"].as_("status"), columns["due_date"].as_("due_date"))
		.select(due.credited().as_("credited"))
		.where(scope(kind, table, value("customers")) & (table.name == value("name")))
	)


def get_schedule(record: Mapping, instalments: list[dict], credited: Decimal) -> list[dict]:
	"""The instalments by due date, with `amount` and what is `open` of each, in the account's currency; none at the point of
	sale. What is open of them adds up, as shown, to what is open of the invoice."""
	if record["is_pos"] or not instalments:
		return []
	currency = record["party_account_currency"] or record["currency"]
	same_currency = currency == record["currency"]
	rate = Decimal(1) if same_currency else record["conversion_rate"]
	rows = sorted(instalments, key=lambda row: (row["due_date"], row["idx"]))
	schedule = [
		Scheduled(
			row["due_date"],
			row["payment_amount"] * rate,
			(row["paid_amount"] + row["discounted_amount"]) * rate,
		)
		for row in rows
	]
	asked_for = totals.get_scheduled(record)
	is_open = as_shown(record["outstanding_amount"], currency) > 0
	opened = open_parts.get_open(
		record["outstanding_amount"] if is_open else Decimal(0), schedule, credited, asked_for
	)
	exponent = get_decimals(currency)
	amounts = open_parts.show_parts(open_parts.get_amounts(schedule, asked_for), exponent)
	shown = open_parts.show_parts(opened, exponent)
	return [
		{**row, "amount": amount, "open": part}
		for row, amount, part in zip(rows, amounts, shown, strict=True)
	]


def with_discount_offers(record: Mapping, schedule: list[dict], today: date) -> list[dict]:
	"""The rows with a `discount_offer`: `{"until", "amount"}` where the instalment need not be paid in full today, in the account's
	currency, else None. One statement at most, where there is any."""
	amounts = [early_payment.get_discount(record, row, row["open"], today) for row in schedule]
	is_taken = any(amounts) and early_payment.can_be_allocated(record["name"], schedule)
	return [
		{
			**row,
			"discount_offer": {"until": row["discount_date"], "amount": amount}
			if is_taken and amount
			else None,
		}
		for row, amount in zip(schedule, amounts, strict=True)
	]


def get_last_due(record: Mapping, schedule: list[dict]) -> date:
	"""By when all is to be paid. ERPNext's own date adds up the days of a template's terms; the schedule counts."""
	return schedule[-1]["due_date"] if schedule else record["due_date"]


def describe_instalment(instalment: Mapping, today: date) -> dict:
	if not instalment["open"]:
		return statuses.describe("paid", _)
	if instalment["due_date"] < today:
		return statuses.describe("overdue", _, instalment["due_date"], today)
	return statuses.describe("partly_paid" if instalment["open"] < instalment["amount"] else "unpaid", _)


def get_settled_sums(record: Mapping, settled: Decimal) -> list[dict]:
	"""`[{"label", "amount"}]` in the account's currency, from the total to what is open. The total itself comes first
	where the invoice is in another currency."""
	total = totals.get_total_in_account_currency(record)
	sums = []
	if record["party_account_currency"] not in (record["currency"], None, ""):
		sums.append({"label": _("Total in {0}").format(record["party_account_currency"]), "amount": total})
	if settled and record["is_return"]:
		sums.append({"label": _("Used"), "amount": -settled})
	elif settled:
		sums.append({"label": _("Paid and credited"), "amount": -settled})
	return sums
