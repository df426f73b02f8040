"""Staff's side of a conversation, from the document's own form in Desk."""

import frappe
from frappe import _
from frappe.core.doctype.communication.email import add_attachments

from customer_portal_ext.access import conversations, message_mail
from customer_portal_ext.access.issues import get_thread as get_issue_thread
from customer_portal_ext.conversations import audience, limits, messages, text, unread
from customer_portal_ext.conversations.messages import Thread
from customer_portal_ext.desk.customer_records import require_within_limits
from customer_portal_ext.documents import kinds
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web import conversation_urls as urls


def open_thread(doctype: str, name: str) -> dict:
	"""What the form shows: may_reply, customer, and how many messages nobody had opened until now; they count as read."""
	document = _require_document(doctype, name)
	customer = audience.get_customer(doctype, name)
	waiting = unread.count_for_staff(doctype, name) if customer else 0
	if waiting:
		unread.mark_read_by_staff(doctype, name)
	return {
		"may_reply": bool(customer and _has_page(document) and document.has_permission("email")),
		"customer": customer,
		"unread": waiting,
	}


def reply(doctype: str, name: str, message: str, files: list | None = None) -> dict:
	"""Write to the customer on the portal, and tell them by e-mail. ``recipients`` says who was told."""
	document = _require_document(doctype, name)
	document.check_permission("email")
	thread = get_thread(document)
	files = _require_files(files or [], document)
	try:
		written = messages.read_text(message, has_files=bool(files))
	except InvalidInput as problem:
		frappe.throw(problem.message)
	recipients = message_mail.get_recipients(thread)
	communication = messages.send(thread, frappe.session.user, written, recipients)
	if files:
		add_attachments(communication.name, files)
		communication.db_set("has_attachment", 1)
	unread.mark_read_by_staff(doctype, name)
	told = message_mail.send_answer(thread, communication, written, len(files))
	return {"communication": communication.name, "recipients": told}


def get_thread(document) -> Thread:
	"""The thread of a document that the portal shows to its customer. Raises frappe.ValidationError for any other."""
	if document.doctype == "Customer":
		return Thread("Customer", document.name, document.name, _("your account"), urls.thread_url(None))
	customer = audience.get_customer(document.doctype, document.name)
	if document.doctype == "Issue" and customer:
		return get_issue_thread(document.as_dict())
	kind_key = customer and _find_kind(document)
	if not kind_key:
		frappe.throw(_("The portal shows {0} {1} to no customer.").format(_(document.doctype), document.name))
	# the customer reads the title, in an e-mail
	ours = frappe.local.lang
	frappe.local.lang = frappe.db.get_value("Customer", customer, "language") or ours
	try:
		return conversations.get_document_thread(kind_key, document.as_dict(), customer)
	finally:
		frappe.local.lang = ours


def _has_page(document) -> bool:
	return document.doctype in ("Customer", "Issue") or _find_kind(document) is not None


def _find_kind(document) -> str | None:
	"""The kind whose row scope the document is in: it tells an invoice from a credit note, and leaves out drafts."""
	for kind in kinds.KINDS.values():
		if kind.doctype == document.doctype:
			customer = audience.get_customer(document.doctype, document.name)
			if customer and kinds.find(kind, [customer], document.name):
				return kind.key
	return None


def _require_document(doctype: str, name: str):
	if doctype not in audience.CUSTOMER_FIELDS:
		frappe.throw(_("The portal has no pages of {0}.").format(frappe.utils.escape_html(doctype[:140])))
	document = frappe.get_doc(doctype, name)
	document.check_permission("read")
	require_within_limits(document, audience.get_customer(doctype, name))
	return document


def _require_files(files: list, document) -> list[str]:
	"""The names of files that staff uploaded for this answer, or that hang on the document. Raises frappe.PermissionError."""
	if not isinstance(files, list) or len(files) > limits.MAXIMUM_COUNT:
		frappe.throw(_("Send at most {0} files with one answer.").format(limits.MAXIMUM_COUNT))
	for name in files:
		file = frappe.get_doc("File", str(name))
		own = file.owner == frappe.session.user and not file.attached_to_doctype
		attached = (file.attached_to_doctype, file.attached_to_name) == (document.doctype, document.name)
		if not (own or attached) or not file.has_permission("read"):
			frappe.throw(
				_("{0} is no file of this document.").format(
					frappe.utils.escape_html(text.clean_line(str(name)))
				),
				frappe.PermissionError,
			)
	return [str(name) for name in files]
