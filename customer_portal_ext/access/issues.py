"""The gate of support issues: every one of them belongs to a customer, whoever raised it."""

from collections.abc import Mapping

import frappe
from frappe.utils import getdate

from customer_portal_ext.access import activity, conversations, guard, switching
from customer_portal_ext.access import limits as access_limits
from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.conversations import (
	issue_changes,
	issues,
	limits,
	notifications,
	text,
	threads,
)
from customer_portal_ext.conversations.messages import Thread
from customer_portal_ext.documents import filters, kinds, lists
from customer_portal_ext.documents.titles import get_title
from customer_portal_ext.exceptions import DocumentNotFound, InvalidInput
from customer_portal_ext.web import conversation_urls as urls
from customer_portal_ext.web.words import _

CAPABILITY = "issues"
DOCUMENTS_OFFERED = 30
FIELDS = ("subject", "message", "issue_type", "priority", "about", "name")


def require_issue(name: str) -> tuple[Visitor, dict]:
	"""An issue of the visitor's own. Raises DocumentNotFound."""
	visitor = guard.require_capability(CAPABILITY)
	record = issues.find(visitor.row_scope, name)
	if record is None:
		switching.look_elsewhere(visitor, lambda customers: issues.find(customers, name), (CAPABILITY,))
		activity.record_refusal(visitor, f"issue {name}")
		raise DocumentNotFound
	return visitor, record


def get_thread(record: Mapping) -> Thread:
	return Thread(
		"Issue",
		record["name"],
		record["customer"],
		record["subject"],
		urls.issue_url(record["name"]) + urls.ANCHOR,
	)


def get_list_page(query: Mapping) -> dict:
	"""The context of pages/issues.html."""
	visitor = guard.require_capability(CAPABILITY)
	choices = issues.get_choices()
	types, priorities = choices["Issue Type"], choices["Issue Priority"]
	wanted = read_wanted(query, types, priorities)
	found = issues.get_rows(visitor.row_scope, wanted)
	counts = issues.count_messages([row.name for row in found["rows"]])
	first = (wanted.page - 1) * issues.PAGE_SIZE + 1
	return {
		"title": _("Support"),
		"url": urls.ISSUES,
		"new_url": urls.NEW_ISSUE,
		"rows": [
			{
				**row,
				"url": urls.issue_url(row.name),
				"status": issues.describe_status(row.status),
				"unread": counts.get(row.name, {}).get("unread", 0),
			}
			for row in found["rows"]
		],
		"filters": {
			"search": wanted.search,
			"status": wanted.status,
			"type": wanted.type,
			"priority": wanted.priority,
		},
		"is_filtered": bool(wanted.search or wanted.status or wanted.type or wanted.priority),
		"types": types,
		"priorities": priorities,
		"paging": {
			"pages": found["pages"],
			"total": found["total"],
			"first": first,
			"last": first + len(found["rows"]) - 1,
			"previous_url": issues.get_url(wanted, page=wanted.page - 1) if wanted.page > 1 else None,
			"next_url": issues.get_url(wanted, page=wanted.page + 1)
			if wanted.page < found["pages"]
			else None,
		},
	}


def read_wanted(query: Mapping, types: list[str], priorities: list[str]) -> issues.Wanted:
	"""The list's filters. Raises InvalidInput for what cannot be asked for."""
	searched = text.clean_line(query.get("search"))
	if len(searched) > issues.LONGEST_SEARCH:
		raise InvalidInput(_("Search for at most {0} characters.").format(issues.LONGEST_SEARCH), "search")
	values = {}
	for name, allowed in (("status", ("open", "closed")), ("type", types), ("priority", priorities)):
		values[name] = query.get(name) or ""
		if values[name] and values[name] not in allowed:
			raise InvalidInput(_("The list cannot be filtered by that."), name)
	return issues.Wanted(search=searched, page=conversations.read_page(query.get("page")), **values)


def get_page(context: Mapping) -> dict:
	"""The context of pages/issue.html."""
	visitor, record = require_issue(context["args"]["name"])
	activity.record("Viewed", visitor, "Issue", record["name"])
	name = record["name"]
	shown = conversations.show(
		visitor, get_thread(record), context, urls.issue_action_url("reply", name), CAPABILITY
	)
	thread_messages = shown["thread"]["messages"]
	description, is_description_shortened = issues.get_description(record, thread_messages)
	first_author = next((message["author"] for message in thread_messages if message["is_mine"]), None)
	return {
		"title": record["subject"],
		"name": name,
		"list": {"label": _("Support"), "url": urls.ISSUES},
		"status": issues.describe_status(record["status"]),
		"is_closed": issues.is_closed(record["status"]),
		"facts": get_facts(record, first_author),
		"service_levels": issues.get_service_levels(record),
		"related": issues.get_related(record, visitor.row_scope, visitor.capabilities),
		"description": description,
		"is_description_shortened": is_description_shortened,
		"solution": text.read_beginning(record["resolution_details"])[0]
		if issues.is_closed(record["status"])
		else "",
		"close_url": urls.issue_action_url("close", name),
		"reopen_url": urls.issue_action_url("reopen", name),
		**shown,
	}


