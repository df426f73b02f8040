"""Who may change an account, and the trace each change leaves: for the customer in their activity, for staff in Desk."""

from collections.abc import Callable, Mapping

import frappe

from customer_portal_ext.access import account_mail, activity, customer_timeline, guard, limits
from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.account import linked
from customer_portal_ext.account.contacts import get_address_on_file
from customer_portal_ext.web import account_urls as urls
from customer_portal_ext.web.words import _

CAPABILITY = "account_changes"
AT_ONCE, AFTER_APPROVAL = "At Once", "After Approval"


def may_change(visitor: Visitor) -> bool:
	return visitor.can(CAPABILITY)


def needs_approval() -> bool:
	"""Whether staff decide on changes of the account's own details and of its main contact."""
	return get_settings().account_changes_applied == AFTER_APPROVAL


def require_changer() -> Visitor:
	"""A visitor who may change the account. Raises DocumentNotFound."""
	return guard.require_capability(CAPABILITY)


def begin(require: Callable[[], Visitor] = require_changer) -> Visitor:
	"""Whoever ``require`` lets through, at the beginning of a fresh transaction. Raises DocumentNotFound or
	TooManyAttempts."""
	visitor = require()
	limits.count("account-change", visitor)
	# The lock comes first: what is read after it is what others have committed, not what was there before we waited.
	frappe.db.rollback()
	linked.lock_customer(visitor.customer)
	return visitor


def record(what: str, visitor: Visitor, doctype: str, name: str, details: str = "") -> None:
	"""Remember a change, in the same transaction: in the account's activity, and in the customer's timeline in Desk."""
	activity.record_change(what, visitor, doctype, name, details)
	customer_timeline.add(visitor, what, ": ".join(filter(None, (name, details))))


class WatchedAddress:
	"""The e-mail address on file, where the secure link goes: whoever had it is told when it becomes another one."""

	def __init__(self, customer: str):
		self.customer = customer
		self.before = get_address_on_file(customer)

	def tell(self) -> None:
		after = get_address_on_file(self.customer)
		if self.before and (after or "").lower() != self.before.lower():
			account_mail.send_address_changed(self.customer, self.before, after)


def get_sections(current: str) -> list[dict]:
	"""The pages about the account, for the row of tabs at their top."""
	pages = (
		("account", _("Account"), urls.ACCOUNT),
		("addresses", _("Addresses"), urls.ADDRESSES),
		("contacts", _("Contacts"), urls.CONTACTS),
		("activity", _("Activity"), urls.ACTIVITY),
	)
	return [{"label": label, "url": url, "is_current": key == current} for key, label, url in pages]


def get_typed(context: Mapping, names: tuple[str, ...]) -> dict:
	"""What the form was sent with, as it was typed."""
	return {name: str(context["form"].get(name) or "") for name in names}
