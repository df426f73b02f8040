"""What follows a posted payment, in the background: the receipt by e-mail, staff's bell, the customer's activity.

The secure link in a receipt goes to the address on file, and to no other: whoever pays may have another person's address
typed in.
"""

import frappe
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.utils import now_datetime

from customer_portal_ext.access import activity, mail_links
from customer_portal_ext.access.mail import is_deliverable, translator
from customer_portal_ext.account import preferences
from customer_portal_ext.account.contacts import get_address_on_file
from customer_portal_ext.documents.decimals import to_decimal
from customer_portal_ext.payments import booked, gateways, locks, payment_page, receipt, states, telling
from customer_portal_ext.platform import outgoing_mail
from customer_portal_ext.web.brand import get_brand
from customer_portal_ext.web.environment import render
from customer_portal_ext.web.payment_urls import payment_url
from customer_portal_ext.web.words import _


def tell(name: str) -> None:
	"""Tell everybody, once. A second run finds that the first has done it."""
	payment = frappe.get_doc(states.DOCTYPE, name)
	# Made before the lock: a PDF takes a second or two, and the customer may be paying something else.
	attachments = [] if payment.told_on else get_attachments(payment, get_language(payment))

	def tell_locked():
		payment = states.lock(name)
		if payment.state != states.POSTED or payment.told_on:
			return
		send_receipt(payment, attachments)
		telling.announce(payment)
		activity.record_payment("Paid", payment)
		payment.db_set("told_on", now_datetime(), update_modified=False)
		frappe.db.commit()  # a job: what was queued and that it was go together

	locks.in_new_transaction(tell_locked)


def send_receipt(payment, attachments: list[dict]) -> str | None:
	"""Queue the receipt to who asked for it, else to the address on file. Returns the address; None where there is none, or
	no account to send e-mails with."""
	on_file = get_address_on_file(payment.customer)
	is_wanted = preferences.wants(payment.customer, on_file, "receipts")
	recipient = payment.email or (on_file if is_wanted else None)
	if not is_deliverable(recipient) or not EmailAccount.find_outgoing():
		return None
	language = get_language(payment)
	brand = get_brand()
	is_own = recipient.lower() == (on_file or "").lower()
	disabled = frappe.db.get_value("Customer", payment.customer, "disabled")
	landing = payment_url(payment.name)
	context = {
		"name": payment.visitor_name or payment.customer_name,
		"company_name": brand["company_name"],
		"contact_line": brand["contact_line"],
		"payment": payment.name,
		"currency": payment.currency,
		"amount": to_decimal(payment.amount),
		"credit_amount": to_decimal(payment.credit_amount),
		**payment_page.get_parts(payment, booked.get(payment)),
		"link": mail_links.get_customer_placeholder(payment.customer, recipient, landing)
		if is_own and not disabled
		else None,
	}
	subject = _("Your payment to {0}: receipt {1}", lang=language)
	outgoing_mail.send(
		recipients=[recipient],
		subject=" ".join(subject.format(brand["company_name"], payment.name).split()),
		message=render("email/payment_receipt.html", context, language, translator(language)),
		attachments=attachments,
		reference_doctype=states.DOCTYPE,
		reference_name=payment.name,
		add_unsubscribe_link=0,
	)
	return recipient


def get_language(payment) -> str:
	return payment.language or frappe.db.get_value("Customer", payment.customer, "language") or "en"


def get_attachments(payment, language: str) -> list[dict]:
	"""The receipt's PDF. An e-mail without it is better than none: the portal has it too."""
	try:
		filename, content = receipt.get_file(payment, language, gateways.get_label(payment))
	except Exception:
		frappe.log_error(f"Customer Portal: receipt of {payment.name}", frappe.get_traceback())
		return []
	return [{"fname": filename, "fcontent": content}]
