"""Whose customer a signed-in user is by their e-mail: exact after normalising, and only ever for a verified e-mail.

ERPNext's own rules stay (erpnext/portal/utils.py): whoever signs in with a password and has no party becomes a customer of
their own, where Portal Settings' default role says so. It asks one contact alone, the last one changed, by its primary
e-mail; ``keep_to_customer`` makes sure that this is one of the customer's, so that nobody becomes a second Customer.
"""

import unicodedata
from collections.abc import Iterable

import frappe
from frappe.utils import now

from customer_portal_ext.platform import contact_pictures

ROLE = "Customer"


def normalise(email: str | None) -> str:
	"""The address as it is compared: without spaces around it, in lower case, composed (Unicode NFC). What stands after a
	plus sign is part of it, as it is for the mail server."""
	return unicodedata.normalize("NFC", (email or "").strip()).lower()


def find_customers(email: str, anyhow: bool = False) -> list[str]:
	"""The customers one of whose contacts has this e-mail address, in the order of their names.

	The database takes "é" for "e" and full-width letters for plain ones: its answers are compared again, letter by letter.
	Address and customer must have been put on the contact by staff (overrides/contact.py keeps who did it), or whoever may
	write contacts might let anybody in; or ERPNext made the customer for this very user, as they signed in.

	:param anyhow: whoever wrote the contact, and disabled customers as well: where ERPNext would make a second one.
	"""
	wanted = normalise(email)
	if not wanted:
		return []
	address = frappe.qb.DocType("Contact Email")
	link = frappe.qb.DocType("Dynamic Link")
	customer = frappe.qb.DocType("Customer")
	writer = frappe.qb.DocType("User")
	linker = frappe.qb.DocType("User").as_("linker")
	rows = (
		frappe.qb.from_(address)
		.join(link)
		.on((link.parent == address.parent) & (link.parenttype == "Contact"))
		.join(customer)
		.on((link.link_doctype == "Customer") & (customer.name == link.link_name))
		.left_join(writer)
		.on(writer.name == address.owner)
		.left_join(linker)
		.on(linker.name == link.owner)
		.select(
			address.email_id,
			writer.user_type.as_("written_by"),
			linker.user_type.as_("linked_by"),
			customer.name,
			customer.disabled,
			customer.owner,
		)
		.where((address.parenttype == "Contact") & (address.email_id == wanted))
		.orderby(customer.name)
	).run(as_dict=True)
	return list(
		dict.fromkeys(
			row.name
			for row in rows
			if normalise(row.email_id) == wanted and (anyhow or (not row.disabled and _counts(row, wanted)))
		)
	)


def _counts(row: dict, email: str) -> bool:
	return normalise(row.owner) == email or (row.written_by == row.linked_by == "System User")


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
	_touch(customer, user)
	_give_role(user)
	return True


def unlink(customer: str, user: str) -> bool:
	"""Close the portal of ``customer`` to ``user``; False where it was closed."""
	frappe.db.get_value("Customer", customer, "name", for_update=True)
	if not is_linked(customer, user):
		return False
	frappe.db.delete("Portal User", _get_row(customer, user))
	_touch(customer, user)
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
	with contact_pictures.not_asked_for():
		# the user signs in just now and has no rights yet; the customer is theirs already
		contact.save(ignore_permissions=True)


def _give_role(user: str) -> None:
	"""The role by which ERPNext's own portal shows customers their documents."""
	doc = frappe.get_doc("User", user)
	if ROLE not in [row.role for row in doc.roles] and doc.user_type == "Website User":
		# who signs in, or invites as a customer, may not write users; the role opens ERPNext's own portal and no more
		doc.flags.ignore_permissions = True
		doc.add_roles(ROLE)


def _touch(customer: str, user: str) -> None:
	"""The customer counts as changed: a form of Desk that was opened before would bring the old table back with its next save."""
	frappe.db.set_value("Customer", customer, "modified", now())
	frappe.clear_document_cache("Customer", customer)
	frappe.cache.hdel("home_page", user)


def _get_row(customer: str, user: str) -> dict:
	return {"parenttype": "Customer", "parent": customer, "user": user}


def _get_contact_link(contact: str) -> dict:
	return {"parenttype": "Contact", "parent": contact, "link_doctype": "Customer"}
