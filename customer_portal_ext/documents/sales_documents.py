"""What the pages of quotations, orders, deliveries and invoices have in common."""

from collections.abc import Iterable, Mapping
from datetime import date

from frappe.utils import getdate

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.documents import early_payment, facts, lists, related, totals
from customer_portal_ext.documents.filters import Filters
from customer_portal_ext.documents.kinds import KINDS, Kind
from customer_portal_ext.documents.lines import Parts
from customer_portal_ext.documents.list_pages import get_row
from customer_portal_ext.documents.text import get_safe_html
from customer_portal_ext.documents.titles import get_title
from customer_portal_ext.web import urls
from customer_portal_ext.web.words import _

# beside a document stand at most this many others
MOST_RELATED = 60


def get_common(visitor: Visitor, kind: Kind, record: Mapping, is_reversed: bool = False) -> dict:
	"""The part of the context that every kind has. One statement, for the neighbours."""
	return {
		"kind": kind.key,
		"kind_label": _("Return") if is_reversed else str(kind.label),
		"title": get_title(kind.key, record[kind.date_field], is_reversed),
		"name": record["name"],
		"list": {"label": str(kind.label_plural), "url": urls.list_url(urls.SEGMENTS[kind.key])},
		"date": record[kind.date_field],
		"facts": facts.get_facts(record),
		"addresses": facts.get_addresses(record),
		"terms": get_safe_html(record["terms"]),
		"neighbours": related.get_neighbours(kind, visitor, record),
		"pdf_url": urls.download_url(kind.key, record["name"]),
	}


def get_sums(record: Mapping, parts: Parts) -> dict:
	"""What the document asks for: `{currency, total, in_words, totals, instalments}`."""
	today = getdate()
	instalments = [
		{**row, "discount_offer": get_discount_offer(record, row, today)} for row in parts.instalments
	]
	says_more = len(instalments) > 1 or any(
		row["description"] or row["discount_offer"] for row in instalments
	)
	return {
		"currency": record["currency"],
		"total": totals.get_total(record),
		"in_words": record["in_words"],
		"totals": totals.get_rows(record, parts.taxes, _),
		# a single one, without a word of its own, says no more than the total
		"instalments": [{**row, "amount": row["payment_amount"]} for row in instalments if says_more],
	}


def get_discount_offer(record: Mapping, row: Mapping, today: date) -> dict | None:
	"""`{"until", "amount"}` of what will be taken off for paying early, in the document's currency; None of what has ended, or is
	invoiced, whose page says what became of it."""
	is_paid = (
		record.get("advance_paid", 0) >= totals.get_total_in_account_currency(record)
		if record.get("advance_paid")
		else False
	)
	if (
		is_paid
		or record.get("per_billed", 0) >= 100
		or not early_payment.is_announced(row, record["company"], today)
	):
		return None
	amount = early_payment.get_amount(row, record["grand_total"], record["currency"])
	return {"until": row["discount_date"], "amount": amount}


def get_rows(
	visitor: Visitor, kind: Kind, name: str, others: Mapping[str, Iterable[str]], today: date
) -> tuple[dict, list[dict]]:
	"""The document itself and those it belongs with, as list rows, the oldest of these first. One statement.

	:param others: the names of further documents by kind. Those not open to the visitor, or not theirs, are left out.
	"""
	wanted = {kind.key: {name}}
	for key, names in others.items():
		found = {other for other in names if other}
		if found and related.can_open(visitor, KINDS[key]):
			wanted[key] = wanted.get(key, set()) | found
	wanted_kinds = [(KINDS[key], names) for key, names in wanted.items()]
	filters = Filters(sort="date", size=MOST_RELATED)
	found = [
		get_row(row, today) for row in lists.get_named_rows(wanted_kinds, visitor.parties, filters, today)
	]
	own = next(row for row in found if row["kind"] == kind.key and row["name"] == name)
	return own, [row for row in found if row is not own]


def get_links(rows: list[Mapping], *kinds: str) -> list[dict]:
	"""List rows of these kinds, in the order of the kinds, as components/document.html: related wants them."""
	return [
		{name: row[name] for name in ("kind", "kind_label", "name", "date", "url")}
		for kind in kinds
		for row in rows
		if row["kind"] == kind
	]
