"""Who hears of a message: staff in Desk's bell and by assignment, the customer by e-mail."""

import frappe
from frappe.automation.doctype.assignment_rule import assignment_rule
from frappe.desk.doctype.notification_log.notification_log import make_notification_logs
from frappe.desk.form import assign_to
from frappe.utils import escape_html

from customer_portal_ext.conversations.messages import Author, Thread
from customer_portal_ext.web.words import _

# Who hears of it when nobody is responsible yet.
FALLBACK_ROLES = ("Customer Portal Manager", "Sales Manager")
MOST_NOTIFIED = 20
PREVIEW = 300


def tell_staff(thread: Thread, message, author: Author, written: str) -> None:
	"""Assign the document and notify whoever is responsible. What fails here must not lose the customer's message."""
	frappe.db.savepoint("portal_tell_staff")
	try:
		document = frappe.get_doc(thread.doctype, thread.name)
		assign(document, thread)
		notify(document, thread, author, written)
	except Exception:
		frappe.db.rollback(save_point="portal_tell_staff")
		frappe.clear_messages()
		frappe.log_error(f"Customer Portal: telling staff of {message.name}", frappe.get_traceback())


def assign(document, thread: Thread) -> None:
	"""By ERPNext's Assignment Rules; where none applies, to the account's manager, else to who made the document."""
	assignment_rule.apply(document)
	if get_assignees(document):
		return
	for user in (get_account_manager(thread.customer), document.owner):
		if may_answer(user, document):
			assign_to.add(
				{
					"assign_to": [user],
					"doctype": document.doctype,
					"name": document.name,
					"description": _("The customer wrote on the portal"),
				},
				# A guest assigns nobody by hand; whom it may be is decided above.
				ignore_permissions=True,
			)
			return


def notify(document, thread: Thread, author: Author, written: str) -> None:
	"""An entry in the bell of each who is responsible."""
	users = get_responsible(document, thread)
	subject = _("{0} of {1} wrote about {2} {3}").format(
		frappe.bold(escape_html(author.name)),
		escape_html(frappe.get_cached_value("Customer", thread.customer, "customer_name")),
		_(document.doctype),
		frappe.bold(escape_html(document.name)),
	)
	log = {
		"type": "Alert",
		"document_type": document.doctype,
		"document_name": document.name,
		"subject": subject,
		"from_user": frappe.session.user,
		"email_content": escape_html(written[:PREVIEW]),
	}
	emails = frappe.get_all("User", {"name": ("in", users or [""])}, pluck="email")
	make_notification_logs(frappe._dict(log), emails)


def get_responsible(document, thread: Thread) -> list[str]:
	"""The assignees, the account's manager and the document's owner, as far as they may see it; else the fallback roles."""
	return choose([*get_assignees(document), get_account_manager(thread.customer), document.owner], document)


def choose(users: list[str | None], document) -> list[str]:
	"""Those of ``users`` who may see the document, each once; else those of the fallback roles who may."""
	users = [user for user in dict.fromkeys(users) if may_answer(user, document)]
	if users:
		return users
	in_roles = frappe.get_all(
		"Has Role",
		{"role": ("in", FALLBACK_ROLES), "parenttype": "User"},
		pluck="parent",
		distinct=True,
		order_by="parent",
	)
	return [user for user in in_roles if may_answer(user, document)][:MOST_NOTIFIED]


def get_assignees(document) -> list[str]:
	return frappe.get_all(
		"ToDo",
		{"reference_type": document.doctype, "reference_name": document.name, "status": "Open"},
		pluck="allocated_to",
	)


def get_account_manager(customer: str) -> str | None:
	return frappe.db.get_value("Customer", customer, "account_manager")


def may_answer(user: str | None, document) -> bool:
	"""Whether this is a colleague who works in Desk and may open the document."""
	if not user or user in ("Guest", "Administrator"):
		return False
	account = frappe.db.get_value("User", user, ["enabled", "user_type"], as_dict=True)
	if not account or not account.enabled or account.user_type != "System User":
		return False
	return bool(frappe.has_permission(document.doctype, "read", doc=document, user=user))
