"""One engine for every list of documents: the rows of any kinds together, in one statement, and one more to count them.

A list of several kinds is a UNION ALL of one branch per kind. Each branch sorts and limits itself, so that what a page
costs follows from the page, and the index of the kind's own table serves the sorting.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import frappe
from frappe.query_builder.custom import ConstantColumn
from pypika import Case, Order
from pypika.functions import Abs, Count, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, Field, Term

from customer_portal_ext.documents import columns, search, statuses
from customer_portal_ext.documents.decimals import with_decimals
from customer_portal_ext.documents.filters import Filters
from customer_portal_ext.documents.kinds import Kind, resolve, scope
from customer_portal_ext.documents.parties import Parties
from customer_portal_ext.documents.smallest import as_shown

# what a list may be sorted by; a name here is a column of every branch
SORTS = (
	*("kind", "name", "date", "due_date", "po_no", "company", "amount", "outstanding"),
	*("delivered", "invoiced", "tracking", "status"),
)


@dataclass(frozen=True)
class Rows:
	"""One page of a list. `page` is the page shown: the last one when the page asked for lies beyond it."""

	rows: list[dict]
	total: int
	page: int
	pages: int


@frappe.read_only()
def get_rows(
	kinds: Iterable[Kind], customers: Iterable[str] | Parties, filters: Filters, today: date
) -> Rows:
	"""The rows of these kinds that belong to these customers, as `filters` asks. Two statements at most.

	Each row holds `kind` (a key), columns.NAMES, and `overdue_from`; amounts are Decimal in the currency beside them,
	`outstanding` in whole smallest units of it.
	"""
	kinds = [
		kind
		for kind in kinds
		if (not filters.type or kind.key == filters.type) and get_wanted_statuses(kind, filters)
	]
	customers = resolve(kinds, customers)
	total = count(
		[get_branch(kind, customers, filters, today, get_filtered_columns(filters)) for kind in kinds]
	)
	pages = max(1, -(-total // filters.size))
	page = min(filters.page, pages)
	rows = []
	if total:
		rows = fetch([get_branch(kind, customers, filters, today) for kind in kinds], filters, page)
	return Rows(rows=rows, total=total, page=page, pages=pages)


@frappe.read_only()
def get_tops(
	wanted: Mapping[str, tuple[Iterable[Kind], Filters]], customers: Iterable[str] | Parties, today: date
) -> dict[str, list[dict]]:
	"""The first rows of several lists at once, without counting them. One statement."""
	customers = resolve([kind for kinds, _ in wanted.values() for kind in kinds], customers)
	queries = []
	for key, (kinds, filters) in wanted.items():
		branches = [get_branch(kind, customers, filters, today) for kind in kinds]
		if branches:
			top = get_query(branches, filters, page=1).as_(f"top_{key}")
			queries.append(frappe.qb.from_(top).select(ConstantColumn(key).as_("list"), top.star))
	tops: dict[str, list[dict]] = {key: [] for key in wanted}
	found = [complete(row) for row in union(queries).run(as_dict=True)] if queries else []
	for row in found:
		tops[row.pop("list")].append(row)
	# a UNION promises no order
	return {key: sort_rows(rows, wanted[key][1]) for key, rows in tops.items()}


def get_top_rows(
	kinds: Iterable[Kind], customers: Iterable[str] | Parties, filters: Filters, today: date
) -> list[dict]:
	"""The first rows of such a list, without counting them. One statement."""
	return get_tops({"top": (kinds, filters)}, customers, today)["top"]


@frappe.read_only()
def get_named_rows(
	wanted: Iterable[tuple[Kind, Iterable[str]]],
	customers: Iterable[str] | Parties,
	filters: Filters,
	today: date,
) -> list[dict]:
	"""The rows of documents known by name, those that belong to these customers. One statement."""
	wanted = list(wanted)
	customers = resolve([kind for kind, _ in wanted], customers)
	branches = []
	for kind, names in wanted:
		branch = get_branch(kind, customers, filters, today)
		branches.append(branch.where(Field("name").isin(tuple(names))))
	return fetch(branches, filters, page=1)


def get_wanted_statuses(kind: Kind, filters: Filters) -> tuple[str, ...]:
	"""Those of the kind's states that the filter lets through; none when the kind knows no such state."""
	if not filters.status:
		return kind.statuses
	wanted = statuses.OPEN if filters.status == "open" else (filters.status,)
	return tuple(status for status in kind.statuses if status in wanted)


def get_filtered_columns(filters: Filters) -> tuple[str, ...]:
	"""The columns that a count needs: those that are filtered by after they are worked out."""
	needed = ["name"]
	if filters.status:
		needed.append("status")
	if (filters.amount_from, filters.amount_to) != (None, None):
		needed.append("amount")
	return tuple(needed)


