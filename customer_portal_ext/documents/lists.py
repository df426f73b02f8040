"""One engine for every list of documents: the rows of any kinds together, in one statement, and one more to count them.

A list of several kinds is a UNION ALL of one branch per kind. Each branch sorts and limits itself, so that what a page
costs follows from the page, and the index of the kind's own table serves the sorting.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import frappe
from frappe.query_builder.custom import ConstantColumn
from pypika import Case, Order
from pypika.functions import Abs, Count, Sum
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, Field, Term

from customer_portal_ext.documents import columns, search, statuses
from customer_portal_ext.documents.decimals import with_decimals
from customer_portal_ext.documents.filters import Filters
from customer_portal_ext.documents.kinds import KINDS, Kind, get_places, resolve, scope
from customer_portal_ext.documents.parties import Parties
from customer_portal_ext.documents.prepared import prepared, value
from customer_portal_ext.documents.smallest import as_shown

# what a list may be sorted by; a name here is a column of every branch
SORTS = (
	*("kind", "name", "date", "due_date", "po_no", "company", "amount", "outstanding"),
	*("delivered", "invoiced", "tracking", "status"),
)
# the filters whose values go into a statement as they are
VALUES = ("date_from", "date_to", "company", "amount_from", "amount_to")


@dataclass(frozen=True)
class Rows:
	"""One page of a list. `page` is the page shown: the last one when the page asked for lies beyond it."""

	rows: list[dict]
	total: int
	page: int
	pages: int


class Shape(NamedTuple):
	"""What of a list the text of its statement depends on; the rest goes into it as values, see get_values."""

	kinds: tuple[str, ...]
	status: str
	sort_key: str
	is_descending: bool
	words: int
	# the names of the filters that have a value
	given: frozenset[str]
	# whose documents they are: the fields of Parties that are not empty
	whose: tuple[str, ...]


def get_shape(kinds: Iterable[Kind], filters: Filters, whose: Parties) -> Shape:
	return Shape(
		tuple(kind.key for kind in kinds),
		filters.status,
		filters.sort_key,
		filters.is_descending,
		len(search.get_patterns(filters.search)),
		frozenset(name for name in VALUES if getattr(filters, name) not in (None, "")),
		whose.given,
	)


def get_values(whose: Parties, filters: Filters, today: date, page: int = 1) -> dict[str, Any]:
	offset = (page - 1) * filters.size
	return {
		**whose.get_values(),
		"today": today,
		"size": filters.size,
		"offset": offset,
		"end": offset + filters.size,
		**{name: getattr(filters, name) for name in VALUES},
		**{f"word_{place}": word for place, word in enumerate(search.get_patterns(filters.search))},
	}


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
		if (not filters.type or kind.key == filters.type) and get_wanted_statuses(kind, filters.status)
	]
	whose = resolve(kinds, customers)
	shape = get_shape(kinds, filters, whose)
	total = int(_count(get_values(whose, filters, today), shape)[0].found) if whose and kinds else 0
	pages = max(1, -(-total // filters.size))
	page = min(filters.page, pages)
	rows = []
	if total:
		rows = [complete(row) for row in _fetch(get_values(whose, filters, today, page), shape)]
	return Rows(rows=rows, total=total, page=page, pages=pages)


@frappe.read_only()
def get_tops(
	wanted: Mapping[str, tuple[Iterable[Kind], Filters]], customers: Iterable[str] | Parties, today: date
) -> dict[str, list[dict]]:
	"""The first rows of several lists at once, without counting them, by nothing but a state. One statement."""
	whose = resolve([kind for kinds, _filters in wanted.values() for kind in kinds], customers)
	shapes = {key: get_shape(kinds, filters, whose) for key, (kinds, filters) in wanted.items()}
	shapes = {key: shape for key, shape in shapes.items() if shape.kinds}
	values = {**whose.get_values(), "today": today, "offset": 0}
	values |= {f"size_{key}": filters.size for key, (_kinds, filters) in wanted.items()}
	tops: dict[str, list[dict]] = {key: [] for key in wanted}
	found = _fetch_tops(values, *shapes.items()) if whose and shapes else []
	for row in map(complete, found):
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
	names = {kind.key: tuple(names) for kind, names in wanted}
	kinds = [KINDS[key] for key in names if names[key]]
	whose = resolve(kinds, customers)
	if not whose or not kinds:
		return []
	values = get_values(whose, filters, today) | {f"names_{key}": names[key] for key in names}
	return [complete(row) for row in _fetch_named(values, get_shape(kinds, filters, whose))]


def get_wanted_statuses(kind: Kind, wanted: str) -> tuple[str, ...]:
	"""Those of the kind's states that the filter lets through; none when the kind knows no such state."""
	if not wanted:
		return kind.statuses
	chosen = statuses.OPEN if wanted == "open" else (wanted,)
	return tuple(status for status in kind.statuses if status in chosen)


def get_filtered_columns(shape: Shape) -> tuple[str, ...]:
	"""The columns that a count needs: those that are filtered by after they are worked out."""
	needed = ["name"]
	if shape.status:
		needed.append("status")
	if shape.given & {"amount_from", "amount_to"}:
		needed.append("amount")
	return tuple(needed)


