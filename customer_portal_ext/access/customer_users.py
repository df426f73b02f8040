"""Whose doors elsewhere on the site are the portal's business: the website users of customers.

Frappe and ERPNext have ways of their own to the same documents (lists, print views, REST, whitelisted methods). For these
users each of them asks here what the portal's policy gives; staff, guests and other website users are left alone.
"""

from collections.abc import Callable

import frappe
from frappe.permissions import is_system_user

from customer_portal_ext.access import users
from customer_portal_ext.access.settings import get_settings


def is_customers_user(user: str | None = None) -> bool:
	"""Whether ``user`` is a website user in the table of portal users of a Customer, a disabled one included.

	Who has the role "Customer" and is in no such table counts as well: it is what ERPNext gives to whoever signs up, and to
	whom staff have put out of the table. A supplier's user counts only when a customer's table names them.
	"""
	user = user or frappe.session.user
	if user in ("Guest", "Administrator") or is_system_user(user):
		return False
	return _remember(("is", user), lambda: _is_linked(user))


def get_customers(capability: str | None, user: str | None = None) -> tuple[str, ...]:
	"""The customers of ``user`` that are enabled and whose policy allows ``capability`` (None: any), while the portal is on."""
	user = user or frappe.session.user
	if not get_settings().enabled:
		return ()
	capabilities = _remember(("capabilities", user), lambda: users.get_capabilities(user))
	return tuple(
		customer for customer, allowed in capabilities.items() if capability is None or capability in allowed
	)


def is_linked(user: str | None = None) -> bool:
	"""Whether a Customer's table of portal users names them, whatever the state of that customer."""
	return "Customer" in _get_parties(user or frappe.session.user)


def is_suppliers_user(user: str | None = None) -> bool:
	"""Whether a Supplier's table of portal users names them."""
	return "Supplier" in _get_parties(user or frappe.session.user)


def _is_linked(user: str) -> bool:
	parties = _get_parties(user)
	return "Customer" in parties or (not parties and "Customer" in frappe.get_roles(user))


def _get_parties(user: str) -> set[str]:
	return set(frappe.get_all("Portal User", {"user": user}, pluck="parenttype", distinct=True))


def _remember(key: tuple, find: Callable):
	"""What was found in this request. Outside one nothing is kept: a job or a test goes on for longer than a click."""
	if not getattr(frappe.local, "request", None):
		return find()
	known = getattr(frappe.local, "portal_customer_users", None)
	if known is None:
		known = frappe.local.portal_customer_users = {}
	if key not in known:
		known[key] = find()
	return known[key]
