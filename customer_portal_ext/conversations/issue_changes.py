"""What a customer does with an issue: raise it, close it, open it again. ERPNext's own rules and agreements apply."""

from collections.abc import Mapping
from dataclasses import dataclass

import frappe

from customer_portal_ext.conversations import issues, limits, messages, text, uploads
from customer_portal_ext.conversations.messages import Author
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.words import _


@dataclass(frozen=True)
class NewIssue:
	"""A checked form."""

	subject: str
	description: str
	issue_type: str | None
	priority: str | None


def read(form: Mapping) -> NewIssue:
	"""The form of a new issue. Raises InvalidInput."""
	subject = text.make_inert(text.clean_line(form.get("subject")))
	if not subject:
		raise InvalidInput(_("Say in a few words what it is about."), "subject")
	if len(subject) > limits.LONGEST_SUBJECT:
		raise InvalidInput(_("A subject can have {0} characters.").format(limits.LONGEST_SUBJECT), "subject")
	choices = issues.get_choices()
	return NewIssue(
		subject=subject,
		description=messages.read_text(form.get("message")),
		issue_type=_read_choice(form, "issue_type", choices["Issue Type"], _("There is no such type.")),
		priority=_read_choice(form, "priority", choices["Issue Priority"], _("There is no such priority.")),
	)


def _read_choice(form: Mapping, field: str, names: list[str], message: str) -> str | None:
	value = form.get(field)
	if not value:
		return None
	if value not in names:
		raise InvalidInput(message, field)
	return value


def create(
	customer: str,
	author: Author,
	new: NewIssue,
	document: tuple[str, str] | None,
	files: list[uploads.Upload],
):
	"""An ERPNext Issue of the customer, its description as the first message. The Issue and the Communication."""
	issue = frappe.get_doc(
		{
			"doctype": "Issue",
			"subject": new.subject,
			"customer": customer,
			"raised_by": author.email,
			"description": text.to_html(new.description),
			"issue_type": new.issue_type,
			"priority": new.priority,
			"via_customer_portal": 1,
			"portal_document_type": document[0] if document else None,
			"portal_document": document[1] if document else None,
		}
	)
	# The gate checked who writes; a guest may insert no Issue by itself.
	issue.insert(ignore_permissions=True)
	message = complete_first_message(issue, author, files)
	return issue, message


def complete_first_message(issue, author: Author, files: list[uploads.Upload]):
	"""ERPNext puts the description of a portal's issue into the timeline; it lacks the writer's name and the files."""
	name = frappe.db.get_value("Communication", {"reference_doctype": "Issue", "reference_name": issue.name})
	communication = frappe.get_doc("Communication", name)
	communication.db_set(
		{
			"communication_medium": messages.MEDIUM,
			"sender_full_name": author.name,
			"portal_customer": issue.customer,
			"has_attachment": int(bool(files)),
			"recipients": "",
		},
		update_modified=False,
	)
	uploads.save_all(files, communication)
	return communication


def close(name: str) -> None:
	"""Close an issue. Closing a closed one changes nothing."""
	_set_status(name, "Closed", unless=("Closed",))


def reopen(name: str) -> None:
	"""Open a closed or solved issue again. One that is open stays as it is."""
	_set_status(name, "Open", unless=issues.OPEN_STATUSES)


def _set_status(name: str, status: str, unless: tuple[str, ...]) -> None:
	issue = frappe.get_doc("Issue", name, for_update=True)
	if issue.status in unless:
		return
	issue.status = status
	# The gate checked whose issue it is; a guest may change no Issue by itself.
	issue.save(ignore_permissions=True)
