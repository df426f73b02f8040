"""Support issues as a customer sees them: the list, and one issue in plain words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import frappe
from frappe.query_builder import Case
from frappe.query_builder.functions import Count, Substring, Sum
from frappe.utils import get_datetime, now_datetime
from pypika.queries import Table
from pypika.terms import Criterion, ValueWrapper

from customer_portal_ext.conversations import text
from customer_portal_ext.documents import kinds, row_limits, search
from customer_portal_ext.web import conversation_urls as urls
from customer_portal_ext.web.urls import document_url, with_query
from customer_portal_ext.web.words import _

PAGE_SIZE = 20
LONGEST_SEARCH = 140
OPEN_STATUSES = ("Open", "Replied", "On Hold")
CLOSED_STATUSES = ("Resolved", "Closed")
TONES = {"Open": "info", "Replied": "warn", "On Hold": "muted", "Resolved": "ok", "Closed": "muted"}

LIST_FIELDS = ("name", "subject", "status", "priority", "issue_type", "creation", "modified")
FIELDS = (
	*LIST_FIELDS,
	"customer",
	"description",
	"raised_by",
	"contact",
	"opening_date",
	"first_responded_on",
	"response_by",
	"sla_resolution_by",
	"sla_resolution_date",
	"service_level_agreement",
	"agreement_status",
	"resolution_details",
	"portal_document_type",
	"portal_document",
	"_assign",
)
# an e-mail's, of any length
LONG_FIELDS = ("description", "resolution_details")


@dataclass(frozen=True)
class Wanted:
	"""What the list is asked for."""

	search: str = ""
	status: str = ""
	type: str = ""
	priority: str = ""
	page: int = 1


def describe_status(status: str) -> dict:
	"""``{"text", "tone"}`` of an issue's status, in words that say who is to act."""
	words = {
		"Open": _("With us"),
		"Replied": _("Answered"),
		"On Hold": _("On hold"),
		"Resolved": _("Solved"),
		"Closed": _("Closed"),
	}
	return {"text": words.get(status, _(status)), "tone": TONES.get(status, "muted")}


def is_closed(status: str) -> bool:
	return status in CLOSED_STATUSES


def find(customers: Iterable[str], name: str) -> dict | None:
	"""The listed fields of one issue of these customers, or None when it is missing or foreign. One statement."""
	table, customers = frappe.qb.DocType("Issue"), tuple(customers)
	if not customers:
		return None
	rows = (
		frappe.qb.from_(table)
		.select(*(get_column(table, field) for field in get_present(FIELDS)))
		.where(
			row_limits.within_limits((table.name == name) & table.customer.isin(customers), "Issue", table)
		)
		.limit(1)
	).run(as_dict=True)
	return rows[0] if rows and rows[0].name == name else None


def get_column(table: Table, field: str):
	"""SQL: a field, or the beginning of a long one."""
	column = table[field]
	return Substring(column, 1, text.LONGEST_READ + 1).as_(field) if field in LONG_FIELDS else column


def get_present(fields: Iterable[str]) -> list[str]:
	"""ERPNext renamed resolution_by and resolution_date during version 15; what a site lacks is left out."""
	columns = set(frappe.db.get_table_columns("Issue"))
	return [field for field in fields if field in columns]


