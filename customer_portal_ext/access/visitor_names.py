"""Who stands behind what a visitor without an account writes. Desk's timelines say whose an entry is by its owner, as HTML, and to
Frappe the holder of a link is "Guest": an entry of a visit is the customer's."""

import frappe

from customer_portal_ext.conversations import text

GUEST = "Guest"
# What stands in a document's timeline under its owner's name; a Communication has a sender of its own. Whose a document itself is
# decides about rights and notifications, so that stays as Frappe has it (public/desk/portal_reply.js names them where it is shown).
ENTRIES = ("Comment", "Version")


def name_author(document) -> None:
	"""Before a new entry is kept: who visits, in the place of "Guest" or of whom the portal acts as for a moment."""
	visitor = getattr(frappe.local, "portal_visitor", None)
	is_ours = document.owner == GUEST or frappe.flags.portal_acts_for_visitor
	if document.doctype in ENTRIES and visitor and is_ours:
		document.owner = visitor.user or get_name(visitor.customer_name) or GUEST
		if document.doctype == "Comment":
			document.comment_by = visitor.user_name or visitor.customer_name


def get_name(customer_name: str) -> str | None:
	"""The customer's name as an owner. None where it would stand there as some user's: customers may be called anything."""
	name = text.make_inert(customer_name).strip()
	return name if name and not is_a_users(name) else None


def is_a_users(name: str) -> bool:
	own = {"full_name": name, "user_type": "System User"}
	return "@" in name or bool(frappe.db.exists("User", name) or frappe.db.exists("User", own))
