"""E-mails that carry a secure link. They go to the customer's address on file, and to no other."""

import frappe
from frappe import _
from frappe.utils import getdate

from customer_portal_ext.access import mail_links
from customer_portal_ext.web.environment import render
from customer_portal_ext.web.brand import get_brand


def get_address_on_file(customer: str) -> str | None:
	"""The customer's own e-mail address: of the primary contact, else the first contact's primary address."""
	own = frappe.db.get_value("Customer", customer, ["customer_primary_contact", "email_id"], as_dict=True)
	if not own:
		return None
	primary = (
		frappe.db.get_value("Contact", own.customer_primary_contact, "email_id")
		if own.customer_primary_contact
		else None
	)
	return primary or own.email_id or get_first_contact_address(customer)


def get_first_contact_address(customer: str) -> str | None:
	"""The e-mail address of the oldest contact linked to the customer that has one; primary contacts first."""
	contact = frappe.qb.DocType("Contact")
	link = frappe.qb.DocType("Dynamic Link")
	rows = (
		frappe.qb.from_(contact)
		.join(link)
		.on((link.parent == contact.name) & (link.parenttype == "Contact"))
		.select(contact.email_id)
		.where((link.link_doctype == "Customer") & (link.link_name == customer) & (contact.email_id != ""))
		.orderby(contact.is_primary_contact, order=frappe.qb.desc)
		.orderby(contact.creation)
		.limit(1)
		.run()
	)
	return rows[0][0] if rows else None


def send_link(token) -> str | None:
	"""Queue an e-mail with the token's link, in the customer's language. Returns the address, or None if none is on file."""
	recipient = get_address_on_file(token.customer)
	if not recipient:
		return None
	language = frappe.db.get_value("Customer", token.customer, "language") or frappe.local.lang or "en"
	brand = get_brand()
	context = {
		"customer_name": token.customer_name,
		"company_name": brand["company_name"],
		"contact_line": brand["contact_line"],
		"link": mail_links.get_placeholder(token),
		"valid_until": getdate(token.expires_on),
	}
	frappe.sendmail(
		recipients=[recipient],
		subject=_("Your link to the customer portal of {0}", lang=language).format(brand["company_name"]),
		message=render("email/portal_link.html", context, language, translator(language)),
	)
	return recipient


def translator(language: str):
	"""``_`` for another language than the request's."""

	def translate(text: str, context: str | None = None) -> str:
		return _(text, lang=language, context=context)

	return translate