def get_rows(customers: tuple[str, ...], wanted: Wanted) -> dict:
	"""A page of issues, latest first. Two statements.

	:return: rows, total, pages.
	"""
	table = frappe.qb.DocType("Issue")
	condition = matching(table, customers, wanted)
	total = frappe.qb.from_(table).select(Count("*")).where(condition).run()[0][0]
	rows = (
		frappe.qb.from_(table)
		.select(*(table[field] for field in LIST_FIELDS))
		.where(condition)
		.orderby(table.creation, order=frappe.qb.desc)
		.orderby(table.name, order=frappe.qb.desc)
		.limit(PAGE_SIZE)
		.offset((wanted.page - 1) * PAGE_SIZE)
	).run(as_dict=True)
	return {"rows": rows, "total": total, "pages": max(1, -(-total // PAGE_SIZE))}


def matching(table: Table, customers: tuple[str, ...], wanted: Wanted) -> Criterion:
	condition = row_limits.within_limits(table.customer.isin(customers or ("",)), "Issue", table)
	if wanted.status:
		condition &= table.status.isin(OPEN_STATUSES if wanted.status == "open" else CLOSED_STATUSES)
	if wanted.type:
		condition &= table.issue_type == wanted.type
	if wanted.priority:
		condition &= table.priority == wanted.priority
	if wanted.search:
		for pattern in search.get_patterns(wanted.search):
			condition &= table.subject.like(pattern) | table.name.like(pattern)
	return condition


def count_messages(names: list[str]) -> dict[str, dict]:
	"""Issue -> ``{"count", "unread"}`` of the messages that its customer may read. One statement, none for no issues."""
	if not names:
		return {}
	table = frappe.qb.DocType("Communication")
	unread = Case().when((table.sent_or_received == "Sent") & (table.read_by_recipient == 0), 1).else_(0)
	rows = (
		frappe.qb.from_(table)
		.select(table.reference_name, Count("*").as_("count"), Sum(unread).as_("unread"))
		.where((table.reference_doctype == "Issue") & table.reference_name.isin(names))
		.where(table.portal_customer.isnotnull() & (table.communication_type == "Communication"))
		.groupby(table.reference_name)
	).run(as_dict=True)
	return {row.reference_name: {"count": row["count"], "unread": int(row.unread)} for row in rows}


def get_choices() -> dict[str, list[str]]:
	"""The names to choose from: ``{"Issue Type": […], "Issue Priority": […]}``. One statement.

	Types by their names; priorities in the order in which they were made, which is the only one that ERPNext knows of them
	(Low, Medium, High).
	"""
	kind, priority = frappe.qb.DocType("Issue Type"), frappe.qb.DocType("Issue Priority")
	types = frappe.qb.from_(kind).select(
		ValueWrapper("Issue Type").as_("of"), kind.name, kind.name.as_("place")
	)
	priorities = frappe.qb.from_(priority).select(
		ValueWrapper("Issue Priority").as_("of"), priority.name, priority.creation
	)
	found: dict[str, list[str]] = {"Issue Type": [], "Issue Priority": []}
	rows = [(doctype, str(place), name) for doctype, name, place in (types + priorities).run()]
	for doctype, _place, name in sorted(rows):
		found[doctype].append(name)
	return found


def get_assigned_names(record: Mapping) -> list[str]:
	"""The full names of whom it is assigned to: people, or the accounts that stand for a team. One statement, or none."""
	users = frappe.parse_json(record.get("_assign") or "[]")
	if not users:
		return []
	return frappe.get_all("User", {"name": ("in", users)}, pluck="full_name", order_by="full_name", limit=5)


def get_service_levels(record: Mapping, now: datetime | None = None) -> list[dict]:
	"""The agreed times that ERPNext worked out: ``[{"label", "due", "done", "status"}]``, none without an agreement."""
	if not record.get("service_level_agreement"):
		return []
	now = now or now_datetime()
	rows = [
		(_("First answer"), record.get("response_by"), record.get("first_responded_on")),
		(_("Solution"), record.get("sla_resolution_by"), record.get("sla_resolution_date")),
	]
	return [
		{"label": label, "due": due, "done": done, "status": _describe_level(due, done, now)}
		for label, due, done in rows
		if due
	]


def _describe_level(due, done, now: datetime) -> dict:
	due = get_datetime(due)
	if done:
		in_time = get_datetime(done) <= due
		return {"text": _("in time") if in_time else _("late"), "tone": "ok" if in_time else "bad"}
	return {"text": _("overdue"), "tone": "bad"} if now > due else {"text": _("by then"), "tone": "info"}


def get_related(record: Mapping, customers: tuple[str, ...], capabilities: Iterable[str]) -> dict | None:
	"""``{"label", "name", "url"}`` of the document the issue is about, if the visitor may see it. At most two statements."""
	doctype, name = record.get("portal_document_type"), record.get("portal_document")
	for kind in kinds.KINDS.values():
		if not name or kind.doctype != doctype or kind.capability not in capabilities:
			continue
		if kinds.find(kind, customers, name):
			return {"label": str(kind.label), "name": name, "url": document_url(kind.key, name)}
	return None


def get_description(record: Mapping, messages: list[dict]) -> tuple[str, bool]:
	"""What the issue was opened with, unless the first message says it already; and whether it is only the beginning of it."""
	description, is_shortened = text.read_beginning(record["description"])
	if messages and messages[0]["text"].strip() == description.strip():
		return "", False
	return description, is_shortened


def get_url(wanted: Wanted, **changes) -> str:
	"""The list with something changed."""
	values = {
		"search": wanted.search,
		"status": wanted.status,
		"type": wanted.type,
		"priority": wanted.priority,
		"page": "",
		**changes,
	}
	return with_query(urls.ISSUES, values)
