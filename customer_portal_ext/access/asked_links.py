"""Who comes without a link asks for it by their e-mail address: it is mailed there, where that is a customer's address on file.

Nobody learns whose address is known. The request counts, checks nothing, and is answered; a background job looks the address
up, so that neither words nor time tell: what comes after an answer still holds up who asks next.
"""

from functools import partial

import frappe

from customer_portal_ext.access import activity, guard, limits, mail, network, tokens
from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.account import contacts, fields, sign_ups
from customer_portal_ext.base.transactions import run_until_done
from customer_portal_ext.exceptions import DocumentNotFound, InvalidInput, TooManyAttempts
from customer_portal_ext.web.words import _

# One address may be on file for several customers: each gets an e-mail of its own.
MOST_CUSTOMERS = 10


def ask(typed: str | None) -> None:
	"""Have the secure links of whoever has this address on file mailed there. The page says the same whatever comes of it.

	:raises InvalidInput: what was typed is no e-mail address.
	:raises TooManyAttempts: too many from one place, or for one address, whether or not anybody has it.
	"""
	guard.require_portal()
	if not get_settings().allow_fresh_link:
		raise DocumentNotFound
	address = sign_ups.normalise(fields.read_email(typed))
	if not address:
		raise InvalidInput(_("Enter an e-mail address."), "email")
	limits.count_address("link-question")
	limits.count_mailbox("fresh-link", address)
	frappe.enqueue(
		"customer_portal_ext.access.asked_links.send",
		queue="short",
		enqueue_after_commit=True,
		address=address,
		asked_from=network.get_address(),
		language=frappe.local.lang,
	)


def send(address: str, asked_from: str | None, language: str) -> None:
	"""The background job: mail each customer with this address on file their link. Who was revoked or is over the limit gets none."""
	settings = get_settings()
	if not (settings.enabled and settings.allow_fresh_link):
		return
	frappe.local.lang = language
	for customer in contacts.find_by_address_on_file(address, MOST_CUSTOMERS):
		try:
			limits.count_link("fresh-link", address, customer, is_shared=False)
			run_until_done(
				partial(_send_to, customer, asked_from),
				begin_again=frappe.clear_messages,
				may_begin_again=lambda: True,
			)
		except TooManyAttempts:
			continue
		except Exception:
			frappe.db.rollback()
			# without the values of local variables: a link may be among them
			frappe.log_error("Customer Portal: a link that was asked for", frappe.get_traceback())
		frappe.db.commit()  # a job: one customer's e-mail does not wait for another's


def _send_to(customer: str, asked_from: str | None) -> None:
	activity.record_question(customer, asked_from)
	if token := tokens.get_unless_revoked(customer):
		mail.send_link(token)
