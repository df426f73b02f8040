"""How often a visitor may have done what costs something: every such limit, and the one place that counts.

Counted once the guard has let somebody through, and given back where what is asked for turns out to be missing or somebody
else's after that: what is refused uses up nobody's. What one link or one user has
used up is theirs alone; the customer's visitors together have ``TOGETHER`` times as much. Those who hold the link to one
document share a count of their own, so that whoever was shown one quotation takes nothing from the customer.
"""

from dataclasses import dataclass

import frappe
from frappe.utils import sha256_hash

from customer_portal_ext.access import network
from customer_portal_ext.access.visitor import Visitor

TOGETHER = 4
MINUTES = 60
HOUR = 60 * MINUTES
DAY = 24 * HOUR


@dataclass(frozen=True)
class Limit:
	"""How many times in so many seconds: for one link, one user or one address."""

	each: int
	seconds: int


LIMITS = {
	# each PDF costs about two seconds of a processor: enough to save them one by one, not for a siege
	"document-file": Limit(60, 10 * MINUTES),
	"statement-file": Limit(60, 10 * MINUTES),
	"statement-export": Limit(30, HOUR),
	"statement-mail": Limit(5, HOUR),
	"message": Limit(30, HOUR),
	"issue": Limit(10, HOUR),
	"issue-change": Limit(30, HOUR),
	"quotation-answer": Limit(60, 10 * MINUTES),
	"quotation-share": Limit(10, HOUR),
	"account-change": Limit(60, HOUR),
	"payment-start": Limit(30, HOUR),
	"payment-question": Limit(60, 10 * MINUTES),
	"invitation": Limit(20, DAY),
	"account-offer": Limit(20, DAY),
	"fresh-link": Limit(3, HOUR),
	# by address, whatever comes of it; the address that a link is asked for has the limit of fresh links
	"link-question": Limit(20, HOUR),
	# by address: a right token and a right signature are never held up
	"wrong-token": Limit(20, 10 * MINUTES),
	"wrong-signature": Limit(60, 10 * MINUTES),
}


def count(name: str, visitor: Visitor) -> None:
	"""Count one of ``LIMITS`` for a visitor whose access is known. Raises TooManyAttempts.

	Staff who view the portal as a customer have the limit of one visitor, and take nothing from the customer's.
	"""
	who = visitor.token or visitor.user or visitor.visit
	# who is no customer yet has no colleagues to share a limit with
	_count(name, who, visitor.customer or who, visitor.scope is not None, has_part=not visitor.is_read_only)


def count_link(name: str, token: str, customer: str, is_shared: bool) -> None:
	"""The same for who holds a link that may no longer work: ``token`` is its row. Raises TooManyAttempts.

	:param is_shared: whether the link is, or was, for a single document.
	"""
	_count(name, token, customer or token, is_shared)


def count_address(name: str) -> None:
	"""Count by the address it came from: a failure, or what somebody unknown asks for. Raises TooManyAttempts."""
	limit = LIMITS[name]
	network.count_attempt(name, network.get_address(), limit.each, limit.seconds)


def count_mailbox(name: str, email: str) -> None:
	"""Count what somebody unknown has an e-mail address written to for, whether or not anybody here has it. Raises TooManyAttempts.

	:param email: as addresses are compared (account/sign_ups.py: normalise).
	"""
	limit = LIMITS[name]
	network.count_attempt(f"{name}|mailbox", sha256_hash(email), limit.each, limit.seconds)


def _count(name: str, who: str, customer: str, is_shared: bool, has_part: bool = True) -> None:
	limit = LIMITS[name]
	counted = [(name, f"{who}|{customer}", limit.each)]
	if has_part:
		together = f"{name}|shared" if is_shared else f"{name}|customer"
		counted.append((together, customer, TOGETHER * limit.each))
	for purpose, identity, most in counted:
		network.count_attempt(purpose, identity, most, limit.seconds)
		_get_counted().append((purpose, identity))


def give_back() -> None:
	"""What this request has counted was asked for in vain: it found nothing, or nothing of the visitor's."""
	counted = _get_counted()
	while counted:
		network.uncount(*counted.pop())


def _get_counted() -> list[tuple[str, str]]:
	if not hasattr(frappe.local, "portal_counted"):
		frappe.local.portal_counted = []
	return frappe.local.portal_counted
