"""What a customer's user may do with a document, asked by Frappe's own permission checks on every path but the portal's pages.

Registered as ``has_permission``, ``permission_query_conditions`` and ``has_website_permission``. These can only take away:
where they have nothing against it, the roles' permissions and ERPNext's rules for its website decide.
"""

from collections.abc import Callable

import frappe
from pypika.terms import Parameter

from customer_portal_ext.access import private_files
from customer_portal_ext.access.customer_users import get_customers, is_customers_user, is_linked
from customer_portal_ext.access.outsiders import is_by_outsider
from customer_portal_ext.documents.kinds import KINDS, Kind, find, get_parties, scope

READING = ("read", "select", "print")
# ERPNext's website shows these to a customer's users; no capability of the portal is about them
OTHER_WITH_CUSTOMER = ("Project", "Timesheet", "Material Request")
# Messages and files leave through the portal's pages, which know whose they are; nobody reads what asks for payments.
NEVER = ("Communication", "Payment Request", "Shipment", "POS Invoice")
LINKED_TO_PARTIES = ("Address", "Contact")


def get_kinds(doctype: str) -> tuple[Kind, ...]:
	"""The kinds that documents of this DocType may be of."""
	return tuple(kind for kind in KINDS.values() if kind.doctype == doctype)


def has_permission(doc, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Frappe's hook: False refuses, None leaves it to the other hooks and to the roles."""
	if doc.doctype == "File" and ptype == "create" and is_by_outsider():
		if not private_files.may_make(doc):
			return False
	if not is_customers_user(user) or may(doc, ptype or "read", user):
		return None
	return False


def has_website_permission(doc, ptype: str = "read", user: str | None = None) -> bool:
	"""Frappe's hook for pages of the website, beside ERPNext's own: all of them must say yes."""
	return doc is None or not is_customers_user(user) or may(doc, ptype or "read", user)


def get_query_conditions(user: str | None = None, doctype: str = "") -> str:
	"""Frappe's hook: SQL that a list's rows must pass; empty where there is nothing to add."""
	return _get_condition(doctype, user) if is_customers_user(user) else ""


def may(doc, ptype: str, user: str | None = None) -> bool:
	"""Whether the portal has nothing against it that this customer's user reads or writes the document.

	Who it belongs to is read from the database: the document itself may have come with the request.
	"""
	rule = get_rule(doc.doctype)
	return rule is None or rule(doc, ptype, user)


def get_rule(doctype: str) -> Callable | None:
	"""The rule for a DocType, or None where the portal has none."""
	if get_kinds(doctype):
		return _may_read_kind
	if doctype in OTHER_WITH_CUSTOMER:
		return _may_read_with_customer
	if doctype in NEVER:
		return lambda doc, ptype, user: False
	if doctype in LINKED_TO_PARTIES:
		return _may_linked
	return {"Issue": _may_issue, "Customer": _may_read_customer, "File": _may_file}.get(doctype)


def _may_read_kind(doc, ptype, user) -> bool:
	return ptype in READING and any(
		find(kind, get_customers(kind.capability, user), doc.name or "", as_kept=True)
		for kind in get_kinds(doc.doctype)
	)


def _may_read_with_customer(doc, ptype, user) -> bool:
	customer = frappe.db.get_value(doc.doctype, doc.name, "customer")
	return ptype in READING and bool(customer) and customer in get_customers(None, user)


def _may_read_customer(doc, ptype, user) -> bool:
	return ptype in READING and doc.name in get_customers(None, user)


def _may_issue(doc, ptype, user) -> bool:
	allowed = get_customers("issues", user)
	if doc.is_new():
		return doc.customer in allowed if doc.customer else bool(allowed) or not is_linked(user)
	customer, raised_by = frappe.db.get_value("Issue", doc.name, ["customer", "raised_by"]) or ("", "")
	if customer:
		return customer in allowed
	# raised on ERPNext's website, by somebody whom it knew no customer of
	return bool(allowed) and raised_by == (user or frappe.session.user)


def _may_linked(doc, ptype, user) -> bool:
	"""An address or a contact: that of no customer is who wrote it's own; and to who is no customer's user, ERPNext links
	what they have written themselves."""
	if not is_linked(user):
		return doc.is_new() or frappe.db.get_value(doc.doctype, doc.name, "owner") == (
			user or frappe.session.user
		)
	linked = {row.link_name for row in doc.links if row.link_doctype == "Customer"}
	if not doc.is_new():
		stored = {"parenttype": doc.doctype, "parent": doc.name, "link_doctype": "Customer"}
		linked |= set(frappe.get_all("Dynamic Link", stored, pluck="link_name"))
	if ptype in READING:
		return not linked or bool(linked & set(get_customers(None, user)))
	return linked <= set(get_customers("account_changes", user))


def _may_file(doc, ptype, user) -> bool:
	"""A private file is as open as what it is attached to, also to who has uploaded it; a public one is the web server's."""
	attached = doc.attached_to_doctype
	if not attached or not doc.attached_to_name or not get_rule(attached):
		return True
	if ptype in READING and not doc.is_private:
		return True
	if not frappe.db.exists(attached, doc.attached_to_name):
		# sent for what a web form has not saved yet
		return doc.is_new() or doc.owner == (user or frappe.session.user)
	return may(frappe.get_doc(attached, doc.attached_to_name), ptype, user)


def _get_condition(doctype: str, user: str | None) -> str:
	if kinds := get_kinds(doctype):
		return _any_of([_get_kind_condition(kind, user) for kind in kinds])
	if doctype in NEVER:
		return "1=0"
	if doctype in OTHER_WITH_CUSTOMER:
		return _is_in(f"`tab{doctype}`.`customer`", get_customers(None, user))
	if doctype == "Customer":
		return _is_in("`tabCustomer`.`name`", get_customers(None, user))
	if doctype == "Issue":
		customers = get_customers("issues", user)
		own = f"(ifnull(`tabIssue`.`customer`, '') = '' and `tabIssue`.`raised_by` = {_escape(user or frappe.session.user)})"
		return _any_of([_is_in("`tabIssue`.`customer`", customers), own if customers else ""])
	if doctype in LINKED_TO_PARTIES:
		links = (
			"select parent from `tabDynamic Link` where link_doctype = 'Customer'"
			f" and parenttype = '{doctype}'"
		)
		own = f"{links} and {_is_in('link_name', get_customers(None, user))}"
		name = f"`tab{doctype}`.`name`"
		return f"({name} in ({own}) or {name} not in ({links}))"
	return ""


def _get_kind_condition(kind: Kind, user: str | None) -> str:
	customers = get_customers(kind.capability, user)
	if not customers:
		return ""
	whose = get_parties(kind, customers).with_terms(_write_names)
	return scope(kind, kind.table, whose, as_kept=True).get_sql(quote_char="`", with_namespace=True)


def _write_names(_field: str, names: tuple[str, ...]) -> Parameter:
	return Parameter(f"({', '.join(_escape(name) for name in names)})")


def _is_in(column: str, names: tuple[str, ...]) -> str:
	return f"{column} in ({', '.join(_escape(name) for name in names)})" if names else "1=0"


def _any_of(conditions: list[str]) -> str:
	some = [f"({condition})" for condition in conditions if condition]
	return f"({' or '.join(some)})" if some else "1=0"


def _escape(text: str) -> str:
	return frappe.db.escape(text, percent=False)
