"""The e-mail that tells a customer of an answer. The secure link in it goes to the address on file, and to no other."""

import frappe
from frappe.email.doctype.email_account.email_account import EmailAccount

from customer_portal_ext.access import mail_links
from customer_portal_ext.access.mail import is_deliverable, translator
from customer_portal_ext.account import preferences
from customer_portal_ext.account.contacts import get_address_on_file
from customer_portal_ext.conversations import audience
from customer_portal_ext.conversations.messages import Thread
from customer_portal_ext.platform import outgoing_mail
from customer_portal_ext.web.brand import get_brand
from customer_portal_ext.web.environment import render
from customer_portal_ext.web.words import _


def get_recipients(thread: Thread) -> list[str]:
	"""Who is told: the address on file, and whoever of the customer's own wrote last, by e-mail or from a portal account; each
	unless they do without."""
	on_file = get_address_on_file(thread.customer)
	last_writer = frappe.db.get_value(
		"Communication",
		{
			"reference_doctype": thread.doctype,
			"reference_name": thread.name,
			"portal_customer": thread.customer,
			"sent_or_received": "Received",
		},
		"sender",
		order_by="creation desc",
	)
	theirs = audience.get_addresses(thread.customer, thread.doctype, thread.name)
	writers = [last_writer] if last_writer and last_writer.lower() in theirs else []
	found = {address.lower(): address for address in (on_file, *writers) if is_deliverable(address)}
	mail = "issues" if thread.doctype == "Issue" else "messages"
	return [address for address in found.values() if preferences.wants(thread.customer, address, mail)]


def send_answer(thread: Thread, message, written: str, file_count: int) -> list[str]:
	"""Queue the e-mails, each in its reader's language. Returns the addresses they go to: none on a site that sends no e-mail,
	where the answer waits on the portal all the same."""
	if not EmailAccount.find_outgoing():
		return []
	customer = frappe.db.get_value("Customer", thread.customer, ["customer_name", "disabled"], as_dict=True)
	brand = get_brand()
	on_file = get_address_on_file(thread.customer)
	recipients = get_recipients(thread)
	for recipient in recipients:
		language = preferences.get_mail_language(thread.customer, recipient)
		context = {
			"customer_name": customer.customer_name,
			"company_name": brand["company_name"],
			"contact_line": brand["contact_line"],
			"author": message.sender_full_name,
			"thread": thread.title,
			"text": written,
			"file_count": file_count,
			"link": get_link(thread, recipient) if recipient == on_file and not customer.disabled else None,
		}
		outgoing_mail.send(
			recipients=[recipient],
			subject=_("{0}: answer about {1}", lang=language).format(brand["company_name"], thread.title),
			message=render("email/answer.html", context, language, translator(language)),
			reference_doctype=thread.doctype,
			reference_name=thread.name,
			communication=message.name,
			add_unsubscribe_link=0,
		)
	return recipients


def get_link(thread: Thread, recipient: str) -> str | None:
	"""A placeholder for the link to the thread. None where staff revoked the customer's link: an answer does not undo that."""
	return mail_links.get_customer_placeholder(thread.customer, recipient, thread.url.partition("#")[0])
