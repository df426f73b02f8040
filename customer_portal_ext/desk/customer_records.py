"""The portal's own records of a customer, for staff whom User Permissions keep from some customers: whoever may not see the
customer does not see their links, payments, answers, requests and traces either, and writes nothing about them.

User Permissions on Customer itself bind these records by their field; those on what a Customer names (its group, territory,
account manager) reach no further than the Customer in Frappe, and are asked here.
"""

import frappe
from frappe import _
from frappe.model.db_query import DatabaseQuery
from frappe.permissions import get_user_permissions, has_controller_permissions, has_user_permission


def has_permission(doc, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Frappe's hook: False refuses, None leaves it to the roles."""
	customer = doc.get("customer")
	return None if not customer or is_within_limits(customer, user) else False


def get_query_conditions(user: str | None = None, doctype: str = "") -> str:
	"""Frappe's hook, the same for a list."""
	condition = get_limits(user)
	if not condition:
		return ""
	column = f"`tab{doctype}`.`customer`"
	return f"(ifnull({column}, '') = '' or {column} in (select name from `tabCustomer` where {condition}))"


def is_within_limits(customer: str, user: str | None = None) -> bool:
	"""Whether User Permissions and other apps' hooks let the user have this customer, whatever the roles say."""
	user = user or frappe.session.user
	if user == "Administrator" or not frappe.db.exists("Customer", customer):
		return True
	doc = frappe.get_doc("Customer", customer)
	return bool(has_user_permission(doc, user)) and has_controller_permissions(doc, "read", user) is not False


def require_within_limits(document, customer: str | None) -> None:
	"""Raise frappe.PermissionError where a document that one may read is a customer's whom one may not."""
	if customer and not is_within_limits(customer):
		frappe.throw(
			_("You may not see the customer of {0} {1}.").format(_(document.doctype), document.name),
			frappe.PermissionError,
		)


def get_limits(user: str | None = None) -> str:
	"""SQL on ``tabCustomer``: what the above lets through; empty when all."""
	user = user or frappe.session.user
	if user == "Administrator":
		return ""
	query = DatabaseQuery("Customer", user=user)
	query.match_filters, query.match_conditions = [], []
	query.add_user_permissions(get_user_permissions(user))
	conditions = [*query.match_conditions, query.get_permission_query_conditions()]
	return " and ".join(f"({condition})" for condition in conditions if condition)
