"""Writing a message: into the document's own timeline, as ERPNext's Communication."""

from collections.abc import Iterable
from dataclasses import dataclass

import frappe

from customer_portal_ext.conversations import limits, text, uploads
from customer_portal_ext.conversations.uploads import Upload
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.words import _

# Of ERPNext's media, the one that neither is an e-mail nor a call.
MEDIUM = "Chat"


@dataclass(frozen=True)
class Author:
	"""Who writes: a name as it was entered, and the customer's e-mail address, if there is one."""

	name: str
	email: str | None = None


@dataclass(frozen=True)
class Thread:
	"""What messages are about: a document, an issue or (DocType Customer) the account; ``title`` says so in words."""

	doctype: str
	name: str
	customer: str
	title: str
	url: str


def read_text(typed: str | None, has_files: bool = False) -> str:
	"""A message's text. Raises InvalidInput when there is none, and no file either, or too much."""
	written = text.clean(typed)
	if not written and not has_files:
		raise InvalidInput(_("Write a message first."), "message")
	if len(written) > limits.LONGEST_TEXT:
		raise InvalidInput(
			_("A message can have {0} characters; this one has {1}.").format(
				limits.LONGEST_TEXT, len(written)
			),
			"message",
		)
	return written


def read_name(typed: str | None) -> str:
	"""The writer's name. Raises InvalidInput when it is missing or too long."""
	name = text.make_inert(text.clean_line(typed))
	if not name:
		raise InvalidInput(_("Enter your name, so that we know whom to answer."), "name")
	if len(name) > limits.LONGEST_NAME:
		raise InvalidInput(_("A name can have {0} characters.").format(limits.LONGEST_NAME), "name")
	return name


def receive(thread: Thread, author: Author, written: str, files: Iterable[Upload] = ()):
	"""A message from the customer. The Communication."""
	files = list(files)
	return _write(
		thread,
		files,
		sent_or_received="Received",
		subject=_("Message from the customer portal"),
		content=text.to_html(written) if written else "",
		sender=author.email,
		sender_full_name=author.name,
		recipients="",
	)


def send(thread: Thread, user: str, written: str, recipients: Iterable[str]):
	"""An answer from staff, for the customer to read on the portal. The Communication; the e-mail is notifications.py's."""
	full_name, address = frappe.db.get_value("User", user, ["full_name", "email"])
	return _write(
		thread,
		[],
		sent_or_received="Sent",
		subject=_("Answer on the customer portal"),
		content=text.to_html(written) if written else "",
		sender=address,
		sender_full_name=full_name,
		recipients=", ".join(recipients),
		user=user,
	)


def _write(thread: Thread, files: list[Upload], **values):
	communication = frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": MEDIUM,
			"reference_doctype": thread.doctype,
			"reference_name": thread.name,
			"portal_customer": thread.customer,
			"has_attachment": int(bool(files)),
			"seen": int(values["sent_or_received"] == "Sent"),
			**values,
		}
	)
	communication.flags.skip_add_signature = True
	# The gate (access.conversations) or the API checked who writes; a guest may insert no Communication by itself.
	communication.insert(ignore_permissions=True)
	uploads.save_all(files, communication)
	return communication