def get_branch(kind: Kind, shape: Shape, names: tuple[str, ...] = columns.NAMES) -> QueryBuilder:
	"""All rows of one kind that pass the filters, unsorted. MariaDB merges the inner SELECT into the outer one."""
	table = kind.table
	terms = kind.columns(table, value("today"))
	inner = (
		frappe.qb.from_(table)
		.select(ConstantColumn(kind.key).as_("kind"), *(terms[name].as_(name) for name in names))
		.where(scope(kind, table, get_places(shape.whose)))
	)
	posting_date = table[kind.date_field]
	if "date_from" in shape.given:
		inner = inner.where(posting_date >= value("date_from"))
	if "date_to" in shape.given:
		inner = inner.where(posting_date <= value("date_to"))
	if "company" in shape.given:
		inner = inner.where(table.company == value("company"))
	for place in range(shape.words):
		inner = inner.where(kind.search(table, value(f"word_{place}")))

	document = inner.as_("document")
	query = frappe.qb.from_(document)
	if shape.status:
		query = query.where(document.status.isin(get_wanted_statuses(kind, shape.status)))
	# a credit note of 120 is found by 120, though it is shown as -120
	if "amount_from" in shape.given:
		query = query.where(Abs(document.amount) >= value("amount_from"))
	if "amount_to" in shape.given:
		query = query.where(Abs(document.amount) <= value("amount_to"))
	return query


@prepared
def _count(shape: Shape) -> QueryBuilder:
	"""How many rows there are. Counted per branch, so that no branch has to be written to a temporary table."""
	names = get_filtered_columns(shape)
	branches = [get_branch(KINDS[key], shape, names) for key in shape.kinds]
	counts = union([branch.select(Count("*").as_("found")) for branch in branches])
	return frappe.qb.from_(counts.as_("counts")).select(Sum(Field("found")).as_("found"))


@prepared
def _fetch(shape: Shape) -> QueryBuilder:
	"""The rows of one page."""
	return get_query([get_branch(KINDS[key], shape) for key in shape.kinds], shape)


@prepared
def _fetch_tops(*shapes: tuple[str, Shape]) -> QueryBuilder:
	queries = []
	for key, shape in shapes:
		branches = [get_branch(KINDS[kind], shape) for kind in shape.kinds]
		top = get_query(branches, shape, f"size_{key}", f"size_{key}").as_(f"top_{key}")
		queries.append(frappe.qb.from_(top).select(ConstantColumn(key).as_("list"), top.star))
	return union(queries)


@prepared
def _fetch_named(shape: Shape) -> QueryBuilder:
	branches = [
		get_branch(KINDS[key], shape).where(Field("name").isin(value(f"names_{key}"))) for key in shape.kinds
	]
	return get_query(branches, shape)


def complete(row: Mapping) -> dict:
	"""A row with Decimals, what is open as it is shown, and the day since which it is late."""
	row = with_decimals(row)
	if row["outstanding"] is not None:
		row["outstanding"] = as_shown(row["outstanding"], row["outstanding_currency"] or row["currency"])
	row["overdue_from"] = row["due_date"] if row["status"] == "overdue" else None
	return row


def get_query(
	branches: list[QueryBuilder], shape: Shape, size: str = "size", end: str = "end"
) -> QueryBuilder:
	if len(branches) == 1:
		return sort(branches[0].select("*"), shape).limit(value(size)).offset(value("offset"))
	tops = [sort(branch.select("*"), shape).limit(value(end)).as_("top") for branch in branches]
	merged = union([frappe.qb.from_(top).select("*") for top in tops]).as_("merged")
	return sort(frappe.qb.from_(merged).select("*"), shape).limit(value(size)).offset(value("offset"))


def union(queries: list[QueryBuilder]):
	merged = queries[0]
	for query in queries[1:]:
		merged = merged.union_all(query)
	return merged


def sort(query: QueryBuilder, shape: Shape) -> QueryBuilder:
	"""Sorted as asked; rows that are alike in it come newest first, and no two rows are alike in everything."""
	key = shape.sort_key
	assert key in SORTS, key
	order = Order.desc if shape.is_descending else Order.asc
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
def get_companies(kinds: Iterable[Kind], customers: Iterable[str] | Parties) -> list[str]:
	"""The companies that have documents of these kinds with these customers, in order; no other company's name is given."""
	kinds = list(kinds)
	whose = resolve(kinds, customers)
	rows = _select_companies(whose.get_values(), whose.given, *(kind.key for kind in kinds)) if whose else []
	return sorted({row.company for row in rows if row.company})


@prepared
def _select_companies(given: tuple[str, ...], *kinds: str) -> QueryBuilder:
	tables: dict[str, list[Kind]] = {}
	for key in kinds:
		tables.setdefault(KINDS[key].doctype, []).append(KINDS[key])
	queries = []
	for same_table in tables.values():
		table = same_table[0].table
		belongs: Criterion = scope(same_table[0], table, get_places(given))
		for kind in same_table[1:]:
			belongs = belongs | scope(kind, table, get_places(given))
		queries.append(frappe.qb.from_(table).select(table.company).distinct().where(belongs))
	return union(queries)
