"""The statement by e-mail: as a PDF, to the customer's address on file and to no other."""

from datetime import date

import frappe

from customer_portal_ext.account.contacts import get_address_on_file
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.platform import outgoing_mail
from customer_portal_ext.statement import document, files, ledger, limits
from customer_portal_ext.statement.ledger import Account
from customer_portal_ext.statement.request import StatementRequest
from customer_portal_ext.web.environment import render
from customer_portal_ext.web.words import _

JOB_SECONDS = 30 * 60


def request(wanted: StatementRequest) -> str:
	"""Have the statement mailed. Returns the notice for the page: sent, or on its way as a background job."""
	account, period = wanted.account, wanted.period
	if not get_address_on_file(account.customer):
		raise InvalidInput(
			_("There is no e-mail address on file for your account. Please ask us to add one.")
		)
	totals = ledger.get_totals(account, period.from_date, period.to_date, wanted.opening)
	files.require_length("pdf", totals.count)
	values = {
		"customer": account.customer,
		"company": account.company,
		"currency": account.currency,
		"from_date": period.from_date,
		"to_date": period.to_date,
		"language": frappe.local.lang or "en",
	}
	if not limits.is_large("pdf", totals.count):
		try:
			deliver(**values)
		except frappe.OutgoingEmailError:
			frappe.clear_messages()
			raise InvalidInput(
				_("E-mails cannot be sent from here at the moment. Please download the statement.")
			) from None
		return "statement-sent"
	frappe.enqueue(
		"customer_portal_ext.statement.mail.deliver",
		queue="long",
		timeout=JOB_SECONDS,
		enqueue_after_commit=True,
		**values,
	)
	return "statement-queued"


def deliver(
	customer: str, company: str, currency: str, from_date: date, to_date: date, language: str
) -> None:
	"""Make the PDF and queue the e-mail. The address is read here: it may have changed since the visitor asked."""
	recipient = get_address_on_file(customer)
	if not recipient:
		return
	frappe.local.lang = language
	statement = document.get_statement(Account(customer, company, currency), from_date, to_date)
	context = {
		"customer_name": statement.customer["customer_name"],
		"company_name": statement.company["name"],
		"contact_line": " · ".join(statement.company["lines"]) or None,
		"currency": currency,
		"from_date": from_date,
		"to_date": to_date,
		"closing": statement.totals.closing,
		"overdue": statement.ageing["overdue"],
	}
	with files.write(statement, "pdf") as stream:
		content = stream.read()
	outgoing_mail.send(
		recipients=[recipient],
		subject=_("Your statement of account with {0}").format(statement.company["name"]),
		message=render("email/statement.html", context, language, _),
		attachments=[{"fname": statement.get_filename("pdf"), "fcontent": content}],
		reference_doctype="Customer",
		reference_name=customer,
	)
