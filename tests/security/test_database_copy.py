"""A copy of the database opens no door: it is dumped to text and searched for everything that would."""

import re
import subprocess

import frappe
import pytest

from customer_portal_ext.access import mail, tokens
from customer_portal_ext.access.session import COOKIE
from tests.factories.masters import make_customer


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
