"""One invoice or credit note, with all that its page shows."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import frappe
from frappe.utils import getdate

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.documents import related, settlements, statuses, totals
from customer_portal_ext.documents.decimals import with_decimals
from customer_portal_ext.documents.kinds import KINDS, Kind, scope
from customer_portal_ext.documents.lines import LINE_FIELDS, get_line, get_parts
from customer_portal_ext.documents.prepared import prepared, value
from customer_portal_ext.documents.sales_documents import get_common
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
	outstanding = record["outstanding_amount"]
	settled = totals.get_total_in_account_currency(record) - outstanding
	schedule = [] if record["is_return"] else get_schedule(record, parts.instalments, settled)
	settled_by = settlements.get_settlements(visitor, record)
	return {
		**get_common(visitor, kind, record),
		"due_date": None if record["is_return"] else record["due_date"],
		"status": get_status(kind, visitor, record, schedule, settled, today),
		"currency": record["currency"],
		"account_currency": record["party_account_currency"] or record["currency"],
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
		"discount_terms": [row["discount_offer"] for row in schedule if row["discount_offer"]],
		"related": related.get_related(visitor, record, parts.lines),
	}


def get_status(
	kind: Kind, visitor: Visitor, record: dict, schedule: list[dict], settled: Decimal, today: date
) -> dict:
	"""The state in words, decided by the same SQL term as in the lists. One statement."""
	values = {"customers": visitor.row_scope, "name": record["name"], "today": today}
	found = _select_status(values, kind.key)
	overdue_from = statuses.get_overdue_from(schedule, settled, record["due_date"], today)
	return statuses.describe(found[0].status, _, overdue_from, today)


@prepared
def _select_status(kind_key: str):
	kind = KINDS[kind_key]
	table = kind.table
	status = kind.columns(table, value("today"))["status"]
	return (
		frappe.qb.from_(table)
		.select(status.as_("status"))
		.where(scope(kind, table, value("customers")) & (table.name == value("name")))
	)


def get_schedule(record: Mapping, instalments: list[dict], settled: Decimal) -> list[dict]:
	"""The instalments with what is open of each, in the account's currency; none at the point of sale."""
	if record["is_pos"]:
		return []
	same_currency = record["party_account_currency"] in (record["currency"], None, "")
	field = "payment_amount" if same_currency else "base_payment_amount"
	return statuses.spread_over_instalments([{**row, "amount": row[field]} for row in instalments], settled)


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
