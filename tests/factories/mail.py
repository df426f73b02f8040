"""An outgoing e-mail account, without which Frappe queues nothing."""

from contextlib import contextmanager

import frappe

from tests.factories.smtp import MailServer


def make_outgoing_account(port: int = 9):
	"""The default outgoing account, to a server on this machine. Nothing listens on port 9: e-mails stay queued."""
	account = frappe.get_doc(
		{
			"doctype": "Email Account",
			"email_account_name": f"Portal Test {frappe.generate_hash(length=6)}",
			"email_id": "portal@example.com",
			"enable_outgoing": 1,
			"default_outgoing": 1,
			"smtp_server": "127.0.0.1",
			"smtp_port": port,
			"no_smtp_authentication": 1,
			"use_tls": 0,
		}
	)
	# Saving would try to connect to the server.
	account.flags.ignore_validate = True
	return account.insert(ignore_permissions=True)


def get_messages_to(address: str) -> list[str]:
	"""The queued messages to this address, as MIME text."""
	frappe.db.rollback()
	queued = frappe.get_all("Email Queue Recipient", {"recipient": address}, pluck="parent")
	return frappe.get_all("Email Queue", {"name": ("in", queued or [""])}, pluck="message")


def remove_outgoing_account(account) -> None:
	frappe.db.rollback()
	frappe.delete_doc("Email Account", account.name, force=True, ignore_permissions=True)
	frappe.db.commit()


@contextmanager
def receive_mail():
	"""A mail server that the site's e-mails go to. What Frappe queues goes there by ``deliver``."""
	with MailServer() as server:
		account = make_outgoing_account(server.port)
		frappe.db.commit()
		try:
			yield server
		finally:
			frappe.set_user("Administrator")
			remove_outgoing_account(account)


def deliver(recipient: str) -> None:
	"""Send what waits in the queue for this address."""
	frappe.db.rollback()
	for name in frappe.get_all("Email Queue Recipient", {"recipient": recipient}, pluck="parent"):
		queue = frappe.get_doc("Email Queue", name)
		if queue.status == "Not Sent":
			queue.send()
	frappe.db.commit()
