"""Contacts and addresses, as website users could write them past the portal.

Frappe lets every website user make and change contacts and addresses of their own (the role "All", if they own it), with any
customer, supplier or company of ours among the links, whatever the author of a row (contacts/doctype/contact/contact.json; model/document.py
set_user_and_timestamp takes the author of a row as it is sent). The portal mails to contacts, links who signs up by them, and
offers addresses for deliveries; ERPNext prints a company's address on all that it sells. So nobody puts theirs on another's
account, and who wrote what is kept true.
"""

import frappe
from frappe import _
from frappe.utils import cint

from customer_portal_ext.access import document_rules
from customer_portal_ext.access.customer_users import is_customers_user
from customer_portal_ext.account import sign_ups

# the tables whose authors count, with what makes two rows the same
WRITTEN_BY = {"email_ids": ("email_id",), "links": ("link_doctype", "link_name")}
# Whom else somebody outside can be: ERPNext links what they write to the parties of their contact (Address.link_address).
OTHER_PARTIES = ("Supplier", "Lead", "Prospect")


# what a customer is reached by, which changes on the portal's pages alone: staff may have to agree, and whoever is replaced is told
REACHED_BY = {"email_ids": "email_id", "phone_nos": "phone"}
PRIMARY = ("is_primary", "is_primary_phone", "is_primary_mobile_no")


def guard_web_form(document) -> None:
	"""A web form of the website writes without asking for permission: what a customer's policy denies is not written so either.

	:raises frappe.PermissionError: nothing was changed.
	"""
	if frappe.flags.in_web_form and is_customers_user() and not document_rules.may(document, "write"):
		refuse(document)


def guard_contact(contact) -> None:
	"""Nobody is added to a contact by a website user, a customer's contact is reached as before, and one that a policy narrows stays
	as it is.

	:raises frappe.PermissionError: nothing was changed.
	"""
	if not is_by_website_user(contact):
		return
	if get_new_links(contact) or (not contact.is_new() and is_narrowed(contact)):
		refuse(contact)
	before = contact.get_doc_before_save()
	if before and is_customers(before) and get_reached(before) != get_reached(contact):
		refuse(contact)


def get_reached(contact) -> set[tuple]:
	return {
		(table, row.get(column), *(cint(row.get(field)) for field in PRIMARY))
		for table, column in REACHED_BY.items()
		for row in contact.get(table)
	}


def guard_contact_removal(contact) -> None:
	"""A website user keeps the contact that says who they are, and one that a policy narrows: the policy would go with it.

	:raises frappe.PermissionError: nothing was removed.
	"""
	if is_by_website_user(contact):
		require_removable(contact)


def require_removable(contact) -> None:
	"""Raise frappe.PermissionError for a user's contact, or one with a policy."""
	if contact.user or is_narrowed(contact):
		refuse(contact)


def is_narrowed(contact) -> bool:
	return bool(frappe.db.exists("Customer Portal Policy", {"applies_to": "Contact", "party": contact.name}))


def guard_address(address) -> None:
	"""A website user adds an address to the customers alone whose portal they use, and to who else they are to us; never to a
	company of ours. Raises frappe.PermissionError."""
	if not is_by_website_user(address):
		return
	before = address.get_doc_before_save()
	is_made_ours = address.is_your_company_address and not (before and before.is_your_company_address)
	if is_made_ours or not all(may_link(*link) for link in get_new_links(address)):
		refuse(address)


def may_link(doctype: str, name: str) -> bool:
	"""Whether the user is that customer's, or that supplier's, or is the contact of that party."""
	user = frappe.session.user
	if doctype == "Customer":
		return sign_ups.is_linked(name, user)
	if doctype not in OTHER_PARTIES:
		return False
	if frappe.db.exists("Portal User", {"parenttype": doctype, "parent": name, "user": user}):
		return True
	own = frappe.get_all("Contact", {"user": user}, pluck="name")
	link = {"parenttype": "Contact", "link_doctype": doctype, "link_name": name, "parent": ("in", own)}
	return bool(own and frappe.db.exists("Dynamic Link", link))


def guard_row(row) -> None:
	"""Rows are written with their contact or address, where the above looks at them. Raises frappe.PermissionError."""
	if row.parenttype in ("Contact", "Address") and is_by_website_user(row):
		refuse(row)


def keep_authors(contact) -> None:
	"""Whoever writes a row is its author, whatever was sent, and who made the contact stays who made it."""
	before = contact.get_doc_before_save()
	if before:
		contact.owner = before.owner
	for table, columns in WRITTEN_BY.items():
		known = {row.name: row for row in before.get(table)} if before else {}
		for row in contact.get(table):
			old = known.get(row.name)
			is_same = old and all(old.get(column) == row.get(column) for column in columns)
			row.owner = old.owner if is_same else frappe.session.user


def is_by_website_user(document) -> bool:
	"""Whether it is written with a website user's own rights, and not by a page that has checked what it does."""
	user = frappe.session.user
	return (
		not document.flags.ignore_permissions
		and user != "Guest"  # who has none
		and frappe.get_cached_value("User", user, "user_type") == "Website User"
	)


def get_new_links(document) -> set[tuple[str, str]]:
	"""What is linked anew, but for the user themselves."""
	before = document.get_doc_before_save()
	known = get_links(before) if before else set()
	return get_links(document) - known - {("User", frappe.session.user)}


def get_links(document) -> set[tuple[str, str]]:
	return {(row.link_doctype, row.link_name) for row in document.links}


def is_customers(document) -> bool:
	return any(doctype == "Customer" for doctype, _name in get_links(document))


def refuse(document) -> None:
	frappe.throw(
		_("You may not write this {0}. Please use the customer portal.").format(_(document.doctype)),
		frappe.PermissionError,
	)
