"""Secure links on paper, where nothing is filled in later: those that portal_link left in texts that were kept, and those
of a letter head, which Frappe renders with a copy of the document."""

import frappe

from customer_portal_ext.access import mail_links, mail_marks
from customer_portal_ext.desk.landing import get_customer
from customer_portal_ext.desk.staff import can_read_customer
from customer_portal_ext.web.urls import ROOT

TEXTS = ("Text Editor", "Small Text", "Text", "Long Text", "HTML Editor", "Markdown Editor")
MARK = "portal_link"


class InPrint(int):
	"""Marks the document that is being printed. A dict that a browser sent cannot hold one, whatever it claims."""


def prepare(doc) -> None:
	"""Before Frappe prints a document (it will not save it any more): mark it, and fill in the links in its texts. Never
	raises: a document must print, whatever is wrong with a link in it."""
	messages = len(frappe.local.message_log)
	try:
		doc.set_onload(MARK, InPrint(1))
		for field in doc.meta.fields:
			value = doc.get(field.fieldname) if field.fieldtype in TEXTS else None
			if value and mail_marks.MARK.search(value):
				doc.set(field.fieldname, fill_in(doc, value))
	except Exception:
		# No local variables: a link may be among them.
		del frappe.local.message_log[messages:]
		frappe.log_error("Customer Portal: links on paper", frappe.get_traceback())


def is_printed(doc) -> bool:
	"""Whether this document, or this copy of one as a dict, is being printed."""
	return isinstance((doc.get("__onload") or {}).get(MARK), InPrint)


def fill_in(doc, text: str) -> str:
	"""The text with the links of the document's own customer, for whoever may see them. One that nobody who may copy links had
	the app write there, and any other's, becomes the portal's plain address."""
	customer = get_customer(doc)
	may_see = may_reveal(doc, customer) if customer else False

	def replace(match):
		may_print = may_see and match[1] == mail_marks.SECURE_LINK and mail_marks.is_kept_for_print(match)
		token = mail_links.get_working_token(match[2]) if may_print else None
		if token and token.customer == customer:
			return mail_links.get_link_path(token)
		return ROOT

	return mail_marks.MARK.sub(replace, text)


def may_reveal(doc, customer: str) -> bool:
	"""Whether the user, one of the staff, may see the customer's link, and the customer has one."""
	if frappe.get_cached_value("User", frappe.session.user, "user_type") != "System User":
		return False
	disabled = frappe.db.get_value("Customer", customer, "disabled")
	if disabled is None or disabled:
		return False
	return bool(frappe.has_permission(doc.doctype, "read", doc=doc)) and can_read_customer(customer)