def get_branch(
	kind: Kind,
	customers: Parties,
	filters: Filters,
	today: date,
	names: tuple[str, ...] = columns.NAMES,
) -> QueryBuilder:
	"""All rows of one kind that pass the filters, unsorted. MariaDB merges the inner SELECT into the outer one."""
	table = kind.table
	terms = kind.columns(table, today)
	inner = (
		frappe.qb.from_(table)
		.select(ConstantColumn(kind.key).as_("kind"), *(terms[name].as_(name) for name in names))
		.where(scope(kind, table, customers))
	)
	posting_date = table[kind.date_field]
	if filters.date_from:
		inner = inner.where(posting_date >= filters.date_from)
	if filters.date_to:
		inner = inner.where(posting_date <= filters.date_to)
	if filters.company:
		inner = inner.where(table.company == filters.company)
	for pattern in search.get_patterns(filters.search):
		inner = inner.where(kind.search(table, pattern))

	document = inner.as_("document")
	query = frappe.qb.from_(document)
	if filters.status:
		query = query.where(document.status.isin(get_wanted_statuses(kind, filters)))
	# a credit note of 120 is found by 120, though it is shown as -120
	if filters.amount_from is not None:
		query = query.where(Abs(document.amount) >= as_literal(filters.amount_from))
	if filters.amount_to is not None:
		query = query.where(Abs(document.amount) <= as_literal(filters.amount_to))
	return query


def as_literal(amount: Decimal) -> Term:
	"""The amount as the database's own decimal number: a quoted one would be compared as a float."""
	return frappe.qb.terms.LiteralValue(f"{amount:f}")


def count(branches: list[QueryBuilder]) -> int:
	"""How many rows there are. Counted per branch, so that no branch has to be written to a temporary table."""
	if not branches:
		return 0
	counts = union([branch.select(Count("*").as_("found")) for branch in branches])
	return int(frappe.qb.from_(counts.as_("counts")).select(Sum(Field("found"))).run()[0][0])


def fetch(branches: list[QueryBuilder], filters: Filters, page: int) -> list[dict]:
	"""The rows of one page."""
	return [complete(row) for row in get_query(branches, filters, page).run(as_dict=True)]


def complete(row: Mapping) -> dict:
	"""A row with Decimals, what is open as it is shown, and the day since which it is late."""
	row = with_decimals(row)
	if row["outstanding"] is not None:
		row["outstanding"] = as_shown(row["outstanding"], row["outstanding_currency"] or row["currency"])
	row["overdue_from"] = row["due_date"] if row["status"] == "overdue" else None
	return row


def get_query(branches: list[QueryBuilder], filters: Filters, page: int) -> QueryBuilder:
	offset = (page - 1) * filters.size
	if len(branches) == 1:
		return sort(branches[0].select("*"), filters).limit(filters.size).offset(offset)
	tops = [sort(branch.select("*"), filters).limit(offset + filters.size).as_("top") for branch in branches]
	merged = union([frappe.qb.from_(top).select("*") for top in tops]).as_("merged")
	return sort(frappe.qb.from_(merged).select("*"), filters).limit(filters.size).offset(offset)


def union(queries: list[QueryBuilder]):
	merged = queries[0]
	for query in queries[1:]:
		merged = merged.union_all(query)
	return merged


def sort(query: QueryBuilder, filters: Filters) -> QueryBuilder:
	"""Sorted as asked; rows that are alike in it come newest first, and no two rows are alike in everything."""
	key = filters.sort_key
	assert key in SORTS, key
	order = Order.desc if filters.is_descending else Order.asc
	if key == "due_date":
		# what is due on no day comes last either way
		query = query.orderby(Field(key).isnull())
	query = query.orderby(rank_of_status() if key == "status" else Field(key), order=order)
	tie_order = order if key == "date" else Order.desc
	if key != "date":
		query = query.orderby(Field("date"), order=Order.desc)
	return query.orderby(Field("name"), order=tie_order) if key != "name" else query


def sort_rows(rows: list[dict], filters: Filters) -> list[dict]:
	"""The same order for rows that are already here, by a date or a name."""
	key = filters.sort_key
	newest_first = sorted(rows, key=lambda row: (row["date"], row["name"]), reverse=True)
	with_value = [row for row in newest_first if row[key] is not None]
	without = [row for row in newest_first if row[key] is None]
	return sorted(with_value, key=lambda row: row[key], reverse=filters.is_descending) + without


def rank_of_status() -> Term:
	rank = Case()
	for position, status in enumerate(statuses.ORDER):
		rank = rank.when(Field("status") == status, position)
	return rank


@frappe.read_only()
def get_companies(kinds: Iterable[Kind], customers: Iterable[str]) -> list[str]:
	"""The companies that have documents of these kinds with these customers, in order; no other company's name is given."""
	kinds = list(kinds)
	customers = resolve(kinds, customers)
	tables: dict[str, list[Kind]] = {}
	for kind in kinds:
		tables.setdefault(kind.doctype, []).append(kind)
	queries = []
	for same_table in tables.values():
		table = same_table[0].table
		belongs: Criterion = scope(same_table[0], table, customers)
		for kind in same_table[1:]:
			belongs = belongs | scope(kind, table, customers)
		queries.append(frappe.qb.from_(table).select(table.company).distinct().where(belongs))
	return sorted({company for (company,) in union(queries).run() if company})
