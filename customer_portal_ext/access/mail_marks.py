"""What stands for a link until its e-mail goes out: a mark that opens nothing, made by this app alone.

A mark is ``/portal/a/link-<row>-<proof>`` (a secure link) or ``/portal/join/link-<row>-<proof>`` (an invitation). There are
three kinds of proof, all in hex, and whatever has none of them is dead text:

slip	a random number, known to this request alone: for an e-mail that the same request queues.
signed	a MAC over row, hour, who rendered it and to whom it may go: for a text that travels through the browser before it is
	mailed, such as an Email Template. Good for a day, for that person alone.
sealed	for each recipient a MAC over row, Email Queue entry and that recipient: what the queue holds.
"""

import hashlib
import hmac
import re
import secrets
import time
from dataclasses import dataclass
from email.utils import parseaddr

import frappe

from customer_portal_ext.access import tokens
from customer_portal_ext.access.keys import derive_key
from customer_portal_ext.account import sign_ups
from customer_portal_ext.account.contacts import get_address_on_file
from customer_portal_ext.web.urls import ROOT

SECURE_LINK, INVITATION = "a", "join"
MARK = re.compile(rf"{ROOT}/({SECURE_LINK}|{INVITATION})/link-([0-9a-z]{{1,16}})(?:-([0-9a-f]+))?")
# To whom a link may go: whoever the e-mail is written to, or the customer's own addresses alone.
ANYBODY, CUSTOMER = "any", "own"
HOURS = 24
DIGEST = 32  # 16 bytes in hex
MAKER = 16


@dataclass(frozen=True)
class Door:
	"""What a mark stands for: the kind of link, and the row it is derived from."""

	kind: str
	row: str

	def get_path(self, proof: str = "") -> str:
		return f"{ROOT}/{self.kind}/link-{self.row}" + (f"-{proof}" if proof else "")


def make_slip(door: Door, audience) -> str:
	"""The path of a mark for an e-mail that this request queues. ``audience``: ANYBODY, CUSTOMER, or addresses."""
	slip = secrets.token_hex(DIGEST // 2)
	if not isinstance(audience, str):
		audience = frozenset(map(clean, audience))
	_get_slips()[slip] = (door, audience)
	return door.get_path(slip)


def sign(door: Door, audience: str) -> str:
	"""The path of a mark that whoever is signed in may mail within a day. ``audience``: ANYBODY or CUSTOMER."""
	hour, who = f"{int(time.time() // 3600):08x}", _get_maker(frappe.session.user)
	flag = "1" if audience == ANYBODY else "0"
	return door.get_path(hour + who + flag + _mac("signed", door, hour, who, flag))


def get_audience(match: re.Match):
	"""To whom a mark's link may go in an e-mail of this request: ANYBODY, CUSTOMER or addresses; None for dead text."""
	door, proof = Door(match[1], match[2]), match[3] or ""
	known, audience = _get_slips().get(proof, (None, None))
	if known == door:
		return audience
	hour, who, audience = _read_signed(door, proof) or (0, "", None)
	is_fresh = 0 <= int(time.time() // 3600) - hour <= HOURS
	if not is_fresh or who != _get_maker(frappe.session.user):
		return None
	# In a job the session is whose job it is, often the Administrator's, and the text is anybody's.
	return audience if getattr(frappe.local, "request", None) else CUSTOMER


def is_kept_for_print(match: re.Match) -> bool:
	"""Whether somebody who may copy links had the app make this mark, in a text that a document keeps."""
	signed = _read_signed(Door(match[1], match[2]), match[3] or "")
	return bool(signed) and signed[2] == ANYBODY


def seal(door: Door, audience, entry: str, recipients) -> str:
	"""The path of the mark that an Email Queue entry holds, with a MAC for each recipient who may have the link."""
	allowed = [address for address in map(clean, recipients) if _is_allowed(door, audience, address)]
	return door.get_path("".join(_mac("sealed", door, entry, address) for address in sorted(set(allowed))))


def is_sealed_for(match: re.Match, entry: str, recipient: str) -> bool:
	"""Whether a mark of this Email Queue entry is meant for this recipient."""
	proof = match[3] or ""
	wanted = _mac("sealed", Door(match[1], match[2]), entry, clean(recipient))
	parts = [proof[start : start + DIGEST] for start in range(0, len(proof), DIGEST)]
	# each is compared, however early one fits
	return any([hmac.compare_digest(part, wanted) for part in parts])


def clean(recipient: str) -> str:
	"""The bare address of a recipient, as it is compared."""
	return sign_ups.normalise(parseaddr(recipient or "")[1] or recipient)


def is_customers_own(customer: str | None, address: str) -> bool:
	"""Whether an address is the customer's: the one on file, or one that staff put on a contact of theirs."""
	if not customer or not address:
		return False
	return address == clean(get_address_on_file(customer)) or customer in sign_ups.find_customers(address)


def _is_allowed(door: Door, audience, address: str) -> bool:
	if audience == ANYBODY:
		return True
	if audience == CUSTOMER:
		customer = frappe.db.get_value(tokens.DOCTYPE, door.row, "customer")
		return door.kind == SECURE_LINK and is_customers_own(customer, address)
	return address in audience


def _read_signed(door: Door, proof: str) -> tuple[int, str, str] | None:
	if len(proof) != 8 + MAKER + 1 + DIGEST:
		return None
	hour, who, flag = proof[:8], proof[8 : 8 + MAKER], proof[8 + MAKER]
	if not hmac.compare_digest(proof[-DIGEST:], _mac("signed", door, hour, who, flag)):
		return None
	return int(hour, 16), who, ANYBODY if flag == "1" else CUSTOMER


def _get_slips() -> dict:
	if not hasattr(frappe.local, "portal_mail_slips"):
		frappe.local.portal_mail_slips = {}
	return frappe.local.portal_mail_slips


def _get_maker(user: str) -> str:
	return hmac.new(derive_key("mail-mark-maker"), user.encode(), hashlib.sha256).hexdigest()[:MAKER]


def _mac(purpose: str, door: Door, *parts: str) -> str:
	"""No part holds a NUL: rows and entries are names, and an address with one is none."""
	text = "\0".join((door.kind, door.row, *parts))
	return hmac.new(derive_key(f"mail-mark-{purpose}"), text.encode(), hashlib.sha256).hexdigest()[:DIGEST]
