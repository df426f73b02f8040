"""A copy of the database opens no door: it is dumped to text and searched for everything that would."""

import re
import subprocess

import frappe
import pytest
from frappe.core.doctype.communication.email import make as make_communication

from customer_portal_ext.access import (
	invitation_links,
	invitations,
	mail,
	mail_marks,
	message_mail,
	quotation_mail,
	tokens,
)
from customer_portal_ext.access.session import COOKIE
from customer_portal_ext.exceptions import TokenInvalid
from tests.factories import make_contact, make_quotation
from tests.factories.mail import deliver, receive_mail
from tests.factories.masters import make_customer
from tests.factories.users import make_portal_user


def dump() -> str:
	config = frappe.conf
	command = [
		"mariadb-dump",
		"--single-transaction",
		f"--user={config.db_name}",
		f"--password={config.db_password}",
	]
	if config.db_socket:
		command += [f"--socket={config.db_socket}"]
	else:
		command += [f"--host={config.db_host}", f"--port={config.db_port}", "--protocol=tcp"]
	return subprocess.run([*command, config.db_name], check=True, capture_output=True).stdout.decode(
		"utf-8", "replace"
	)


def test_no_string_in_the_database_opens_a_door(http, outgoing):
	customer = make_customer(email=f"{frappe.generate_hash(length=8)}@example.com")
	ended = tokens.issue(customer.name)
	token = tokens.issue(customer.name)
	mail.send_link(token)
	http.open_link(tokens.get_link(token))
	http.get("/portal/invoices")
	http.get("/portal/invoices/NOT-MINE")
	cookie = http.cookie(COOKIE)
	http.get(tokens.get_link(ended))
	assert frappe.get_all("Email Queue Recipient", {"recipient": customer.email_id}), (
		"the e-mail was not queued"
	)
	text = dump()
	assert token.name in text and token.id_digest in text
	for secret in (
		tokens.get_token_string(token),
		tokens.get_token_string(ended),
		cookie,
		cookie.split(".")[-1],
	):
		assert secret not in text
	assert frappe.conf.encryption_key not in text
	# Whatever looks like a token anywhere in the dump, this site does not accept.
	for candidate in set(re.findall(r"(?<![\w-])[\w-]{43}(?![\w-])", text)):
		with pytest.raises(Exception) as refusal:
			tokens.find(candidate)
		assert refusal.typename == "TokenInvalid"


def test_no_mail_of_the_portal_leaves_a_door_behind(db):
	"""Waiting and sent: the secure link, a shared quotation, invitations, an answer, and what staff mail from Desk."""
	mark = frappe.generate_hash(length=8)
	customer = make_customer(email=f"buyer-{mark}@example.com")
	existing = make_portal_user(make_customer())
	frappe.db.set_value("User", existing, "last_login", frappe.utils.now())
	token = tokens.issue(customer.name)
	quotation = make_quotation(customer)
	shared = tokens.issue_for_document(
		customer.name, "Quotation", quotation.name, "Staff", shared_with=f"shared-{mark}@example.com"
	)
	with receive_mail() as server:
		mail.send_link(token)
		quotation_mail.send_share(shared, None, "en")
		invitations.invite(customer.name, customer.customer_primary_contact)
		invitations.invite(customer.name, make_contact(customer, existing, is_primary=False).name)
		staffs = frappe.render_template("See {{ portal_link(doc) }}", {"doc": customer})
		own = {"doctype": "Customer", "name": customer.name}
		for content in (
			staffs,
			tokens.get_link(token),
			invitation_links.get_path(customer.name, existing, 30),
		):
			make_communication(
				**own, content=content, subject="x", recipients=f"desk-{mark}@example.com", send_email=1
			)
		frappe.sendmail(
			recipients=[f"desk-{mark}@example.com"], subject="x", message=f"<p>{tokens.get_link(token)}</p>"
		)
		assert message_mail.mail_links.get_customer_placeholder(customer.name, customer.email_id)
		frappe.db.commit()
		waiting = dump()
		for address in (customer.email_id, shared.shared_with, existing, f"desk-{mark}@example.com"):
			deliver(address)
		assert len(server.received) == 8, "each of them arrived"
		arrived = "".join(data.decode() for _to, data in server.received).replace("=\r\n", "")
	for secret in (tokens.get_token_string(token), tokens.get_token_string(shared)):
		assert secret in arrived
	assert len(re.findall(r"/portal/join/eyJ[\w-]+\.", arrived)) >= 3
	for text in (waiting, dump()):
		assert_closed(text, token, shared)


def assert_closed(text, *made):
	text = text.replace("=\\r\\n", "").replace("=\\n", "")
	for token in made:
		assert tokens.get_token_string(token) not in text
	# what would open as an invitation
	for candidate in set(re.findall(r"eyJ[\w-]+\.[\w-]+\.[\w-]+", text)):
		with pytest.raises(TokenInvalid):
			invitation_links.read(candidate)
	# what an e-mail of another request would be given a link for, whoever sends it
	frappe.local.portal_mail_slips = {}
	rows = {token.name for token in made}
	marks = [match for match in mail_marks.MARK.finditer(text) if match[1] == "join" or match[2] in rows]
	assert len(marks) > 8
	for match in marks:
		assert mail_marks.get_audience(match) is None
		for recipient in ("thief@example.com", "desk@example.com"):
			assert not mail_marks.is_sealed_for(match, "another001", recipient)
