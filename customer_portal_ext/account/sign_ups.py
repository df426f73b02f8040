"""Whose customer a signed-in user is by their e-mail: exact after normalising, and only ever for a verified e-mail.

ERPNext's own rules stay (erpnext/portal/utils.py): whoever signs in with a password and has no party becomes a customer of
their own, where Portal Settings' default role says so. It asks one contact alone, the last one changed, by its primary
e-mail; ``keep_to_customer`` makes sure that this is one of the customer's, so that nobody becomes a second Customer.
"""

import unicodedata
from collections.abc import Iterable

import frappe
from frappe.utils import now

ROLE = "Customer"


def normalise(email: str | None) -> str:
	"""The address as it is compared: without spaces around it, in lower case, composed (Unicode NFC). What stands after a
	plus sign is part of it, as it is for the mail server."""
	return unicodedata.normalize("NFC", (email or "").strip()).lower()


def find_customers(email: str, with_disabled: bool = False) -> list[str]:
	"""The customers one of whose contacts has this e-mail address, in the order of their names.

	The database takes "é" for "e" and full-width letters for plain ones: its answers are compared again, letter by letter.
	An address that a visitor of the portal put on a contact does not count, or whoever may edit contacts might let anybody in.
	"""
	wanted = normalise(email)
	if not wanted:
		return []
	address = frappe.qb.DocType("Contact Email")
	link = frappe.qb.DocType("Dynamic Link")
	customer = frappe.qb.DocType("Customer")
	writer = frappe.qb.DocType("User")
	rows = (
		frappe.qb.from_(address)
		.join(link)
		.on((link.parent == address.parent) & (link.parenttype == "Contact"))
		.join(customer)
		.on((link.link_doctype == "Customer") & (customer.name == link.link_name))
		.left_join(writer)
		.on(writer.name == address.owner)
		.select(address.email_id, address.owner, writer.user_type, customer.name, customer.disabled)
		.where((address.parenttype == "Contact") & (address.email_id == wanted))
		.orderby(customer.name)
	).run(as_dict=True)
	return list(
		dict.fromkeys(
			row.name
			for row in rows
			if normalise(row.email_id) == wanted
			and (with_disabled or not row.disabled)
			and (row.user_type == "System User" or normalise(row.owner) == wanted)
		)
	)


def is_linked(customer: str, user: str) -> bool:
	return bool(frappe.db.exists("Portal User", _get_row(customer, user)))


def link(customer: str, user: str) -> bool:
	"""Let ``user`` into the portal of ``customer``; False where they are in already. ERPNext's own portal opens with it.

	The row is added by itself: saving the Customer could fail for reasons that are none of this user's.
	"""
	frappe.db.get_value("Customer", customer, "name", for_update=True)
	if is_linked(customer, user):
		return False
	row = _get_row(customer, user)
	frappe.get_doc(
		{
			"doctype": "Portal User",
			"parentfield": "portal_users",
			"idx": frappe.db.count("Portal User", {"parenttype": "Customer", "parent": customer}) + 1,
			**row,
		}
		# the caller has checked who this is: by a verified e-mail, or invited by who may
	).insert(ignore_permissions=True)
	_forget_cached(customer, user)
	_give_role(user)
	return True


def unlink(customer: str, user: str) -> bool:
	"""Close the portal of ``customer`` to ``user``; False where it was closed."""
	frappe.db.get_value("Customer", customer, "name", for_update=True)
	if not is_linked(customer, user):
		return False
	frappe.db.delete("Portal User", _get_row(customer, user))
	_forget_cached(customer, user)
	return True


def keep_to_customer(user: str, customers: Iterable[str]) -> None:
	"""See that ERPNext finds ``user`` to be one of these customers already, by the one contact it asks."""
	customers = list(customers)
	if not customers:
		return
	asked = frappe.db.get_value("Contact", {"email_id": user})
	if asked and frappe.db.exists("Dynamic Link", _get_contact_link(asked)):
		return
	for contact in frappe.get_all("Contact", {"email_id": user}, pluck="name", order_by="modified desc"):
		if frappe.db.exists("Dynamic Link", _get_contact_link(contact)):
			# the last one changed is the one that is asked
			frappe.db.set_value("Contact", contact, "modified", now(), update_modified=False)
			return
	_make_contact(user, customers[0], asked)


def _make_contact(user: str, customer: str, asked: str | None) -> None:
	link = {"link_doctype": "Customer", "link_name": customer}
	if asked and not frappe.db.exists("Dynamic Link", {"parenttype": "Contact", "parent": asked}):
		# Frappe makes each new user a contact that belongs to nobody
		contact = frappe.get_doc("Contact", asked)
		contact.append("links", link)
	else:
		contact = frappe.get_doc(
			{
				"doctype": "Contact",
				"first_name": frappe.db.get_value("User", user, "full_name") or user,
				"user": user,
				"email_ids": [{"email_id": user, "is_primary": 1}],
				"links": [link],
			}
		)
	contact.flags.ignore_mandatory = True
	# the user signs in just now and has no rights yet; the customer is theirs already
	contact.save(ignore_permissions=True)


def _give_role(user: str) -> None:
	"""The role by which ERPNext's own portal shows customers their documents."""
	doc = frappe.get_doc("User", user)
	if ROLE not in [row.role for row in doc.roles] and doc.user_type == "Website User":
		# who signs in, or invites as a customer, may not write users; the role opens ERPNext's own portal and no more
		doc.flags.ignore_permissions = True
		doc.add_roles(ROLE)


def _forget_cached(customer: str, user: str) -> None:
	frappe.clear_document_cache("Customer", customer)
	frappe.cache.hdel("home_page", user)


def _get_row(customer: str, user: str) -> dict:
	return {"parenttype": "Customer", "parent": customer, "user": user}


def _get_contact_link(contact: str) -> dict:
	return {"parenttype": "Contact", "parent": contact, "link_doctype": "Customer"}
