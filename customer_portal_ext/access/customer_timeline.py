"""What a visitor changed, written into the customer's timeline in Desk: in staff's words."""

import frappe
from frappe import _

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.access.visitor_names import GUEST


def add(visitor: Visitor, what: str, told: str) -> None:
	"""One line in the timeline of the visitor's customer. ``what`` is an activity of Portal Activity; ``told`` is plain text."""
	comment = frappe.get_doc(
		{
			"doctype": "Comment",
			"comment_type": "Info",
			"reference_doctype": "Customer",
			"reference_name": visitor.customer,
			"comment_email": visitor.user or GUEST,
			"comment_by": visitor.customer_name,
			"content": f"{_(what)} ({_('on the portal')}) · {frappe.utils.escape_html(told)}",
		}
	)
	# what the visitor did is written down whoever they are; without an account under the customer's name (visitor_names.py)
	comment.insert(ignore_permissions=True)
