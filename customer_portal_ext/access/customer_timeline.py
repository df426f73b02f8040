"""What a visitor changed, written into the customer's timeline in Desk: in staff's words."""

import frappe
from frappe import _

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.conversations import text


def add(visitor: Visitor, what: str, told: str) -> None:
	"""One line in the timeline of the visitor's customer. ``what`` is an activity of Portal Activity; ``told`` is plain text."""
	comment = frappe.get_doc(
		{
			"doctype": "Comment",
			"comment_type": "Info",
			"reference_doctype": "Customer",
			"reference_name": visitor.customer,
			"comment_email": visitor.user or "Guest",
			"comment_by": visitor.customer_name,
			"content": f"{_(what)} ({_('on the portal')}) · {frappe.utils.escape_html(told)}",
		}
	)
	# what the visitor did is written down whoever they are
	comment.insert(ignore_permissions=True)
	name = text.make_inert(visitor.customer_name).strip()
	if not visitor.user and not is_a_users(name):
		# Desk's timeline says whose entry it is by its owner, as HTML: the holder of a link is the customer, not "Guest"
		comment.db_set("owner", name, update_modified=False)


def is_a_users(name: str) -> bool:
	"""Whether an entry of this name would stand there as some user's: customers may be called anything."""
	own = {"full_name": name, "user_type": "System User"}
	return "@" in name or bool(frappe.db.exists("User", name) or frappe.db.exists("User", own))
