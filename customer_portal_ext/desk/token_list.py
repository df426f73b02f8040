"""What the page Portal Tokens lists: customers, each with the state of their link. One statement for a page, one for its count."""

import frappe
from frappe.query_builder import Case
from frappe.query_builder.functions import Count
from frappe.utils import cint, now_datetime
from pypika.queries import QueryBuilder, Table
from pypika.terms import Criterion, Term

from customer_portal_ext.access import tokens
from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.account.contacts import address_on_file
from customer_portal_ext.desk.staff import get_customer_condition
from customer_portal_ext.documents.row_limits import Condition

STATES = ("none", "active", "expired", "revoked", "disabled")
LONGEST_PAGE = 100


def get_page(search: str = "", state: str = "", start: int = 0, page_length: int = 20) -> dict:
	"""One page of the customers the user may see, and how many match in all. An unknown ``state`` stands for any."""
	start, length = min(max(cint(start), 0), 10**9), min(max(cint(page_length), 1), LONGEST_PAGE)
	return {
		"rows": _get_rows(_matching(search, state), start, length),
		"total": _count(search, state),
		"portal_enabled": bool(get_settings().enabled),
	}


def get_row(customer: str) -> dict:
	"""The same of one customer whom the caller may see."""
	table = frappe.qb.DocType("Customer")
	return _get_rows(table.name == customer, 0, 1)[0]


def get_selection(names: list[str] | None, search: str = "", state: str = "") -> list[dict]:
	"""Of the customers named, or of all that match, those the user may see: name, customer_name, state and email."""
	table = frappe.qb.DocType("Customer")
	condition = _matching(search, state) if names is None else table.name.isin(names or [""])
	query = _from_customers(condition & _visible(), with_token=True)
	columns = (
		table.name,
		table.customer_name,
		get_state(table).as_("state"),
		address_on_file(table).as_("email"),
	)
	return query.select(*columns).orderby(table.customer_name, table.name).run(as_dict=True)


def get_state(customer: Table) -> Term:
	"""SQL: the state of a customer's link, one of STATES."""
	token = frappe.qb.DocType(tokens.DOCTYPE)
	return (
		Case()
		.when(customer.disabled == 1, "disabled")
		.when(token.name.isnull(), "none")
		.when(token.status == "Revoked", "revoked")
		.when((token.status == "Active") & (token.expires_on > now_datetime()), "active")
		.else_("expired")
	)


def _get_rows(condition: Criterion, start: int, length: int) -> list[dict]:
	customer, token = frappe.qb.DocType("Customer"), frappe.qb.DocType(tokens.DOCTYPE)
	query = _from_customers(condition & _visible(), with_token=True).select(
		customer.name,
		customer.customer_name,
		address_on_file(customer).as_("email"),
		get_state(customer).as_("state"),
		token.name.as_("token"),
		token.last_four,
		token.expires_on,
		token.revoked_on,
		token.last_used_on,
		token.use_count,
	)
	return query.orderby(customer.customer_name, customer.name).limit(length).offset(start).run(as_dict=True)


def _count(search: str, state: str) -> int:
	customer = frappe.qb.DocType("Customer")
	query = _from_customers(_matching(search, state) & _visible(), with_token=state in STATES)
	return query.select(Count(customer.name)).run()[0][0]


def _from_customers(condition: Criterion, with_token: bool) -> QueryBuilder:
	customer, token = frappe.qb.DocType("Customer"), frappe.qb.DocType(tokens.DOCTYPE)
	query = frappe.qb.from_(customer).where(condition)
	if with_token:
		query = query.left_join(token).on(token.name == _newest_token(customer))
	return query


def _newest_token(customer: Table) -> QueryBuilder:
	"""The active whole-account token of a customer, else the one issued last."""
	newest = frappe.qb.DocType(tokens.DOCTYPE).as_("newest")
	return (
		frappe.qb.from_(newest)
		.select(newest.name)
		.where((newest.customer == customer.name) & (newest.scope == tokens.WHOLE_ACCOUNT))
		.orderby(newest.active_account_key.isnull())
		.orderby(newest.issued_on, order=frappe.qb.desc)
		.limit(1)
	)


def _matching(search: str, state: str) -> Criterion:
	customer = frappe.qb.DocType("Customer")
	condition = (
		customer.name != ""
	)  # a parameter, so that % is doubled in every statement (see row_limits.Condition)
	if words := (search or "").strip()[:140]:
		pattern = "%" + words.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
		condition &= customer.name.like(pattern) | customer.customer_name.like(pattern)
	if state in STATES:
		condition &= get_state(customer) == state
	return condition


def _visible() -> Criterion:
	return Condition(get_customer_condition() or "1=1")
