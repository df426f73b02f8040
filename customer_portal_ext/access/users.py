"""A signed-in user as a visitor: an ordinary user of the site, let in by the child table Portal User of Customer.

Everything is read anew on every request, never from Frappe's caches: a link removed, a user or a customer disabled, or a
policy changed in Desk acts on the very next click. A Contact with the right e-mail opens nothing by itself.
"""

import hashlib

import frappe
from pypika.functions import Max

from customer_portal_ext.access import policy
from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.account.invited import LINKED
from customer_portal_ext.documents import parties
from customer_portal_ext.documents.prepared import prepared, value
from customer_portal_ext.exceptions import NoCustomer


def get_user_visitor(user: str, session: str, wanted: str | None = None) -> Visitor:
	"""The visitor that ``user`` is now. Two SQL statements, whatever the number of their customers.

	:param session: the session's id; what is kept of it is a digest.
	:param wanted: the customer they chose last. Only ever a choice among their own; any other is as good as none.
	:raises NoCustomer: disabled, or linked to no customer that is enabled.
	"""
	rows = _select_customers({"user": user})
	parties.remember(rows)
	customers = {row.customer: row for row in rows}
	if not customers:
		raise NoCustomer(user)
	# without a choice of theirs, the one they have had longest: whoever lets them in later does not change what they see
	current = (
		customers[wanted] if wanted in customers else min(rows, key=lambda row: str(row.linked_on or ""))
	)
	contacts = tuple(row.contact for row in rows if row.contact and row.customer == current.customer)
	return Visitor(
		kind="user",
		customer=current.customer,
		customer_name=current.customer_name,
		customers=tuple(customers),
		customer_names=tuple(row.customer_name for row in customers.values()),
		capabilities=policy.get_capabilities(current.customer, current.customer_group, contacts),
		language=current.user_language or current.language,
		visit=hashlib.sha256(session.encode()).hexdigest()[:16],
		user=user,
		user_name=current.full_name or user,
		contact=contacts[0] if contacts else None,
	)


def get_customers(user: str) -> list[str]:
	"""The customers whose portal is open to ``user`` now, in the order of their names."""
	return list(dict.fromkeys(row.customer for row in _select_customers({"user": user})))


def get_capabilities(user: str) -> dict[str, frozenset[str]]:
	"""What ``user`` may with each customer whose portal is open to them, their own contacts' policies among it."""
	rows = _select_customers({"user": user})
	contacts: dict[str, list[str]] = {row.customer: [] for row in rows}
	for row in rows:
		if row.contact:
			contacts[row.customer].append(row.contact)
	groups = {row.customer: row.customer_group for row in rows}
	return {
		customer: policy.get_capabilities(customer, groups[customer], tuple(own))
		for customer, own in contacts.items()
	}


def get_contacts(user: str, customer: str) -> tuple[str, ...]:
	"""The contacts of ``customer`` that ``user`` is."""
	rows = _select_customers({"user": user})
	return tuple(row.contact for row in rows if row.contact and row.customer == customer)


@prepared
def _select_customers():
	"""A row for each customer of an enabled user, and for each contact of that customer that is the user."""
	user = frappe.qb.DocType("User")
	link = frappe.qb.DocType("Portal User")
	customer = frappe.qb.DocType("Customer")
	contact = frappe.qb.DocType("Contact")
	contact_link = frappe.qb.DocType("Dynamic Link")
	activity = frappe.qb.DocType("Portal Activity")
	# of the row itself, Frappe says no more than when the Customer was made; a trace that is cleared was the oldest
	linked_on = (
		frappe.qb.from_(activity)
		.select(Max(activity.creation))
		.where((activity.activity == LINKED) & (activity.reference_doctype == "User"))
		.where((activity.reference_name == user.name) & (activity.customer == customer.name))
	)
	return (
		frappe.qb.from_(user)
		.join(link)
		.on((link.user == user.name) & (link.parenttype == "Customer"))
		.join(customer)
		.on((customer.name == link.parent) & (customer.disabled == 0))
		.left_join(contact)
		.on(contact.user == user.name)
		.left_join(contact_link)
		.on(
			(contact_link.parent == contact.name)
			& (contact_link.parenttype == "Contact")
			& (contact_link.link_doctype == "Customer")
			& (contact_link.link_name == customer.name)
		)
		.select(
			user.full_name,
			user.language.as_("user_language"),
			customer.name.as_("customer"),
			customer.customer_name,
			customer.customer_group,
			customer.language,
			*parties.get_columns(customer),
			linked_on.as_("linked_on"),
			# a contact of another customer says nothing here
			contact_link.parent.as_("contact"),
		)
		.where((user.name == value("user")) & (user.enabled == 1))
		.orderby(customer.customer_name)
		.orderby(customer.name)
		.orderby(contact.creation)
	)
