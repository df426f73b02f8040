"""Who may sign in for a customer, as it changes: what remembers it, and who is told."""

import frappe
from frappe.desk.doctype.notification_log.notification_log import make_notification_logs
from frappe.utils import escape_html

from customer_portal_ext.access import activity
from customer_portal_ext.account import invited, linked, sign_ups
from customer_portal_ext.account.invited import LINKED, REMOVED
from customer_portal_ext.conversations.notifications import FALLBACK_ROLES, get_account_manager, may_answer
from customer_portal_ext.web.words import _

MOST_TOLD = 20


def link(customer: str, user: str, by: str | None = None) -> bool:
	"""Let ``user`` in. False where they were in already."""
	if not sign_ups.link(customer, user):
		return False
	activity.record_user(LINKED, customer, user, by)
	return True


def find_contacts(customer: str, email: str) -> list[str]:
	"""The customer's contacts with this e-mail address."""
	contact, query = linked.select("Contact", customer, ("name", "email_id"), limit=100)
	return [
		row.name
		for row in query.where(contact.email_id == email).run(as_dict=True)
		if sign_ups.normalise(row.email_id) == email
	]


def take_contacts(customer: str, email: str, user: str) -> None:
	"""Whoever was let in is the customer's contacts with their address: what the contacts' policies deny holds for them."""
	for contact in find_contacts(customer, email):
		if not frappe.db.get_value("Contact", contact, "user"):
			frappe.db.set_value("Contact", contact, "user", user)


def remove(customer: str, user: str) -> bool:
	"""Shut the door on ``user``, and end an invitation of that e-mail address. False where there was neither."""
	if not sign_ups.unlink(customer, user) and not invited.is_invited(customer, user):
		return False
	activity.record_user(REMOVED, customer, user)
	return True


def follow_changes(customer) -> None:
	"""Remember who was let in and who was put out on the Customer form. The home page that Frappe keeps follows."""
	before = customer.get_doc_before_save()
	was = {row.user for row in before.portal_users} if before else set()
	now = {row.user for row in customer.portal_users}
	for what, users in ((LINKED, now - was), (REMOVED, was - now)):
		for user in sorted(users):
			activity.record_user(what, customer.name, user)
			frappe.cache.hdel("home_page", user)


def was_removed(customer: str, user: str) -> bool:
	"""Whether somebody has put ``user`` out: no sign-in by itself undoes that."""
	return bool(
		frappe.db.exists(
			activity.DOCTYPE,
			{
				"activity": REMOVED,
				"customer": customer,
				"reference_doctype": "User",
				"reference_name": user,
			},
		)
	)


def was_removed_by_staff(customer: str, user: str) -> bool:
	"""Whether it was staff who put ``user`` out last: no colleague undoes that."""
	removed = {
		"activity": REMOVED,
		"customer": customer,
		"reference_doctype": "User",
		"reference_name": user,
	}
	by = frappe.db.get_value(activity.DOCTYPE, removed, "user", order_by="creation desc, name desc")
	return bool(by) and frappe.db.get_value("User", by, "user_type") == "System User"


def link_sign_up(user: str) -> list[str]:
	"""Let a user with a verified e-mail into the portal of each customer who has it on a contact, and tell staff. The
	customers that are new to them."""
	found = [
		customer
		for customer in sign_ups.find_customers(user)
		if not was_removed(customer, user) and link(customer, user)
	]
	for customer in found:
		take_contacts(customer, sign_ups.normalise(user), user)
		tell_staff(customer, user)
	return found


def tell_staff(customer: str, user: str) -> None:
	"""A line in the customer's timeline, and the bell of who is responsible: who signed up is in now."""
	document = frappe.get_doc("Customer", customer)
	full_name = frappe.db.get_value("User", user, "full_name") or user
	text = _(
		"{0} ({1}) signed up and may use the customer portal of {2}: the e-mail address is on a contact."
	).format(
		frappe.bold(escape_html(full_name)),
		escape_html(user),
		frappe.bold(escape_html(document.customer_name)),
	)
	document.add_comment("Info", text)
	log = {
		"type": "Alert",
		"document_type": "Customer",
		"document_name": customer,
		"subject": text,
		"from_user": user,
	}
	emails = frappe.get_all("User", {"name": ("in", get_responsible(document) or [""])}, pluck="email")
	make_notification_logs(frappe._dict(log), emails)


def get_responsible(customer) -> list[str]:
	"""The account's manager, else those of the fallback roles who may see the customer."""
	manager = get_account_manager(customer.name)
	if may_answer(manager, customer):
		return [manager]
	in_roles = frappe.get_all(
		"Has Role",
		{"role": ("in", FALLBACK_ROLES), "parenttype": "User"},
		pluck="parent",
		distinct=True,
		order_by="parent",
	)
	return [user for user in in_roles if may_answer(user, customer)][:MOST_TOLD]


def forget_user(user: str) -> None:
	"""After a user is deleted in spite of ERPNext, whoever signs up with the same address finds no door left open."""
	for row in frappe.get_all("Portal User", {"user": user}, ["name", "parenttype", "parent"]):
		frappe.db.delete("Portal User", {"name": row.name})
		frappe.clear_document_cache(row.parenttype, row.parent)
	frappe.db.set_value("Contact", {"user": user}, "user", None)


def follow_rename(user: str) -> None:
	"""Frappe has moved the links of a renamed or merged user: of two to one customer, one stays."""
	seen = set()
	for row in frappe.get_all(
		"Portal User", {"user": user}, ["name", "parenttype", "parent"], order_by="creation"
	):
		if (row.parenttype, row.parent) in seen:
			frappe.db.delete("Portal User", {"name": row.name})
		seen.add((row.parenttype, row.parent))
		frappe.clear_document_cache(row.parenttype, row.parent)
	frappe.cache.hdel("home_page", user)
