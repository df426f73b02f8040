"""E-mails that carry a secure link. They go to the customer's address on file, and to no other."""

import frappe
from frappe import _
from frappe.utils import getdate

from customer_portal_ext.access import mail_links
from customer_portal_ext.account.contacts import get_address_on_file
from customer_portal_ext.web.environment import render
from customer_portal_ext.web.brand import get_brand


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
