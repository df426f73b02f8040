"""Links in e-mails. What waits in Email Queue, and what Communication keeps, holds a placeholder that opens nothing; the
link itself takes its place in the moment an e-mail goes out, so that a copy of the database opens no door."""

import re
from email import message_from_string
from email.policy import SMTP

import frappe
from frappe.utils import get_url

from customer_portal_ext.access import tokens
from customer_portal_ext.web.urls import enter_url

PREFIX = "link-"
PATTERN = re.compile(rf"/portal/a/{PREFIX}([0-9a-z]{{10}})")


def get_placeholder(token, landing: str | None = None) -> str:
	"""What stands for a token's link in a stored text: an address that leads to "Access denied" as long as it is not filled in."""
	return get_url(enter_url(f"{PREFIX}{token.name}", landing))


def fill_in(message: str | None) -> str | None:
	"""A queued MIME message with each placeholder of a working token replaced by the token. Others stay as they are."""
	if not message:
		return message
	parsed = message_from_string(message, policy=SMTP)
	changed = False
	for part in parsed.walk():
		if part.get_content_maintype() != "text" or part.get_filename():
			continue
		text = part.get_payload(decode=True).decode(part.get_content_charset() or "utf-8", "replace")
		filled = PATTERN.sub(_get_address, text)
		if filled != text:
			_replace_text(part, filled)
			changed = True
	return parsed.as_string() if changed else message


def _replace_text(part, text: str) -> None:
	del part["Content-Transfer-Encoding"]
	part.set_payload(text, "utf-8")


def _get_address(match: re.Match) -> str:
	token = frappe.db.get_value(
		tokens.DOCTYPE, match[1], ["name", "seed", "status", "expires_on"], as_dict=True
	)
	if not token or not tokens.is_working(token):
		return match[0]
	return f"/portal/a/{tokens.get_token_string(token)}"
