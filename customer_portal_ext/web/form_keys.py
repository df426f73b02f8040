"""The key of a form: random with each page, worth something to the browser that got the page, and to no other.

It says when it was made, so that it need not be kept: a form is remembered (web/sent_forms.py) for longer than its key works.
"""

import hmac
import re
import secrets
from datetime import timedelta

from frappe.utils import now_datetime

from customer_portal_ext.access.keys import derive_key
from customer_portal_ext.exceptions import RequestForged

FIELD = "portal_key"
# A visit lasts a week. A session goes on for as long as it is used, and so do the pages that are open in it.
LONGEST_LIFE = timedelta(days=30)
KEY = re.compile(r"([0-9a-f]{1,12})-[A-Za-z0-9_-]{16}\.[0-9a-f]{32}")


def make(binding: str) -> str:
	"""A new key for the forms of one page. ``binding`` is what the browser proves itself with (web/csrf.py)."""
	random = f"{int(now_datetime().timestamp()):x}-{secrets.token_urlsafe(12)}"
	return f"{random}.{get_mac(random, binding)}"


def require(sent: str | None, binding: str) -> str | None:
	"""The key that was sent, or None where the form has none: a page of before the upgrade.

	:raises RequestForged: it was not made for this browser, or is too old.
	"""
	if sent is None:
		return None
	matched = KEY.fullmatch(sent)
	random, _dot, mac = sent.rpartition(".")
	if not matched or not hmac.compare_digest(mac, get_mac(random, binding)):
		raise RequestForged
	if int(matched[1], 16) < (now_datetime() - LONGEST_LIFE).timestamp():
		raise RequestForged
	return sent


def get_mac(random: str, binding: str) -> str:
	return hmac.new(derive_key("form-key"), f"{random}|{binding}".encode(), "sha256").hexdigest()[:32]
