"""Rows of several tables in one statement: what a page gathers costs one round trip, not one for each."""

from collections.abc import Mapping

from frappe.query_builder.custom import ConstantColumn
from pypika.queries import QueryBuilder
from pypika.terms import NullValue, Term

from customer_portal_ext.documents.decimals import with_decimals

# what a query reads from and where, without columns; and its columns by name
Part = tuple[QueryBuilder, Mapping[str, Term]]


def fetch(parts: Mapping[str, Part]) -> dict[str, list[dict]]:
	"""The rows of each part, with its own columns alone, amounts as Decimal; in no order. One statement.

	A column that only some parts have is NULL for the others, and a UNION takes its type from those that have it; so
	parts may share a column's name only where they share its type.
	"""
	names = tuple(dict.fromkeys(name for _, columns in parts.values() for name in columns))
	merged = None
	for key, (query, columns) in parts.items():
		branch = query.select(
			ConstantColumn(key).as_("part"), *(columns.get(name, NullValue()).as_(name) for name in names)
		)
		merged = branch if merged is None else merged.union_all(branch)
	found: dict[str, list[dict]] = {key: [] for key in parts}
	for row in merged.run(as_dict=True):
		found[row.part].append(with_decimals({name: row[name] for name in parts[row.part][1]}))
	return found
