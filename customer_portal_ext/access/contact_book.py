"""The gate of the customer's contacts."""

from collections.abc import Mapping

import frappe

from customer_portal_ext.access import account_changes, activity, change_requests, guard, staff_view
from customer_portal_ext.access.account_changes import get_sections, get_typed, may_change, needs_approval
from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.account import contact_book, forms
from customer_portal_ext.account.contacts import get_address_on_file
from customer_portal_ext.exceptions import DocumentNotFound, InvalidInput
from customer_portal_ext.web import account_urls as urls
from customer_portal_ext.web.conversation_urls import with_notice
from customer_portal_ext.web.words import _


def get_list_page() -> dict:
	"""The context of pages/contacts.html."""
	visitor = guard.require_account()
	can_change = may_change(visitor)
	return {
		"title": _("Contacts"),
		"sections": get_sections("contacts"),
		"new_url": urls.NEW_CONTACT if can_change else None,
		"rows": [get_row(row, can_change) for row in get_rows(visitor)],
	}


def get_rows(visitor: Visitor) -> list[dict]:
	"""The customer's; of them, for staff who look on, those they may read in ERPNext."""
	rows = contact_book.get_list(visitor.customer)
	return staff_view.keep_readable("Contact", rows) if visitor.kind == "staff" else rows


def get_row(row: Mapping, can_change: bool) -> dict:
	can_change = can_change and row["is_own"]
	name = row["name"]
	is_kept = row["is_main"] or row["is_on_file"] or row["may_sign_in"]
	return {
		"name": name,
		"title": row["title"],
		"designation": row["designation"] or "",
		"email": row["email_id"] or "",
		"numbers": [number for number in dict.fromkeys((row["phone"], row["mobile_no"])) if number],
		"is_main": row["is_main"],
		"is_on_file": row["is_on_file"],
		"is_own": row["is_own"],
		"may_sign_in": row["may_sign_in"],
		"edit_url": get_edit_url(row) if can_change else None,
		"main_url": urls.main_contact_url(name)
		if can_change and not row["is_main"] and row["email_id"]
		else None,
		"remove_url": urls.remove_contact_url(name) if can_change and not is_kept else None,
	}


def get_edit_url(row: Mapping) -> str:
	"""Where approval is needed, whose e-mail address is on file is changed with the account's details."""
	if needs_approval() and (row["is_main"] or row["is_on_file"]):
		return urls.DETAILS
	return urls.contact_url(row["name"])


def require_contact(visitor: Visitor, name: str) -> dict:
	"""One of the visitor's own contacts. Raises DocumentNotFound."""
	try:
		return contact_book.find(visitor.customer, name)
	except DocumentNotFound:
		activity.record_refusal(visitor, f"contact {name}")
		raise


def get_form_page(context: Mapping, problem: InvalidInput | None = None) -> dict:
	"""The context of pages/contact.html: a new contact, or the one in the path, as it is or as it was typed."""
	if problem:
		frappe.db.rollback()
	visitor = guard.require_capability(account_changes.CAPABILITY)
	name = context["args"].get("name")
	row = require_contact(visitor, name) if name else None
	if context["form"]:
		typed = get_typed(context, contact_book.FORM_FIELDS)
	else:
		typed = {field: row[field] for field in contact_book.FORM_FIELDS} if row else {}
	return {
		"title": row["title"] if row else _("New contact"),
		"name": row["name"] if row else None,
		"back": {"label": _("Contacts"), "url": urls.CONTACTS},
		"is_own": row["is_own"] if row else True,
		"is_on_file": bool(row and (row["is_main"] or row["is_on_file"])),
		"form": forms.make(
			urls.contact_url(name) if name else urls.NEW_CONTACT, forms.get_contact_rows(typed), problem
		),
		"http_status": problem.http_status if problem else 200,
	}


def add(context: Mapping) -> tuple[str]:
	"""Keep a new contact: the page to go to. Raises InvalidInput."""
	visitor = account_changes.begin()
	values = contact_book.read(context["form"])
	if needs_approval() and values["email_id"] and not get_address_on_file(visitor.customer):
		raise InvalidInput(
			_("There is no e-mail address on file yet. Ask for one with the account's details first."),
			"email_id",
		)
	name = contact_book.add(visitor.customer, values)
	account_changes.record("Added Contact", visitor, "Contact", name)
	return (with_notice(urls.CONTACTS, "contact-added"),)


def change(context: Mapping) -> tuple[str]:
	"""Keep a changed contact: the page to go to. Raises InvalidInput or DocumentNotFound."""
	visitor = account_changes.begin()
	row = require_contact(visitor, context["args"]["name"])
	values = contact_book.read(context["form"], row)
	if needs_approval() and (row["is_main"] or row["is_on_file"]):
		raise InvalidInput(_("Your main contact is changed with the account's details."))
	watched = account_changes.WatchedAddress(visitor.customer)
	if contact_book.change(visitor.customer, row["name"], values):
		account_changes.record("Changed Contact", visitor, "Contact", row["name"])
		watched.tell()
	return (with_notice(urls.CONTACTS, "contact-changed"),)


def set_main(context: Mapping) -> tuple[str]:
	"""Make it the main contact, or ask staff to: the page to go to. Raises DocumentNotFound or InvalidInput."""
	visitor = account_changes.begin()
	row = require_contact(visitor, context["args"]["name"])
	if needs_approval():
		change_requests.ask(visitor, {"main_contact": row["name"]})
		return (with_notice(urls.ACCOUNT, "change-asked"),)
	watched = account_changes.WatchedAddress(visitor.customer)
	contact_book.set_main(visitor.customer, row["name"])
	account_changes.record("Changed Main Contact", visitor, "Contact", row["name"])
	watched.tell()
	return (with_notice(urls.CONTACTS, "contact-main"),)


def remove(context: Mapping) -> tuple[str]:
	"""Remove it, or take it off the account: the page to go to. Raises DocumentNotFound or InvalidInput."""
	visitor = account_changes.begin()
	row = require_contact(visitor, context["args"]["name"])
	contact_book.remove(visitor.customer, row["name"])
	account_changes.record("Removed Contact", visitor, "Contact", row["name"])
	return (with_notice(urls.CONTACTS, "contact-removed"),)
