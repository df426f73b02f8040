"""Staff hear of each answer: an entry in their bell, and an e-mail."""

import frappe
from frappe.desk.doctype.notification_log.notification_log import make_notification_logs
from frappe.utils import escape_html, get_url_to_form

from customer_portal_ext.conversations.notifications import choose, get_account_manager
from customer_portal_ext.platform import outgoing_mail
from customer_portal_ext.quotes.responses import ACCEPTED
from customer_portal_ext.web.environment import render
from customer_portal_ext.web.words import _


def tell_staff(response) -> list[str]:
	"""Notify whoever is responsible. Returns the users that were told."""
	quotation = frappe.get_doc("Quotation", response.quotation)
	users = get_responsible(quotation, response.customer)
	if not users:
		return []
	people = frappe.get_all(
		"User", {"name": ("in", users)}, ["name", "email", "first_name", "language"], order_by="name"
	)
	log = {
		"type": "Alert",
		"document_type": "Quotation",
		"document_name": quotation.name,
		"subject": get_subject(response, frappe.local.lang),
		"from_user": frappe.session.user,
		"email_content": escape_html(response.reason or ""),
	}
	make_notification_logs(frappe._dict(log), [person.email for person in people])
	for person in people:
		send_email(response, quotation, person)
	return users


def tell_of_obstacle(quotation: str, reason: str) -> list[str]:
	"""The same where an acceptance was refused, because no customer can be made of the lead or prospect."""
	document = frappe.get_doc("Quotation", quotation)
	users = get_responsible(document, None)
	people = frappe.get_all("User", {"name": ("in", users or [""])}, ["email", "language"], order_by="name")
	for person in people:
		subject = _("Quotation {0} of {1} could not be accepted on the portal", lang=person.language)
		log = {
			"type": "Alert",
			"document_type": "Quotation",
			"document_name": quotation,
			"subject": subject.format(
				frappe.bold(escape_html(quotation)), escape_html(document.customer_name)
			),
			"from_user": frappe.session.user,
			"email_content": escape_html(reason),
		}
		make_notification_logs(frappe._dict(log), [person.email])
		link = get_url_to_form("Quotation", quotation)
		send(
			person,
			subject.format(quotation, document.customer_name),
			f'<p>{escape_html(reason)}</p><p><a href="{escape_html(link)}">{escape_html(quotation)}</a></p>',
			quotation,
		)
	return users


def get_responsible(quotation, customer: str | None) -> list[str]:
	"""The quotation's owner, the customer's sales persons and account manager, as far as they may see it; else the
	fallback roles. Of who is no customer yet, the lead's owner."""
	if not customer:
		fields = {"Lead": "lead_owner", "Prospect": "prospect_owner"}
		owner = frappe.db.get_value(
			quotation.quotation_to, quotation.party_name, fields[quotation.quotation_to]
		)
		return choose([quotation.owner, owner], quotation)
	return choose(
		[quotation.owner, *get_sales_users(customer), get_account_manager(customer)],
		quotation,
	)


def get_sales_users(customer: str) -> list[str]:
	"""The users behind the customer's sales persons: Sales Team, Sales Person, Employee, User."""
	team = frappe.qb.DocType("Sales Team")
	person = frappe.qb.DocType("Sales Person")
	employee = frappe.qb.DocType("Employee")
	rows = (
		frappe.qb.from_(team)
		.join(person)
		.on(person.name == team.sales_person)
		.join(employee)
		.on(employee.name == person.employee)
		.select(employee.user_id)
		.where((team.parenttype == "Customer") & (team.parent == customer) & employee.user_id.isnotnull())
		.orderby(team.idx)
	).run()
	return [user for (user,) in rows]


def get_subject(response, language: str) -> str:
	"""One line for the bell, which shows it as HTML: names are escaped."""
	text = (
		_("{0} of {1} accepted quotation {2}", lang=language)
		if response.answer == ACCEPTED
		else _("{0} of {1} declined quotation {2}", lang=language)
	)
	return text.format(
		frappe.bold(escape_html(response.signer_name)),
		escape_html(response.customer_name),
		frappe.bold(escape_html(response.quotation)),
	)


def send_email(response, quotation, person) -> None:
	"""Queue one e-mail by Frappe's own path."""
	language = person.language or frappe.local.lang or "en"
	accepted = response.answer == ACCEPTED
	subject = (
		_("Quotation {0} accepted by {1}", lang=language)
		if accepted
		else _("Quotation {0} declined by {1}", lang=language)
	)
	context = {
		"accepted": accepted,
		"response": response,
		"recipient": person.first_name,
		"total": quotation.rounded_total or quotation.grand_total,
		"currency": quotation.currency,
		"quotation_url": get_url_to_form("Quotation", quotation.name),
		"is_draft": response.sales_order
		and frappe.db.get_value("Sales Order", response.sales_order, "docstatus") == 0,
		"order_url": get_url_to_form("Sales Order", response.sales_order) if response.sales_order else None,
	}

	def translate(text: str, context: str | None = None) -> str:
		return _(text, lang=language, context=context)

	send(
		person,
		subject.format(quotation.name, response.customer_name),
		render("email/quotation_answer.html", context, language, translate),
		quotation.name,
	)


def send(person, subject: str, message: str, quotation: str) -> None:
	"""A site without an outgoing account has its bell alone."""
	try:
		outgoing_mail.send(
			recipients=[person.email],
			subject=" ".join(subject.split()),
			message=message,
			reference_doctype="Quotation",
			reference_name=quotation,
			add_unsubscribe_link=0,
		)
	except frappe.OutgoingEmailError:
		frappe.clear_messages()
