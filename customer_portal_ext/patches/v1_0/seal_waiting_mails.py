"""What Email Queue held before links were sealed: placeholders that any e-mail could have named, and invitations as they are.
In e-mails that wait, both are sealed for whom they may go to; in those that are gone, nothing is left that opens a door."""

import re

import frappe

from customer_portal_ext.access import mail_links, mail_marks, tokens
from customer_portal_ext.access.mail_marks import CUSTOMER, MARK, SECURE_LINK, Door

WAITING = ("Not Sent", "Partially Sent", "Sending", "Error")


def execute() -> None:
	queue = frappe.qb.DocType("Email Queue")
	names = frappe.qb.from_(queue).select(queue.name, queue.status).run()
	for name, status in names:
		message = frappe.db.get_value("Email Queue", name, "message")
		recipients = frappe.get_all("Email Queue Recipient", {"parent": name}, pluck="recipient")
		sealed = seal(message, name, recipients if status in WAITING else [])
		if sealed != message:
			frappe.db.set_value("Email Queue", name, "message", sealed, update_modified=False)


def seal(message: str | None, entry: str, recipients: list[str]) -> str | None:
	def replace_mark(match: re.Match, may_open: bool) -> str:
		door = Door(match[1], match[2])
		if match[3] or door.kind != SECURE_LINK:  # sealed already: the patch can run again
			return match[0]
		return mail_marks.seal(door, get_audience(door.row), entry, recipients) if may_open else match[0]

	def replace(path: str, may_open: bool) -> str:
		path = MARK.sub(lambda match: replace_mark(match, may_open), path)
		return mail_links.seal_whole_link(path, entry, recipients, may_open)

	return mail_links.rewrite(message, replace)


def get_audience(row: str):
	"""Whom a link was made for: the customer, or of one document, whom it was shared with."""
	shared_with = frappe.db.get_value(
		tokens.DOCTYPE, {"name": row, "scope": tokens.ONE_DOCUMENT}, "shared_with"
	)
	return {mail_marks.clean(shared_with)} if shared_with else CUSTOMER
