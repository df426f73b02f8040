"""The gate of the customer's addresses."""

from collections.abc import Mapping

import frappe

from customer_portal_ext.access import account_changes, activity, guard, staff_view
from customer_portal_ext.access.account_changes import get_sections, get_typed, may_change
from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.account import address_book, countries, forms
from customer_portal_ext.conversations.text import make_inert
from customer_portal_ext.exceptions import DocumentNotFound, InvalidInput
from customer_portal_ext.web import account_urls as urls
from customer_portal_ext.web.conversation_urls import with_notice
from customer_portal_ext.web.words import _


def get_list_page() -> dict:
	"""The context of pages/addresses.html."""
	visitor = guard.require_account()
	can_change = may_change(visitor)
	return {
		"title": _("Addresses"),
		"sections": get_sections("addresses"),
		"new_url": urls.NEW_ADDRESS if can_change else None,
		"rows": [get_row(row, can_change) for row in get_rows(visitor)],
	}


def get_rows(visitor: Visitor) -> list[dict]:
	"""The customer's; of them, for staff who look on, those they may read in ERPNext."""
	rows = address_book.get_list(visitor.customer)
	return staff_view.keep_readable("Address", rows) if visitor.kind == "staff" else rows


def get_row(row: Mapping, can_change: bool) -> dict:
	can_change = can_change and row["is_own"]
	name = row["name"]
	return {
		"name": name,
		"title": row["address_title"],
		"type": row["type"],
		"lines": row["lines"],
		"reach": [value for value in (row["phone"], row["email_id"]) if value],
		"is_billing": row["is_billing"],
		"is_shipping": row["is_shipping"],
		"is_own": row["is_own"],
		"edit_url": urls.address_url(name) if can_change else None,
		"billing_url": urls.default_address_url("billing", name)
		if can_change and not row["is_billing"]
		else None,
		"shipping_url": urls.default_address_url("shipping", name)
		if can_change and not row["is_shipping"]
		else None,
		"remove_url": urls.remove_address_url(name) if can_change else None,
	}


def require_address(visitor: Visitor, name: str) -> dict:
	"""One of the visitor's own addresses. Raises DocumentNotFound."""
	try:
		return address_book.find(visitor.customer, name)
	except DocumentNotFound:
		activity.record_refusal(visitor, f"address {name}")
		raise


def get_form_page(context: Mapping, problem: InvalidInput | None = None) -> dict:
	"""The context of pages/address.html: a new address, or the one in the path, as it is or as it was typed."""
	if problem:
		frappe.db.rollback()
	visitor = guard.require_capability(account_changes.CAPABILITY)
	name = context["args"].get("name")
	row = require_address(visitor, name) if name else None
	offered = countries.get_all()
	if context["form"]:
		typed = get_typed(context, (*address_book.FORM_FIELDS, *address_book.DEFAULTS))
	elif row:
		typed = {field: row[field] for field in address_book.FORM_FIELDS}
	else:
		typed = get_new(visitor)
	return {
		"title": _("Address") if row else _("New address"),
		"name": row["name"] if row else None,
		"back": {"label": _("Addresses"), "url": urls.ADDRESSES},
		"is_own": row["is_own"] if row else True,
		"form": forms.make(
			urls.address_url(name) if name else urls.NEW_ADDRESS,
			forms.get_address_rows(typed, offered),
			problem,
		),
		"defaults": None if row else {key: bool(typed.get(key)) for key in address_book.DEFAULTS},
		"http_status": problem.http_status if problem else 200,
	}


def get_new(visitor: Visitor) -> dict:
	company = frappe.defaults.get_global_default("company")
	return {
		"address_title": make_inert(visitor.customer_name)[: address_book.LONGEST["address_title"]],
		"address_type": "Shipping",
		"country": countries.get_default(visitor.customer, company),
	}


def wants_other_country(context: Mapping) -> bool:
	"""Whether the form was sent to be shown with the fields of another country. Nothing is kept."""
	return bool(context["form"].get("reshow"))


def add(context: Mapping) -> tuple[str]:
	"""Keep a new address: the page to go to. Raises InvalidInput."""
	visitor = account_changes.begin()
	values = address_book.read(context["form"], countries.get_all())
	name = address_book.add(visitor.customer, values)
	for purpose in address_book.DEFAULTS:
		if context["form"].get(purpose):
			address_book.set_default(visitor.customer, name, purpose)
	account_changes.record("Added Address", visitor, "Address", name)
	return (with_notice(urls.ADDRESSES, "address-added"),)


def change(context: Mapping) -> tuple[str]:
	"""Keep a changed address: the page to go to. Raises InvalidInput or DocumentNotFound."""
	visitor = account_changes.begin()
	row = require_address(visitor, context["args"]["name"])
	values = address_book.read(context["form"], countries.get_all(), row)
	if address_book.change(visitor.customer, row["name"], values):
		account_changes.record("Changed Address", visitor, "Address", row["name"])
	return (with_notice(urls.ADDRESSES, "address-changed"),)


def set_default(context: Mapping, purpose: str) -> tuple[str]:
	"""Make it the default for "billing" or "shipping": the page to go to. Raises DocumentNotFound or InvalidInput."""
	visitor = account_changes.begin()
	row = require_address(visitor, context["args"]["name"])
	address_book.set_default(visitor.customer, row["name"], purpose)
	account_changes.record("Changed Default Address", visitor, "Address", row["name"], purpose)
	return (with_notice(urls.ADDRESSES, "address-default"),)


def remove(context: Mapping) -> tuple[str]:
	"""Remove or disable it: the page to go to. Raises DocumentNotFound or InvalidInput."""
	visitor = account_changes.begin()
	row = require_address(visitor, context["args"]["name"])
	is_gone = address_book.remove(visitor.customer, row["name"])
	account_changes.record("Removed Address", visitor, "Address", row["name"])
	return (with_notice(urls.ADDRESSES, "address-removed" if is_gone else "address-disabled"),)
