"""``{{ portal_link(doc) }}`` in e-mail templates, notifications and print formats; ``{{ portal_transfer_qr(doc) }}`` in those of
invoices, ``{{ portal_number(row, "rate", doc) }}`` in those with lines, ``{{ portal_reminder_address(doc) }}`` as the
recipient of reminders, ``{{ portal_due_date(doc) }}`` and ``{{ portal_text(doc.customer_name) }}``, for what others wrote, in
their texts."""

import re
from datetime import date

import frappe
from frappe.model.document import Document
from frappe.utils import escape_html, flt, fmt_money, get_number_format_info, getdate
from jinja2 import Undefined, pass_context

from customer_portal_ext.access import mail_links, mail_marks, tokens
from customer_portal_ext.account import preferences
from customer_portal_ext.base.site_address import get_site_url
from customer_portal_ext.desk.landing import get_customer, get_landing
from customer_portal_ext.desk.printing import may_reveal
from customer_portal_ext.desk.staff import is_manager
from customer_portal_ext.documents import due, mailed_files
from customer_portal_ext.documents.decimals import to_decimal
from customer_portal_ext.documents.smallest import as_shown
from customer_portal_ext.payments.bank_transfer import printing
from customer_portal_ext.platform import outgoing_mail, rendering
from customer_portal_ext.web.urls import ROOT, enter_url

# No e-mail is built before this module is there: each begins with a template, and templates know the functions below.
outgoing_mail.install(mailed_files.read_picture)

# Notification channels that go out at once and are not filled in later. E-mails and Desk's own notifications are kept.
DIRECT_CHANNELS = ("SMS", "Slack")


@pass_context
def portal_link(context, doc=None) -> str:
	"""An address of the portal for ``doc``: it lands on a submitted invoice, credit note or payment, else on the overview.

	In an e-mail, and in a text that is kept, such as a Dunning's or a document's terms, it is a placeholder, filled in when
	the e-mail goes out or the document is printed; where the document itself is printed, and in a Notification by SMS, it is
	the secure link itself. A link is made if none is active. Whoever renders it must be allowed to read the document and its
	customer; else, and where there is no customer or a disabled one, it is the portal's plain address, which opens nothing.
	It is mailed to the customer's own addresses alone and never printed, but where somebody who may copy links renders a text
	that such a person saved last. Never raises.
	"""
	messages = len(frappe.local.message_log)
	try:
		return _get_link(_get_document(context, doc)) or get_site_url(ROOT)
	except Exception:
		# A template that fails keeps an invoice from being sent. No local variables: a link may be among them.
		del frappe.local.message_log[messages:]
		frappe.log_error("Customer Portal: portal_link", frappe.get_traceback())
		return get_site_url(ROOT)


def portal_reminder_address(doc) -> str:
	"""Whom to remind of an invoice: its contact's e-mail address; empty where that person does without reminders, or where less
	is open than there is a coin for."""
	is_wanted = preferences.wants(doc.customer, doc.contact_email, "reminders")
	return doc.contact_email or "" if is_wanted and not _is_less_than_a_coin(doc) else ""


def _is_less_than_a_coin(doc) -> bool:
	amount, currency = doc.get("outstanding_amount"), doc.get("party_account_currency") or doc.get("currency")
	return bool(amount and currency) and not as_shown(to_decimal(amount), currency)


def portal_due_date(doc) -> date:
	"""When an invoice is due: its earliest part that is still open, as the portal's pages show it."""
	return due.get_due_date(doc.name) or getdate(doc.due_date)


def portal_text(value) -> str:
	"""A text that somebody else wrote, such as a customer's name, for the HTML of an e-mail."""
	return escape_html(outgoing_mail.make_inert(str(value or "")))


def portal_number(row, fieldname: str, doc) -> str:
	"""A price or quantity of a line as ``get_formatted`` prints it, but with as many decimals as the line has."""
	value = to_decimal(flt(row.get(fieldname)))
	decimals = format(abs(value).normalize(), "f").partition(".")[2]
	if len(decimals) <= row.precision(fieldname):
		return row.get_formatted(fieldname, doc)
	is_money = row.meta.get_field(fieldname).fieldtype == "Currency"
	whole = fmt_money(abs(int(value)), precision=0, currency=doc.currency if is_money else None)
	point = get_number_format_info(frappe.db.get_default("number_format") or "#,###.##")[0] or "."
	# after the last digit: the symbol may stand behind the number
	text = re.sub(r"(\d)(?=\D*$)", rf"\g<1>{point}{decimals}", whole, count=1)
	return f"-{text}" if value < 0 else text


def portal_transfer_qr(doc) -> str:
	"""HTML with the QR code and the data of a bank transfer for what is open of a submitted Sales Invoice.

	Empty where nothing is open, or where settings and data make no valid code. Never raises.
	"""
	try:
		is_open_invoice = doc.doctype == "Sales Invoice" and doc.docstatus == 1
		return printing.get_html(doc.as_dict()) if is_open_invoice else ""
	except Exception:
		# a print format that fails keeps an invoice from being sent
		frappe.log_error("Customer Portal: portal_transfer_qr", frappe.get_traceback())
		return ""


def _get_document(context, doc):
	"""``doc``, or, in an Email Template, whose context is the document's own fields, the document they belong to."""
	if doc is None or isinstance(doc, Undefined):
		doc = {"doctype": context.get("doctype"), "name": context.get("name")}
	if isinstance(doc, str) or not doc.get("doctype") or not doc.get("name"):
		return None
	if isinstance(doc, Document):
		return doc
	# A dict may come from the browser: only the doctype and the name of it are believed.
	exists = frappe.db.exists("DocType", doc["doctype"]) and frappe.db.exists(doc["doctype"], doc["name"])
	return frappe.get_doc(doc["doctype"], doc["name"]) if exists else None


def _get_link(doc) -> str | None:
	customer = get_customer(doc) if doc else None
	if not customer or not may_reveal(doc, customer):
		return None
	token = tokens.get_active(customer) or _issue(customer)
	landing = get_landing(doc)
	if _is_printed(doc) or _is_sent_directly():
		return get_site_url(enter_url(tokens.get_token_string(token), landing))
	audience = mail_marks.ANYBODY if _may_choose_recipients() else mail_marks.CUSTOMER
	return mail_links.get_signed_placeholder(token, audience, landing)


def _issue(customer: str):
	token = tokens.get_or_issue(customer)
	# Printing is a GET, which Frappe rolls back: a link on paper whose token is gone would open nothing.
	frappe.local.flags.commit = True
	return token


def _is_printed(doc) -> bool:
	"""By a print format or letter head, which administrators write, of this very document."""
	printed = rendering.get_printed()
	return bool(printed) and (printed.doctype, printed.name) == (doc.doctype, doc.name)


def _is_sent_directly() -> bool:
	"""By a Notification, which administrators write, too."""
	notification = rendering.get_notification()
	return bool(notification) and notification.channel in DIRECT_CHANNELS


def _may_choose_recipients() -> bool:
	"""Whether who mails the text may copy links, and who wrote it may. A job mails what others wrote to whom they chose."""
	is_asked = bool(getattr(frappe.local, "request", None))
	writer = rendering.get_last_writer() if is_asked and is_manager() else None
	return bool(writer) and is_manager(writer)