def get_facts(record: Mapping, first_author: str | None) -> list[dict]:
	assigned = issues.get_assigned_names(record)
	facts = [
		{"label": _("Raised by"), "value": first_author or record["raised_by"], "date": None},
		{"label": _("Raised on"), "value": None, "date": record["creation"]},
		{
			"label": _("Type"),
			"value": _(record["issue_type"]) if record["issue_type"] else None,
			"date": None,
		},
		{
			"label": _("Priority"),
			"value": _(record["priority"]) if record["priority"] else None,
			"date": None,
		},
		{"label": _("In the hands of"), "value": ", ".join(assigned) or _("Our support team"), "date": None},
	]
	return [fact for fact in facts if fact["value"] or fact["date"]]


def get_new_page(context: Mapping, problem: InvalidInput | None = None) -> dict:
	"""The context of pages/issue_new.html, with what was typed and what was wrong with it, if anything. Nothing was kept."""
	if problem:
		frappe.db.rollback()
	visitor = guard.require_capability(CAPABILITY)
	typed = {key: str(context["form"].get(key) or "") for key in FIELDS}
	typed["about"] = typed["about"] or str(context["query"].get("about") or "")
	author = conversations.get_author_name(visitor, context["cookies"])
	choices = issues.get_choices()
	return {
		"title": _("New issue"),
		"list": {"label": _("Support"), "url": urls.ISSUES},
		"form": threads.get_form(urls.NEW_ISSUE, author, typed, problem),
		"types": get_options(choices["Issue Type"]),
		"priorities": get_options(choices["Issue Priority"]),
		"documents": get_documents(visitor, typed["about"]),
		"longest_subject": limits.LONGEST_SUBJECT,
		"http_status": 400 if problem else 200,
	}


def get_options(names: list[str]) -> list[dict]:
	return [{"value": name, "label": _(name)} for name in names]


def get_documents(visitor: Visitor, chosen: str) -> list[dict]:
	"""The latest documents an issue can be about, and the one already chosen: ``[{"value", "label"}]``."""
	open_kinds = [kind for kind in kinds.KINDS.values() if kind.capability in visitor.capabilities]
	latest = filters.Filters(size=DOCUMENTS_OFFERED)
	found = lists.get_top_rows(open_kinds, visitor.row_scope, latest, getdate()) if open_kinds else []
	offered = {
		f"{urls.SEGMENTS[row['kind']]}/{row['name']}": f"{get_title(row['kind'], row['date'])} · {row['name']}"
		for row in found
	}
	if chosen and chosen not in offered and (document := find_document(visitor, chosen)):
		offered = {chosen: document["label"], **offered}
	return [{"value": value, "label": label} for value, label in offered.items()]


def find_document(visitor: Visitor, about: str) -> dict | None:
	"""``{"doctype", "name", "label"}`` of a document written as in its address, if it is the visitor's."""
	segment, _slash, name = about.partition("/")
	kind = kinds.KINDS.get(urls.KINDS.get(segment, ""))
	if kind is None or kind.capability not in visitor.capabilities:
		return None
	record = kinds.find(kind, visitor.row_scope, name)
	if record is None:
		return None
	label = f"{get_title(kind.key, record[kind.date_field])} · {name}"
	return {"doctype": kind.doctype, "name": name, "label": label}


def create(context: Mapping) -> tuple[str, dict]:
	"""Raise an issue. The page to go to and the cookies to set. Raises InvalidInput."""
	visitor = guard.require_capability(CAPABILITY)
	access_limits.count("issue", visitor)
	author, cookies = conversations.require_author(visitor, context)
	new = issue_changes.read(context["form"])
	about = str(context["form"].get("about") or "")
	document = find_document(visitor, about) if about else None
	if about and document is None:
		raise InvalidInput(_("There is no such document among yours."), "about")
	files = conversations.read_files(context)
	issue, message = issue_changes.create(
		visitor.customer, author, new, (document["doctype"], document["name"]) if document else None, files
	)
	thread = Thread("Issue", issue.name, visitor.customer, issue.subject, urls.issue_url(issue.name))
	notifications.tell_staff(thread, message, author, new.description)
	activity.record("Raised Issue", visitor, "Issue", issue.name)
	return urls.with_notice(thread.url, "issue-raised"), cookies


def require_writable(name: str) -> tuple[Thread, str]:
	"""The thread of an issue, and the address of its form."""
	_visitor, record = require_issue(name)
	return get_thread(record), urls.issue_action_url("reply", name)


def change(name: str, action: str) -> str:
	"""Close or reopen an issue: the page to go to."""
	visitor, record = require_issue(name)
	access_limits.count("issue-change", visitor)
	actions = {
		"close": (issue_changes.close, "Closed Issue", "issue-closed"),
		"reopen": (issue_changes.reopen, "Reopened Issue", "issue-reopened"),
	}
	apply, what, notice = actions[action]
	apply(record["name"])
	activity.record(what, visitor, "Issue", record["name"])
	return urls.with_notice(urls.issue_url(name), notice)
