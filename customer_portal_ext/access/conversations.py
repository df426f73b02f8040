"""The gate of messages and files: whose thread may be read, who may write in it, who may have a file of it."""

from collections.abc import Mapping
from urllib.parse import quote, unquote

import frappe

from customer_portal_ext.access import activity, guard, switching
from customer_portal_ext.access import limits as access_limits
from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.account.contacts import get_address_on_file
from customer_portal_ext.conversations import (
	attachments,
	issues,
	limits,
	messages,
	notifications,
	text,
	threads,
	unread,
	uploads,
)
from customer_portal_ext.conversations.messages import Author, Thread
from customer_portal_ext.documents import kinds
from customer_portal_ext.documents.titles import get_title
from customer_portal_ext.exceptions import DocumentNotFound, InvalidInput
from customer_portal_ext.web import conversation_urls as urls
from customer_portal_ext.web.words import _

# The name of whoever writes, asked once: kept in the browser, shown to nobody but those who read the message.
NAME_COOKIE = "portal_name"
NAME_SECONDS = 365 * 24 * 60 * 60
THREADS_ON_A_PAGE = 20


def get_account_thread(visitor: Visitor) -> Thread:
	"""The thread of the account itself."""
	return Thread("Customer", visitor.customer, visitor.customer, _("Messages"), urls.thread_url(None))


def get_document_thread(kind_key: str, record: Mapping, customer: str) -> Thread:
	"""The thread of a document that the guard has checked, with the customer whose it is: a quotation may name their lead."""
	kind = kinds.get_kind(kind_key)
	title = f"{get_title(kind_key, record[kind.date_field])} · {record['name']}"
	url = urls.thread_url(kind_key, record["name"])
	return Thread(kind.doctype, record["name"], customer, title, url)


def get_section(kind_key: str, record: Mapping, context: Mapping) -> dict:
	"""``{"thread"}`` for components/thread.html on the page of a document that the guard has checked. One statement.

	Empty for who is no customer yet: messages are a customer's.
	"""
	visitor = guard.require_visitor()
	if not visitor.customer:
		return {}
	thread = get_document_thread(kind_key, record, visitor.customer)
	return show(visitor, thread, context, urls.write_url(kind_key, record["name"]))


def show(
	visitor: Visitor, thread: Thread, context: Mapping, write_url: str, capability: str = "messages"
) -> dict:
	"""A thread's messages, and the form where the visitor may write. What is shown counts as read from now on."""
	found = threads.get_messages(
		thread.doctype, thread.name, [thread.customer], context["query"].get("messages") == "all"
	)
	mark_read_later(found["unread"])
	may_write = capability in visitor.capabilities
	form = threads.get_form(write_url, get_author_name(visitor, context["cookies"])) if may_write else None
	earlier_url = f"{thread.url.partition('#')[0]}?messages=all{urls.ANCHOR}"
	return {
		"thread": {
			"messages": found["messages"],
			"earlier_url": earlier_url if found["has_earlier"] else None,
			"form": form,
		}
	}


def get_account_page(context: Mapping) -> dict:
	"""The context of pages/messages.html: the account's thread, and the documents there are messages about."""
	visitor = guard.require_account()
	page = read_page(context["query"].get("page"))
	listed = threads.get_list(visitor.row_scope, visitor.capabilities, page, THREADS_ON_A_PAGE)
	if "messages" not in visitor.capabilities and not unread.has_messages(visitor.row_scope):
		raise DocumentNotFound
	thread = get_account_thread(visitor)
	return {
		"title": _("Messages"),
		"documents": [
			{
				"title": get_title(row["kind"], row["date"]),
				"name": row["name"],
				"url": urls.thread_url(row["kind"], row["name"]),
				"last_on": row["last_on"],
				"count": row["count"],
				"unread": int(row["unread"]),
			}
			for row in listed["rows"]
		],
		"older_url": f"{urls.MESSAGES}?page={page + 1}" if listed["has_more"] else None,
		"newer_url": f"{urls.MESSAGES}?page={page - 1}" if page > 1 else None,
		**show(visitor, thread, context, urls.write_url(None)),
	}


def read_page(typed: str | None) -> int:
	if typed in (None, ""):
		return 1
	if not typed.isascii() or not typed.isdigit() or not 1 <= int(typed[:9]) <= 10_000:
		raise InvalidInput(_("Pages are numbered from 1."), "page")
	return int(typed)


def require_writable(segment: str | None = None, name: str = "") -> tuple[Thread, str]:
	"""The thread a message is meant for, and the address of its form. Raises DocumentNotFound, also where writing is off."""
	visitor = guard.require_visitor() if segment else guard.require_account()
	if "messages" not in visitor.capabilities:
		activity.record_refusal(visitor, "messages")
		raise DocumentNotFound
	if not segment:
		return get_account_thread(visitor), urls.write_url(None)
	if segment not in urls.KINDS:
		raise DocumentNotFound
	kind_key = urls.KINDS[segment]
	record = guard.require_document(kind_key, name)
	return get_document_thread(kind_key, record, visitor.customer), urls.write_url(kind_key, name)


