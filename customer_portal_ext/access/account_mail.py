"""E-mails about the account itself: what staff decided, and that the e-mail address on file is another one. And the word to
staff that a customer asks for something."""

import frappe
from frappe.desk.doctype.notification_log.notification_log import make_notification_logs
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.utils import escape_html

from customer_portal_ext.access import mail_links
from customer_portal_ext.access.mail import is_deliverable, translator
from customer_portal_ext.account import details, preferences, sign_ups
from customer_portal_ext.account.contacts import get_address_on_file
from customer_portal_ext.account.sign_ups import normalise
from customer_portal_ext.conversations import notifications
from customer_portal_ext.conversations.messages import Thread
from customer_portal_ext.platform import outgoing_mail
from customer_portal_ext.web import account_urls
from customer_portal_ext.web.brand import get_brand
from customer_portal_ext.web.environment import render


def send_address_changed(customer: str, before: str, after: str | None) -> None:
	"""Tell the address that was on file until now. It gets no link, and of the new address only what tells whether it is
	known there."""
	if is_deliverable(before):
		_send(
			customer,
			before,
			"{0}: your e-mail address was changed",
			"email/address_changed.html",
			{"masked": mask(after)},
		)


def send_decision(request, is_approved: bool, before: str | None = None) -> list[str]:
	"""Tell who asked what became of it, unless they do without; whose address was on file until now is told in any case.

	:param before: the address that was on file, where the change may have moved it.
	:return: the addresses that are told.
	"""
	on_file = get_address_on_file(request.customer)
	before = before or on_file
	asked = get_asker(request) or before
	recipients = [asked] if preferences.wants(request.customer, asked, "changes") else []
	has_moved = bool(before) and normalise(before) != normalise(on_file)
	if has_moved and normalise(before) not in map(normalise, recipients):
		recipients.append(before)
	return [
		recipient
		for recipient in recipients
		if is_deliverable(recipient) and _send_decision(request, is_approved, recipient, on_file)
	]


def get_asker(request) -> str | None:
	"""The address of the user who asked, as long as they may sign in for the customer."""
	return request.user if request.user and sign_ups.is_linked(request.customer, request.user) else None


def _send_decision(request, is_approved: bool, recipient: str, on_file: str | None) -> str | None:
	is_own = normalise(recipient) == normalise(on_file)
	values = {
		"is_approved": is_approved,
		"note": request.note or "",
		"changes": [
			{"field": row.field, "old": row.old_value, "new": row.shown_value} for row in request.changes
		],
		"link": mail_links.get_customer_placeholder(request.customer, recipient, account_urls.ACCOUNT)
		if is_own
		else None,
	}
	subject = "{0}: your change was approved" if is_approved else "{0}: about the change you asked for"
	return _send(request.customer, recipient, subject, "email/change_decided.html", values, request)


def tell_staff(request) -> None:
	"""In the bell of who is responsible for the customer. What fails here must not lose the request."""
	frappe.db.savepoint("portal_tell_staff")
	try:
		customer = frappe.get_doc("Customer", request.customer)
		thread = Thread("Customer", customer.name, customer.name, "", "")
		users = notifications.get_responsible(customer, thread)
		log = {
			"type": "Alert",
			"document_type": request.doctype,
			"document_name": request.name,
			"subject": frappe._("{0} asks for a change of their account").format(
				frappe.bold(escape_html(customer.customer_name))
			),
			"from_user": frappe.session.user,
			"email_content": escape_html(
				"\n".join(
					f"{details.get_label(row.field)}: {row.old_value} → {row.shown_value}"
					for row in request.changes
				)
			),
		}
		emails = frappe.get_all("User", {"name": ("in", users or [""])}, pluck="email")
		make_notification_logs(frappe._dict(log), emails)
	except Exception:
		frappe.db.rollback(save_point="portal_tell_staff")
		frappe.clear_messages()
		frappe.log_error(f"Customer Portal: telling staff of {request.name}", frappe.get_traceback())


def mask(address: str | None) -> str:
	"""``m•••@company.com``: enough for who knows it."""
	name, _at, host = (address or "").partition("@")
	return f"{name[:1]}•••@{host}" if host else ""


def _send(
	customer: str, recipient: str, subject: str, template: str, values: dict, reference=None
) -> str | None:
	if not EmailAccount.find_outgoing():
		return None
	language = preferences.get_mail_language(customer, recipient)
	translate = translator(language)
	brand = get_brand()
	for change in values.get("changes", ()):
		change["label"] = translate(details.LABELS[change["field"]].msg)
	context = {
		"customer_name": frappe.db.get_value("Customer", customer, "customer_name"),
		"company_name": brand["company_name"],
		"contact_line": brand["contact_line"],
		**values,
	}
	outgoing_mail.send(
		recipients=[recipient],
		subject=" ".join(translate(subject).format(brand["company_name"]).split()),
		message=render(template, context, language, translate),
		reference_doctype=reference.doctype if reference else "Customer",
		reference_name=reference.name if reference else customer,
		add_unsubscribe_link=0,
	)
	return recipient
