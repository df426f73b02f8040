"""Which of the staff may act on whose portal link: one of four roles, and a customer they may read.

The four roles stand in for the permission to read customers (ERPNext gives a System Manager none); User Permissions,
shares and other apps' permission hooks bind them all the same.
"""

from typing import NoReturn

import frappe
from frappe import _
from frappe.model.db_query import DatabaseQuery
from frappe.permissions import get_role_permissions

from customer_portal_ext.desk.customer_records import get_limits, is_within_limits

MANAGER_ROLES = ("Customer Portal Manager", "System Manager", "Accounts Manager", "Sales Manager")


def is_manager(user: str | None = None) -> bool:
	"""Whether the signed-in user, or another, may manage customers' links at all."""
	return not set(MANAGER_ROLES).isdisjoint(frappe.get_roles(user))


def require_manager() -> None:
	"""Raise frappe.PermissionError unless the user has one of the four roles. Also in tests, where ``only_for`` does not."""
	if not is_manager():
		roles = ", ".join(_(role) for role in MANAGER_ROLES)
		frappe.throw(_("Portal links are managed by these roles: {0}.").format(roles), frappe.PermissionError)


def require_customer(customer: str) -> str:
	"""The name, as it is written, of a customer whose link the user may manage. Raises frappe.PermissionError.

	A missing customer and one the user may not read get the same answer.
	"""
	require_manager()
	return require_readable(customer)


def require_readable(customer: str) -> str:
	"""The name, as it is written, of a customer that one of the staff may read, managing links or not. Raises as above."""
	name = frappe.db.exists("Customer", customer)
	is_staff = frappe.db.get_value("User", frappe.session.user, "user_type") == "System User"
	if not is_staff or not name or not can_read_customer(name):
		refuse_customer(customer)
	return name


def refuse_customer(customer: str) -> NoReturn:
	message = _("There is no customer {0}, or you may not see it.").format(frappe.bold(_escape(customer)))
	frappe.throw(message, frappe.PermissionError)


def can_read_customer(name: str) -> bool:
	"""Whether the user may read this customer, by ERPNext's permissions or as one who manages links."""
	customer = frappe.get_doc("Customer", name)
	if _reads_customers_by_role():
		return bool(frappe.has_permission("Customer", "read", doc=customer))
	return is_manager() and is_within_limits(name)


def get_customer_condition() -> str:
	"""SQL on ``tabCustomer``: the customers the user may read; empty when all. The list's counterpart of the above."""
	if _reads_customers_by_role():
		return DatabaseQuery("Customer", user=frappe.session.user).build_match_conditions()
	return get_limits()


def _reads_customers_by_role() -> bool:
	return bool(get_role_permissions(frappe.get_meta("Customer")).get("read"))


def _escape(text: str) -> str:
	return frappe.utils.escape_html(text[:140])