def write(thread: Thread, context: Mapping) -> tuple[str, dict]:
	"""Keep a message with its files and tell staff. The page to go to and the cookies to set. Raises InvalidInput."""
	visitor = guard.require_visitor()
	access_limits.count("message", visitor)
	author, cookies = require_author(visitor, context)
	files = read_files(context)
	written = messages.read_text(context["form"].get("message"), has_files=bool(files))
	message = messages.receive(thread, author, written, files)
	notifications.tell_staff(thread, message, author, written)
	activity.record("Wrote Message", visitor, thread.doctype, thread.name, details=message.name)
	return urls.with_notice(thread.url, "message-sent"), cookies


def get_refused(thread: Thread, write_url: str, context: Mapping, problem: InvalidInput) -> dict:
	"""The context of pages/write.html: the form with what was typed, and what was wrong. Nothing was kept."""
	frappe.db.rollback()
	visitor = guard.require_visitor()
	typed = {key: str(context["form"].get(key) or "") for key in ("message", "name")}
	return {
		"title": thread.title,
		"back_url": thread.url,
		"form": threads.get_form(write_url, get_author_name(visitor, context["cookies"]), typed, problem),
	}


def require_author(visitor: Visitor, context: Mapping) -> tuple[Author, dict]:
	"""Who writes, and a cookie that remembers the name of a token's visitor. Raises InvalidInput for a missing name."""
	if visitor.user:
		full_name, email = frappe.get_cached_value("User", visitor.user, ["full_name", "email"])
		return Author(text.make_inert(text.clean_line(full_name))[: limits.LONGEST_NAME], email), {}
	name = messages.read_name(context["form"].get("name") or get_author_name(visitor, context["cookies"]))
	return Author(name, get_address_on_file(visitor.customer)), {NAME_COOKIE: (quote(name), NAME_SECONDS)}


def get_author_name(visitor: Visitor, cookies: Mapping) -> str | None:
	"""The name that need not be asked again, or None."""
	if visitor.user:
		return frappe.get_cached_value("User", visitor.user, "full_name")
	kept = text.make_inert(text.clean_line(unquote(cookies.get(NAME_COOKIE) or "")))
	return kept[: limits.LONGEST_NAME] or None


def read_files(context: Mapping) -> list[uploads.Upload]:
	"""The form's files, checked. Raises InvalidInput."""
	# Frappe's File takes a size from the request's fields, if one is there.
	frappe.local.form_dict.pop("file_size", None)
	return uploads.check_all(context["files"].getlist("files"))


def require_attachment(file: str, is_thumbnail: bool = False) -> attachments.Attachment:
	"""A file of a message that the visitor may read, in a thread that is open to them. Raises DocumentNotFound."""
	visitor = guard.require_visitor()
	try:
		attachment = attachments.find(visitor.row_scope, file)
		require_open(visitor, attachment.doctype, attachment.document)
	except DocumentNotFound:
		if not is_thumbnail:
			look_elsewhere(visitor, file)
		activity.record_refusal(visitor, f"file {file}")
		raise
	if not is_thumbnail:
		activity.record("Downloaded", visitor, details=attachment.file_name)
	return attachment


def look_elsewhere(visitor: Visitor, file: str) -> None:
	"""A file of another of the user's organisations: on to the message it came with (access/switching.py).

	Never for a thumbnail: no image of a page left open in another tab switches anything.
	"""

	def find(customers: tuple[str, ...]) -> attachments.Attachment | None:
		try:
			return attachments.find(customers, file)
		except DocumentNotFound:
			return None

	found = find(visitor.customers)
	for page, any_of in get_pages(found, visitor.customers) if found else ():
		switching.look_elsewhere(visitor, find, any_of, page)


def get_pages(attachment: attachments.Attachment, customers: tuple[str, ...]) -> list[tuple[str, tuple]]:
	"""Where the message of a file can be read, with the capabilities one of which opens it."""
	doctype, name = attachment.doctype, attachment.document
	if doctype == "Customer":
		return [(urls.thread_url(None), ("messages",))]
	if doctype == "Issue":
		return [(urls.issue_url(name) + urls.ANCHOR, ("issues",))]
	return [
		(urls.thread_url(kind.key, name), (kind.capability,))
		for kind in kinds.KINDS.values()
		if kind.doctype == doctype and kinds.find(kind, customers, name)
	]


def require_open(visitor: Visitor, doctype: str, name: str) -> None:
	"""Raise DocumentNotFound unless the visitor may read what a message is about: it may have changed hands since."""
	if doctype == "Customer":
		is_open = visitor.scope is None and name in visitor.row_scope
	elif doctype == "Issue":
		is_open = visitor.can("issues") and issues.find(visitor.row_scope, name) is not None
	else:
		in_scope = visitor.scope is None or visitor.scope == (doctype, name)
		is_open = in_scope and any(
			kind.capability in visitor.capabilities and kinds.find(kind, visitor.row_scope, name)
			for kind in kinds.KINDS.values()
			if kind.doctype == doctype
		)
	if not is_open:
		raise DocumentNotFound


def mark_read_later(names: list[str]) -> None:
	"""Note what was shown, once the answer has gone out: a GET is rolled back. Staff who try a link do not count."""
	visitor = guard.require_visitor()
	by_link_of_another = visitor.kind == "token" and frappe.session.data.user_type == "System User"
	is_staff = visitor.is_read_only or by_link_of_another
	if names and not is_staff and not frappe.flags.read_only:
		frappe.local.request.after_response.add(lambda: _mark_read(names))


def _mark_read(names: list[str]) -> None:
	frappe.db.rollback()
	unread.mark_read_by_customer(names)
	frappe.db.commit()  # after the response: nothing else will
