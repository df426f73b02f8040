"""Links in e-mails. What waits in Email Queue, and what Communication keeps, holds a mark that opens nothing
(access/mail_marks.py); the link itself takes its place in the moment the e-mail goes out, in that one e-mail to that one
recipient alone. A copy of the database opens no door, and a mark in any other text is dead."""

import base64
import binascii
import re
from collections.abc import Callable
from email import message_from_string
from email.message import Message
from email.policy import compat32

import frappe

from customer_portal_ext.access import invitation_links, mail_marks, mail_places, token_string, tokens
from customer_portal_ext.access.mail_marks import ANYBODY, INVITATION, MARK, SECURE_LINK, Door
from customer_portal_ext.base.site_address import get_site_url
from customer_portal_ext.exceptions import TokenInvalid
from customer_portal_ext.web.urls import ROOT, enter_url

LINK = re.compile(
	rf"{ROOT}/(?:{SECURE_LINK}/([A-Za-z0-9_-]{{{token_string.TOKEN_LENGTH}}})(?![A-Za-z0-9_-])"
	rf"|{INVITATION}/([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+))"
)


def get_placeholder(token, recipients: list[str], landing: str | None = None) -> str:
	"""What stands for a token's link in an e-mail to ``recipients`` that this request queues."""
	return _with_landing(token, mail_marks.make_slip(Door(SECURE_LINK, token.name), recipients), landing)


def get_signed_placeholder(token, audience: str, landing: str | None = None) -> str:
	"""What stands for a token's link in a text that whoever renders it may mail within a day (mail_marks.sign)."""
	return _with_landing(token, mail_marks.sign(Door(SECURE_LINK, token.name), audience), landing)


def get_invitation_placeholder(row: str, recipients: list[str]) -> str:
	"""What stands for the link of an invitation, by its trace, in an e-mail that this request queues."""
	return get_site_url(mail_marks.make_slip(Door(INVITATION, row), recipients))


def get_customer_placeholder(customer: str, recipient: str, landing: str | None = None) -> str | None:
	"""A placeholder for the customer's own link. None where staff revoked it: an e-mail about something else does not undo that."""
	token = tokens.get_unless_revoked(customer)
	return get_placeholder(token, [recipient], landing) if token else None


def seal(message: str | None, entry: str, recipients: list[str]) -> str | None:
	"""A MIME message as its Email Queue entry may keep it: marks made for it are sealed for each recipient who may have the
	link, as are links that somebody wrote whole. A mark that is none of these, or that stands where a link would be given
	away (access/mail_places.py), is dead, and loses what it claims."""

	def replace(path: str, may_open: bool) -> str:
		path = MARK.sub(lambda match: _seal_mark(match, entry, recipients, may_open), path)
		return seal_whole_link(path, entry, recipients, may_open)

	return rewrite(message, replace)


def seal_whole_link(path: str, entry: str, recipients: list[str], may_open: bool) -> str:
	"""A path with the link that somebody wrote whole sealed for ``recipients``: they would have got it."""

	def seal_door(door: Door) -> str:
		return mail_marks.seal(door, ANYBODY, entry, recipients) if may_open else door.get_path()

	return LINK.sub(lambda match: _replace_link(match, seal_door), path)


def fill_in(message: str | None, entry: str, recipient: str) -> str | None:
	"""A queued MIME message as ``recipient`` gets it: with the link in the place of each mark that is sealed for this entry and
	this recipient, as long as it opens something. Others are dead, and lose what they claim."""

	def get_link(match: re.Match, may_open: bool) -> str:
		door = Door(match[1], match[2])
		is_theirs = may_open and mail_marks.is_sealed_for(match, entry, recipient)
		return (get_working_path(door) if is_theirs else None) or door.get_path()

	return rewrite(message, lambda path, may_open: MARK.sub(lambda match: get_link(match, may_open), path))


