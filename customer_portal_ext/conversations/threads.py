"""A thread as a page shows it, and the list of a customer's threads."""

from collections.abc import Iterable, Mapping

import frappe
from frappe.query_builder import Case
from frappe.query_builder.functions import Count, Max, Substring, Sum

from customer_portal_ext.conversations import attachments, audience, file_types, limits, text
from customer_portal_ext.conversations.replies import split_reply
from customer_portal_ext.documents import kinds
from customer_portal_ext.web import conversation_urls as urls

SHOWN = 20
MOST_SHOWN = 300
FIELDS = (
	"name",
	"creation",
	"communication_date",
	"communication_medium",
	"sent_or_received",
	"sender",
	"sender_full_name",
	"read_by_recipient",
)


def get_messages(doctype: str, name: str, customers: Iterable[str], show_all: bool = False) -> dict:
	"""The messages about a document that its customer may read, oldest first, with their files. One statement.

	:return: messages, has_earlier (there are more than the latest SHOWN), unread (names the customer sees for the first time).
	"""
	most = MOST_SHOWN if show_all else SHOWN
	table = frappe.qb.DocType("Communication")
	latest = (
		frappe.qb.from_(table)
		.select(*(table[field] for field in FIELDS))
		.select(Substring(table.content, 1, text.LONGEST_READ + 1).as_("content"))
		.where((table.reference_doctype == doctype) & (table.reference_name == name))
		.where(audience.readable_by(table, customers))
		.orderby(table.communication_date, order=frappe.qb.desc)
		.orderby(table.creation, order=frappe.qb.desc)
		.limit(most + 1)
	)
	found = attachments.join(latest).run(as_dict=True)
	rows = list({row.name: row for row in found}.values())
	rows.sort(key=lambda row: (row.communication_date or row.creation, row.creation), reverse=True)
	shown = rows[:most][::-1]
	files = attachments.group(found)
	return {
		"messages": [describe(row, files.get(row.name, [])) for row in shown],
		"has_earlier": len(rows) > most and not show_all,
		"unread": [row.name for row in shown if is_unread(row)],
	}


def describe(row: Mapping, files: list[dict]) -> dict:
	"""A message without anything that was not written to the customer: no addresses, no other recipients, no markup."""
	is_mine = row["sent_or_received"] == "Received"
	is_email = row["communication_medium"] == "Email"
	written, is_shortened = text.read_beginning(row["content"])
	own, quoted = split_reply(written) if is_email else (written, "")
	return {
		"id": row["name"],
		"is_mine": is_mine,
		"is_email": is_email,
		"is_new": is_unread(row),
		"author": row["sender_full_name"] or (row["sender"] if is_mine else ""),
		"when": row["communication_date"] or row["creation"],
		"text": own,
		"quoted": quoted,
		"is_shortened": is_shortened,
		"files": [
			{
				**file,
				"url": urls.attachment_url(file["file"]),
				"thumbnail_url": urls.thumbnail_url(file["file"]) if file["is_image"] else None,
			}
			for file in files
		],
	}


def is_unread(row: Mapping) -> bool:
	return row["sent_or_received"] == "Sent" and not row["read_by_recipient"]


def get_form(url: str, author_name: str | None, typed: Mapping | None = None, problem=None) -> dict:
	"""What the form below a thread shows. ``author_name`` is None when it has to be asked; ``problem`` is an InvalidInput."""
	allowed = limits.get_file_limits()
	extensions = [f".{extension}" for key in allowed.types for extension in file_types.TYPES[key].extensions]
	return {
		"url": url,
		"author": author_name,
		"typed": dict(typed or {}),
		"problem": problem.message if problem else None,
		"field": problem.field if problem else None,
		"longest": limits.LONGEST_TEXT,
		"files": {
			"accept": ",".join(extensions),
			"types": ", ".join(key.upper() for key in allowed.types),
			"megabytes": allowed.size // limits.MEGABYTE,
			"bytes": allowed.size,
			"all_bytes": limits.LARGEST_REQUEST,
			"count": allowed.count,
		}
		if allowed.types
		else None,
	}


def get_list(customers: tuple[str, ...], capabilities: Iterable[str], page: int, size: int) -> dict:
	"""The documents these customers have messages about, latest first, the account and issues apart. Two statements, and
	one for each kind of document among them.

	:return: rows: kind_key, name, title_date, last_on, count, unread; has_more.
	"""
	table = frappe.qb.DocType("Communication")
	unread = Case().when((table.sent_or_received == "Sent") & (table.read_by_recipient == 0), 1).else_(0)
	found = (
		frappe.qb.from_(table)
		.select(
			table.reference_doctype.as_("doctype"),
			table.reference_name.as_("name"),
			Max(table.communication_date).as_("last_on"),
			Count("*").as_("count"),
			Sum(unread).as_("unread"),
		)
		.where(audience.readable_by(table, customers))
		.where(table.reference_doctype.notin(("Issue", "Customer")))
		.groupby(table.reference_doctype, table.reference_name)
		.orderby(Max(table.communication_date), order=frappe.qb.desc)
		.limit(size + 1)
		.offset((page - 1) * size)
	).run(as_dict=True)
	open_documents = find_documents(found[:size], customers, capabilities)
	rows = [
		{**row, **open_documents[row.doctype, row.name]}
		for row in found[:size]
		if (row.doctype, row.name) in open_documents
	]
	return {"rows": rows, "has_more": len(found) > size}


def find_documents(
	rows: list[Mapping], customers: tuple[str, ...], capabilities: Iterable[str]
) -> dict[tuple[str, str], dict]:
	"""(DocType, name) -> ``{"kind", "date"}`` of those that the customers may see. One statement per kind."""
	found = {}
	for kind in kinds.KINDS.values():
		names = [row["name"] for row in rows if row["doctype"] == kind.doctype]
		if not names or kind.capability not in capabilities:
			continue
		table = kind.table
		for name, date in (
			frappe.qb.from_(table)
			.select(table.name, table[kind.date_field])
			.where(kinds.scope(kind, table, customers) & table.name.isin(names))
		).run():
			found[kind.doctype, name] = {"kind": kind.key, "date": date}
	return found
