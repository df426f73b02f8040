"""Addresses of messages, support issues and files; the documents' own are in web/urls.py."""

from urllib.parse import quote

from customer_portal_ext.web.urls import ROOT, SEGMENTS, document_url, with_query

MESSAGES = f"{ROOT}/messages"
ISSUES = f"{ROOT}/issues"
NEW_ISSUE = f"{ROOT}/new-issue"
# where a page's thread begins
ANCHOR = "#messages"

KINDS = {segment: kind for kind, segment in SEGMENTS.items()}


def thread_url(kind_key: str | None, name: str = "") -> str:
	"""The page that shows a thread: the document's own, or the account's messages."""
	return (document_url(kind_key, name) if kind_key else MESSAGES) + ANCHOR


def write_url(kind_key: str | None, name: str = "") -> str:
	"""Where the form of a thread is posted."""
	return f"{ROOT}/write/{SEGMENTS[kind_key]}/{quote(name)}" if kind_key else f"{ROOT}/write"


def issue_url(name: str) -> str:
	return f"{ISSUES}/{quote(name)}"


def issue_action_url(action: str, name: str) -> str:
	"""Where "reply", "close" and "reopen" of an issue are posted."""
	return f"{ROOT}/{action}-issue/{quote(name)}"


def new_issue_url(kind_key: str | None = None, name: str = "") -> str:
	"""The form for a new issue, about a document if one is given."""
	return with_query(NEW_ISSUE, {"about": f"{SEGMENTS[kind_key]}/{name}" if kind_key else ""})


def attachment_url(file: str) -> str:
	return f"{ROOT}/download/attachments/{quote(file, safe='')}"


def thumbnail_url(file: str) -> str:
	return f"{ROOT}/download/thumbnails/{quote(file, safe='')}"


def with_notice(url: str, notice: str) -> str:
	"""The page with a notice of web/notices.py at its top."""
	path, hash_, anchor = url.partition("#")
	return with_query(path, {"notice": notice}) + hash_ + anchor
