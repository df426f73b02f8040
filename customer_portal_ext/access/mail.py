"""E-mails that carry a secure link. They go to the customer's address on file, and to no other."""

import frappe
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.utils import getdate, validate_email_address

from customer_portal_ext.access import activity, mail_links
from customer_portal_ext.account.contacts import get_address_on_file
from customer_portal_ext.platform import outgoing_mail
from customer_portal_ext.web.brand import get_brand
from customer_portal_ext.web.environment import render
from customer_portal_ext.web.words import _


def send_link(token) -> str | None:
	"""Queue an e-mail with the token's link, in the customer's language. Returns the address, or None if no usable one is
	on file."""
	recipient = get_address_on_file(token.customer)
	if not is_deliverable(recipient):
		return None
	language = frappe.db.get_value("Customer", token.customer, "language") or frappe.local.lang or "en"
	brand = get_brand()
	context = {
		"customer_name": token.customer_name,
		"company_name": brand["company_name"],
		"contact_line": brand["contact_line"],
		"link": mail_links.get_placeholder(token, [recipient]),
		"valid_until": getdate(token.expires_on),
	}
	outgoing_mail.send(
		recipients=[recipient],
		subject=_("Your link to the customer portal of {0}", lang=language).format(brand["company_name"]),
		message=render("email/portal_link.html", context, language, translator(language)),
	)
	activity.record_staff("Link E-mailed", token.customer, token.name)
	return recipient


def is_deliverable(address: str | None) -> bool:
	"""Whether there is an address, and one that Frappe would send to: it drops an e-mail to any other without a word."""
	return bool(address and validate_email_address(address))


def require_outgoing_account() -> None:
	"""Raise frappe.OutgoingEmailError, in words for staff, when this site has no account to send e-mails with."""
	EmailAccount.find_outgoing(_raise_error=True)


def translator(language: str):
	"""``_`` for another language than the request's."""

	def translate(text: str, context: str | None = None) -> str:
		return _(text, lang=language, context=context)

	return translate