def hide(text: str | None) -> str | None:
	"""For texts that are kept: each working link of this site gives way to dead text."""
	return LINK.sub(lambda match: _replace_link(match, Door.get_path), text) if _may_hold(text) else text


def hold_back(text: str | None) -> str | None:
	"""For texts that are kept and mailed by this very request: links, and marks that may be mailed, give way to marks that are
	dead as soon as the request is over. Any other mark loses what it claims."""
	if not _may_hold(text):
		return text

	def hold(match: re.Match) -> str:
		door, audience = Door(match[1], match[2]), mail_marks.get_audience(match)
		return mail_marks.make_slip(door, audience) if audience else door.get_path()

	text = MARK.sub(hold, text)
	return LINK.sub(
		lambda match: _replace_link(match, lambda door: mail_marks.make_slip(door, ANYBODY)), text
	)


def get_working_token(name: str):
	"""The row behind a placeholder, as long as it opens something, else None."""
	fields = ["name", "customer", "seed", "status", "expires_on"]
	token = frappe.db.get_value(tokens.DOCTYPE, name, fields, as_dict=True)
	return token if token and tokens.is_working(token) else None


def get_link_path(token) -> str:
	"""What takes the placeholder's place."""
	return f"{ROOT}/{SECURE_LINK}/{tokens.get_token_string(token)}"


def get_working_path(door: Door) -> str | None:
	"""The path of the link itself, derived anew, as long as it opens something."""
	if door.kind == INVITATION:
		return invitation_links.get_path_of(door.row)
	token = get_working_token(door.row)
	return get_link_path(token) if token else None


def _with_landing(token, path: str, landing: str | None) -> str:
	return get_site_url(enter_url(path.rpartition("/")[2], landing))


def _may_hold(text: str | None) -> bool:
	return bool(text) and (f"{ROOT}/{SECURE_LINK}/" in text or f"{ROOT}/{INVITATION}/" in text)


def _seal_mark(match: re.Match, entry: str, recipients: list[str], may_open: bool) -> str:
	door, audience = Door(match[1], match[2]), mail_marks.get_audience(match) if may_open else None
	return mail_marks.seal(door, audience, entry, recipients) if audience else door.get_path()


def _replace_link(match: re.Match, replace: Callable[[Door], str]) -> str:
	try:
		if match[1]:
			return replace(Door(SECURE_LINK, tokens.find(match[1])))
		return replace(Door(INVITATION, invitation_links.find(match[2])))
	except TokenInvalid:
		return match[0]


def rewrite(message: str | None, replace: Callable[[str, bool], str]) -> str | None:
	"""A MIME message with ``replace(path, may_open)`` in the place of each path of a link in its texts.

	Only the texts in which something changes do change, each in the encoding it has: Frappe itself still fills marks of its
	own into the quoted-printable text (``<!--email_open_check-->`` and others), and attachments stay as they were, byte for
	byte."""
	if not message:
		return message
	end = 0
	for part in message_from_string(message, policy=compat32).walk():
		is_text = part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment"
		if not is_text or part.get_filename() or not part.get_payload():
			continue
		body = part.get_payload()
		changed = _rewrite_body(part, body, replace)
		start = message.index(body, end)
		message = message[:start] + changed + message[start + len(body) :]
		end = start + len(changed)
	return message


def _rewrite_body(part: Message, body: str, replace: Callable[[str, bool], str]) -> str:
	is_html = part.get_content_subtype() != "plain"
	encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
	if encoding == "quoted-printable":
		return mail_places.rewrite_quoted(body, replace, is_html)
	if encoding == "base64":
		charset = part.get_content_charset() or "utf-8"
		try:
			text = base64.b64decode(body).decode(charset)
		except (binascii.Error, ValueError, LookupError):
			return body
		changed = mail_places.rewrite(text, replace, is_html)
		return body if changed == text else base64.encodebytes(changed.encode(charset)).decode()
	return mail_places.rewrite(body, replace, is_html)
