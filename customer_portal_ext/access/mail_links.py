"""Links in e-mails. What waits in Email Queue, and what Communication keeps, holds a placeholder that opens nothing; the
link itself takes its place in the moment an e-mail goes out, so that a copy of the database opens no door."""

import base64
import binascii
import quopri
import re
from email import message_from_string
from email.message import Message
from email.policy import compat32

import frappe
from frappe.utils import get_url

from customer_portal_ext.access import token_string, tokens
from customer_portal_ext.exceptions import TokenInvalid
from customer_portal_ext.web.urls import enter_url

PREFIX = "link-"
PLACEHOLDER = re.compile(rf"/portal/a/{PREFIX}([0-9a-z]{{10}})")
# In quoted-printable text a line may break anywhere: "=" and the line's end, which the reader takes away again.
SOFT_BREAK = r"(?:=\r?\n)?"
BROKEN_PLACEHOLDER = re.compile(
	SOFT_BREAK.join([*(re.escape(character) for character in f"/portal/a/{PREFIX}"), *["[0-9a-z]"] * 10])
)
LINK = re.compile(rf"/portal/a/([A-Za-z0-9_-]{{{token_string.TOKEN_LENGTH}}})(?![A-Za-z0-9_-])")


def get_placeholder(token, landing: str | None = None) -> str:
	"""What stands for a token's link in a stored text: an address that leads to "Access denied" as long as it is not filled in."""
	return get_url(enter_url(f"{PREFIX}{token.name}", landing))


def get_customer_placeholder(customer: str, landing: str | None = None) -> str | None:
	"""A placeholder for the customer's own link. None where staff revoked it: an e-mail about something else does not undo that."""
	token = tokens.get_active(customer)
	if token is None:
		last = frappe.db.get_value(
			tokens.DOCTYPE,
			{"customer": customer, "scope": tokens.WHOLE_ACCOUNT},
			"status",
			order_by="creation desc",
		)
		if last == "Revoked":
			return None
		token = tokens.get_or_issue(customer)
	return get_placeholder(token, landing)


def fill_in(message: str | None) -> str | None:
	"""A queued MIME message with each placeholder of a working token replaced by the token. Others stay as they are.

	Only the texts that hold one change, each in the encoding it has: Frappe itself still fills marks of its own into the
	quoted-printable text (``<!--email_open_check-->`` and others), and attachments stay as they were, byte for byte.
	"""
	if not message:
		return message
	end = 0
	for part in message_from_string(message, policy=compat32).walk():
		if part.get_content_maintype() != "text" or part.get_filename() or not part.get_payload():
			continue
		body = part.get_payload()
		filled = _fill_in_body(part, body)
		start = message.index(body, end)
		message = message[:start] + filled + message[start + len(body) :]
		end = start + len(filled)
	return message


def hide(text: str | None) -> str | None:
	"""The reverse, for texts that are kept: each working link of this site gives way to its placeholder."""
	return LINK.sub(_get_placeholder_path, text) if text and "/portal/a/" in text else text


def _fill_in_body(part: Message, body: str) -> str:
	encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
	if encoding == "quoted-printable":
		return BROKEN_PLACEHOLDER.sub(_get_quoted_link, body)
	if encoding == "base64":
		try:
			text = base64.b64decode(body).decode(part.get_content_charset() or "utf-8")
		except (binascii.Error, ValueError, LookupError):
			return body
		filled = PLACEHOLDER.sub(_get_link_path, text)
		return (
			body
			if filled == text
			else base64.encodebytes(filled.encode(part.get_content_charset() or "utf-8")).decode()
		)
	return PLACEHOLDER.sub(_get_link_path, body)


def _get_quoted_link(match: re.Match) -> str:
	placeholder = quopri.decodestring(match[0]).decode()
	link = PLACEHOLDER.sub(_get_link_path, placeholder)
	# On a line of its own, so that no line becomes longer than quoted-printable allows (76 characters, RFC 2045).
	return match[0] if link == placeholder else f"=\n{link}=\n"


def get_working_token(name: str):
	"""The row behind a placeholder, as long as it opens something, else None."""
	fields = ["name", "customer", "seed", "status", "expires_on"]
	token = frappe.db.get_value(tokens.DOCTYPE, name, fields, as_dict=True)
	return token if token and tokens.is_working(token) else None


def get_link_path(token) -> str:
	"""What takes the placeholder's place."""
	return f"/portal/a/{tokens.get_token_string(token)}"


def _get_link_path(match: re.Match) -> str:
	token = get_working_token(match[1])
	return get_link_path(token) if token else match[0]


def _get_placeholder_path(match: re.Match) -> str:
	try:
		return f"/portal/a/{PREFIX}{tokens.find(match[1])}"
	except TokenInvalid:
		return match[0]
