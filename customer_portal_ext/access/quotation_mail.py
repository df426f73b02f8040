"""The e-mail that shares one quotation. The link in it opens that quotation alone."""

import frappe
from frappe.utils import getdate

from customer_portal_ext.access import activity, mail_links
from customer_portal_ext.access.mail import translator
from customer_portal_ext.web.brand import get_brand
from customer_portal_ext.web.environment import render
from customer_portal_ext.web.urls import document_url
from customer_portal_ext.web.words import _


def send_share(token, shared_by: str | None, language: str) -> None:
	"""Queue the e-mail to the address that the token was made for. ``shared_by`` is the customer's name; None: the company.

	:raises frappe.OutgoingEmailError: this site has no account to send e-mails with.
	"""
	brand = get_brand()
	quotation = token.document_name
	sender = one_line(shared_by or brand["company_name"])
	context = {
		"company_name": brand["company_name"],
		"contact_line": brand["contact_line"],
		"shared_by": sender,
		"quotation": quotation,
		"link": mail_links.get_placeholder(token, document_url("quotation", quotation)),
		"valid_until": getdate(token.expires_on),
		"may_answer": bool(token.may_answer),
	}
	frappe.sendmail(
		recipients=[token.shared_with],
		subject=one_line(_("Quotation {0} from {1}", lang=language).format(quotation, sender)),
		message=render("email/shared_quotation.html", context, language, translator(language)),
		reference_doctype="Quotation",
		reference_name=quotation,
		add_unsubscribe_link=0,
	)
	activity.record_staff("Link E-mailed", token.customer, token.name)


def one_line(text: str) -> str:
	"""A subject is a header: a name with a line break in it must not begin another."""
	return " ".join(text.split())
