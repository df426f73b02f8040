"""E-mails about a quotation: the one that shares it, whose link opens that quotation alone, and the confirmation to whoever
accepted it."""

import frappe
from frappe.utils import getdate

from customer_portal_ext.access import activity, mail_links, tokens
from customer_portal_ext.access.mail import is_deliverable, translator
from customer_portal_ext.account import preferences
from customer_portal_ext.account.contacts import get_address_on_file
from customer_portal_ext.conversations import audience
from customer_portal_ext.platform import outgoing_mail
from customer_portal_ext.quotes import sharing
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
		"link": mail_links.get_placeholder(token, [token.shared_with], document_url("quotation", quotation)),
		"valid_until": getdate(token.expires_on),
		"may_answer": bool(token.may_answer),
	}
	outgoing_mail.send(
		recipients=[token.shared_with],
		subject=one_line(_("Quotation {0} from {1}", lang=language).format(quotation, sender)),
		message=render("email/shared_quotation.html", context, language, translator(language)),
		reference_doctype="Quotation",
		reference_name=quotation,
		add_unsubscribe_link=0,
	)
	activity.record_staff("Link E-mailed", token.customer, token.name)


def send_confirmation(response) -> str | None:
	"""Queue the e-mail with the signed PDF, in its reader's language. Returns the address, or None: there is none on file, who
	has it does without, or this site has no account to send e-mails with; the portal shows it all the same."""
	recipient = get_confirmation_recipient(response)
	if not recipient or not preferences.wants(response.customer, recipient, "quotations"):
		return None
	language = preferences.get_mail_language(response.customer, recipient)
	page = document_url("quotation", response.quotation)
	disabled = frappe.db.get_value("Customer", response.customer, "disabled")
	has_link = recipient == get_address_on_file(response.customer) and not disabled
	brand = get_brand()
	context = {
		"company_name": brand["company_name"],
		"contact_line": brand["contact_line"],
		"response": response,
		"is_being_checked": frappe.db.get_value("Sales Order", response.sales_order, "docstatus") == 0,
		"link": mail_links.get_customer_placeholder(response.customer, recipient, page) if has_link else None,
	}
	try:
		outgoing_mail.send(
			recipients=[recipient],
			subject=one_line(
				_("Your order with {0} from quotation {1}", lang=language).format(
					brand["company_name"], response.quotation
				)
			),
			message=render("email/quotation_confirmation.html", context, language, translator(language)),
			attachments=[{"fid": response.signed_pdf}],
			reference_doctype="Quotation",
			reference_name=response.quotation,
			add_unsubscribe_link=0,
		)
	except frappe.OutgoingEmailError:
		frappe.clear_messages()
		return None
	return recipient


def get_confirmation_recipient(response) -> str | None:
	"""The address given with the acceptance, if the customer was known by it before or the quotation was shared with it; any
	other could be a stranger's, so that the address on file is told instead."""
	given = (response.signer_email or "").lower()
	known = audience.get_addresses(response.customer, "Quotation", response.quotation)
	known |= {
		(link["shared_with"] or "").lower()
		for link in tokens.get_for_document("Quotation", response.quotation)
		if sharing.is_working(link)
	}
	on_file = get_address_on_file(response.customer)
	found = response.signer_email if given in known - {(on_file or "").lower()} else on_file
	return found if is_deliverable(found) else None


def one_line(text: str) -> str:
	"""A subject is a header: a name with a line break in it must not begin another."""
	return " ".join(text.split())
