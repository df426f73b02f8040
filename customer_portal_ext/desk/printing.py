"""Secure links on paper, where nothing is filled in later: those that portal_link left in texts that were kept."""

import frappe

from customer_portal_ext.access import mail_links, mail_marks, mail_places
from customer_portal_ext.desk.landing import get_customer
from customer_portal_ext.desk.staff import can_read_customer
from customer_portal_ext.platform.rendering import is_in_template
from customer_portal_ext.web.urls import ROOT

TEXTS = ("Text Editor", "Small Text", "Text", "Long Text", "HTML Editor", "Markdown Editor")


def prepare(doc) -> None:
	"""Before Frappe prints a document (it will not save it any more): fill in the links in its texts. Never raises: a
	document must print, whatever is wrong with a link in it."""
	messages = len(frappe.local.message_log)
	try:
		for field in doc.meta.fields:
			value = doc.get(field.fieldname) if field.fieldtype in TEXTS else None
			if value and mail_marks.MARK.search(value):
				doc.set(field.fieldname, fill_in(doc, value))
	except Exception:
		# No local variables: a link may be among them.
		del frappe.local.message_log[messages:]
		frappe.log_error("Customer Portal: links on paper", frappe.get_traceback())


def fill_in(doc, text: str) -> str:
	"""The text with the links of the document's own customer, for whoever may see them. One that nobody who may copy links had
	the app write there, any other's, and one that would be given away, becomes the portal's plain address."""
	customer = get_customer(doc)
	# any template can ask a document for what Frappe does before it prints
	may_see = may_reveal(doc, customer) if customer and not is_in_template() else False

	def replace_mark(match, may_open):
		may_print = may_see and may_open and match[1] == mail_marks.SECURE_LINK
		kept = may_print and mail_marks.is_kept_for_print(match)
		token = mail_links.get_working_token(match[2]) if kept else None
		if token and token.customer == customer:
			return mail_links.get_link_path(token)
		return ROOT

	def replace(path, may_open):
		return mail_marks.MARK.sub(lambda match: replace_mark(match, may_open), path)

	return mail_places.rewrite(text, replace)


def may_reveal(doc, customer: str) -> bool:
	"""Whether the user, one of the staff, may see the customer's link, and the customer has one."""
	if frappe.get_cached_value("User", frappe.session.user, "user_type") != "System User":
		return False
	disabled = frappe.db.get_value("Customer", customer, "disabled")
	if disabled is None or disabled:
		return False
	return bool(frappe.has_permission(doc.doctype, "read", doc=doc)) and can_read_customer(customer)
