"""What stands around a document: its neighbours in time, and the documents it belongs with.

A document of a kind that the visitor may see becomes a link; others are named without one where their number is
printed on the document itself.
"""

from collections.abc import Iterable

import frappe
from frappe.query_builder.custom import ConstantColumn
from pypika import Order

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.documents.kinds import KINDS, Kind, get_parties, get_places, scope
from customer_portal_ext.documents.prepared import prepared, value
from customer_portal_ext.web import urls
from customer_portal_ext.web.words import _


def get_neighbours(kind: Kind, visitor: Visitor, record: dict) -> dict[str, dict | None]:
	"""`{"previous", "next"}`: the documents of the same kind just before and after this one, each `{name, date, url}`.

	One statement of two branches, each of which reads one row of the (customer, date) index. The holder of a link to
	one document has no neighbours.
	"""
	if visitor.scope is not None:
		return {"previous": None, "next": None}
	whose = get_parties(kind, visitor.row_scope)
	values = {**whose.get_values(), "here": record[kind.date_field], "name": record["name"]}
	found = {row.place: row for row in _select_neighbours(values, kind.key, whose.given)}
	return {
		place: {
			"name": found[place].name,
			"date": found[place].date,
			"url": urls.document_url(kind.key, found[place].name),
		}
		if place in found
		else None
		for place in ("previous", "next")
	}


@prepared
def _select_neighbours(kind_key: str, given: tuple[str, ...]):
	kind = KINDS[kind_key]
	table = kind.table
	day = table[kind.date_field]
	here, name = value("here"), value("name")
	# the first condition is what the index is searched by; the second decides among documents of the same day
	earlier = (day <= here) & ((day < here) | (table.name < name))
	later = (day >= here) & ((day > here) | (table.name > name))
	branches = []
	for key, condition, order in (("previous", earlier, Order.desc), ("next", later, Order.asc)):
		nearest = (
			frappe.qb.from_(table)
			.select(ConstantColumn(key).as_("place"), table.name, day.as_("date"))
			.where(scope(kind, table, get_places(given)) & condition)
			.orderby(day, order=order)
			.orderby(table.name, order=order)
			.limit(1)
		)
		branches.append(frappe.qb.from_(nearest.as_(key)).select("*"))
	return branches[0].union_all(branches[1])


def get_own_invoices(visitor: Visitor, names: Iterable[str]) -> dict[str, dict]:
	"""Those of these Sales Invoices that the visitor may open: name -> `{kind, kind_label, name, date, url}`. One statement."""
	names = tuple({name for name in names if name})
	kinds = [KINDS[key] for key in ("invoice", "credit_note") if can_open(visitor, KINDS[key])]
	if not names or not kinds:
		return {}
	table = kinds[0].table
	belongs = scope(kinds[0], table, visitor.row_scope)
	for kind in kinds[1:]:
		belongs = belongs | scope(kind, table, visitor.row_scope)
	rows = (
		frappe.qb.from_(table)
		.select(table.name, table.is_return, table.posting_date)
		.where(table.name.isin(names) & belongs)
	).run(as_dict=True)
	links = {}
	for row in rows:
		kind = KINDS["credit_note" if row.is_return else "invoice"]
		links[row.name] = get_link(kind, row.name, row.posting_date)
	return links


def can_open(visitor: Visitor, kind: Kind) -> bool:
	"""Whether pages of this kind are open to the visitor beyond the one document a link may be for."""
	return visitor.scope is None and kind.capability in visitor.capabilities


def get_link(kind: Kind, name: str, date=None) -> dict:
	return {
		"kind": kind.key,
		"kind_label": str(kind.label),
		"name": name,
		"date": date,
		"url": urls.document_url(kind.key, name),
	}


def get_named(visitor: Visitor, kind_key: str, kind_label: str, names: Iterable[str]) -> list[dict]:
	"""Orders and deliveries that an invoice's own lines name: links once pages of that kind exist, else their numbers."""
	kind = KINDS.get(kind_key)
	url = urls.document_url if kind and can_open(visitor, kind) and kind_key in urls.SEGMENTS else None
	return [
		{
			"kind": kind_key,
			"kind_label": kind_label,
			"name": name,
			"date": None,
			"url": url(kind_key, name) if url else None,
		}
		for name in dict.fromkeys(names)
		if name
	]


def get_related(visitor: Visitor, record: dict, lines: list[dict]) -> list[dict]:
	"""The documents a Sales Invoice belongs with: its orders and deliveries, what it corrects, what corrects it."""
	related = get_named(visitor, "order", _("Order"), (line["sales_order"] for line in lines))
	related += get_named(visitor, "delivery", _("Delivery"), (line["delivery_note"] for line in lines))
	related += get_returns(visitor, record)
	return related


def get_returns(visitor: Visitor, record: dict) -> list[dict]:
	"""The invoice that a credit note corrects, or the credit notes against an invoice. One statement."""
	kinds = {key: KINDS[key] for key in ("invoice", "credit_note") if can_open(visitor, KINDS[key])}
	wanted = kinds.get("invoice" if record["is_return"] else "credit_note")
	if not wanted or (record["is_return"] and not record["return_against"]):
		return []
	table = wanted.table
	if record["is_return"]:
		condition = table.name == record["return_against"]
	else:
		condition = table.return_against == record["name"]
	rows = (
		frappe.qb.from_(table)
		.select(table.name, table.posting_date)
		.where(scope(wanted, table, visitor.row_scope) & condition)
		.orderby(table.posting_date)
		.limit(50)
	).run(as_dict=True)
	return [get_link(wanted, row.name, row.posting_date) for row in rows]
