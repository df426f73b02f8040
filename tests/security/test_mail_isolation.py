"""Whoever writes an e-mail of the site, and whatever stands in it: building it reads no file and asks nobody."""

import re
from email import message_from_string
from email.policy import default
from pathlib import Path

import frappe
import pytest

from customer_portal_ext.access import tokens
from tests import factories
from tests.client import hidden_fields
from tests.factories import files, hostile
from tests.factories.mail import get_messages_to, make_outgoing_account, remove_outgoing_account
from tests.security.test_link_placeholders import CONTACT_FORM


@pytest.fixture(autouse=True)
def account(db):
	made = make_outgoing_account()
	frappe.db.commit()
	yield
	remove_outgoing_account(made)


@pytest.fixture(autouse=True)
def nobody_is_asked(listener):
	listener.heard.clear()
	yield
	assert listener.heard == []


@pytest.fixture
def paths(trap):
	"""Paths that lead from where Frappe works to the marker, to the site's own secrets and to a private file."""
	private = Path(frappe.get_site_path("private", "files", "trap.txt"))
	private.write_text(hostile.WORD)
	conf = Path(frappe.get_site_path("site_config.json"))
	assert "encryption_key" in conf.read_text()
	up = "../" * 12
	yield [
		f"{trap.folder}/m.txt",
		f"/{trap.folder}/m.png",
		f"{up}{trap.folder}/m.txt",
		f"assets/{up}{trap.folder}/m.txt",
		"private/files/trap.txt",
		"/files/trap-m.png",
		"files/trap-as.png",
		f"{frappe.local.site}/site_config.json",
		str(conf.resolve()),
	]
	private.unlink()


def spell(path: str) -> list[str]:
	"""The ways of writing that Frappe takes for a file to embed, as it is and once a parser has read it."""
	return [
		f'embed="{path}"',
		f"embed='{path}'",
		f"embed&#61;&#34;{path}&#34;",
		f"&#101mbed&#61&#34{path}&#34 ",
		f"&#x65mbed&#x3d&#x22{path}&#x22 ",
		f"embed=&quot;{path}&quot;",
		f"embed=&quot{path}&quot ",
	]


@pytest.fixture
def texts(paths):
	return [text for path in paths for text in spell(path)]


def assert_harmless(address: str, holds: str = "SEEN") -> None:
	messages = get_messages_to(address)
	assert any(holds in hostile.read_mail(message) for message in messages)
	for message in messages:
		assert "encryption_key" not in "".join(
			(part.get_payload(decode=True) or b"").decode(errors="replace")
			for part in message_from_string(message, policy=default).walk()
			if not part.is_multipart()
		)


def make_recipient() -> str:
	return f"{frappe.generate_hash(length=8)}@example.com"


def test_an_e_mail_of_anybodys(db, texts, trap):
	"""Subjects stand in the e-mail's page, too."""
	recipient = make_recipient()
	frappe.sendmail(recipients=[recipient], subject="x", message=f"SEEN {trap.text}")
	for text in texts:
		frappe.sendmail(recipients=[recipient], subject=text, message="SEEN")
	frappe.sendmail(recipients=[recipient], subject="x", message=f"SEEN {' '.join(texts)}")
	frappe.db.commit()
	assert_harmless(recipient)


def test_what_a_visitor_wrote_answered_by_staff(http, texts, portal_settings):
	portal_settings(allow_support_issues=1, allow_customer_messages=1)
	email = make_recipient()
	customer = factories.make_customer(email=email)
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	from frappe.core.doctype.communication.email import make

	from customer_portal_ext import api

	for text in texts[-7:-2]:
		form = hidden_fields(http.get("/portal/new-issue").text)
		form |= {"subject": text[:120], "message": f"Hello {text}", "name": "Ann"}
		assert http.post("/portal/new-issue", data=form).status_code == 303
		frappe.db.rollback()
		issue = frappe.get_last_doc("Issue", {"customer": customer.name})
		api.reply_in_portal("Issue", issue.name, f"SEEN {text}")
		quoted = frappe.get_last_doc("Communication", {"reference_name": issue.name}).content
		make(
			doctype="Issue",
			name=issue.name,
			subject=f"Re: {issue.subject}",
			content=f"SEEN<blockquote>{quoted}</blockquote>",
			recipients=email,
			send_email=True,
		)
		frappe.db.commit()
	assert_harmless(email)


def test_the_contact_forms_own_answer(http, texts, listener):
	sender = make_recipient()
	address = f"http://127.0.0.1:{listener.port}/x"
	loading = [
		f"<link rel=stylesheet href={address}>",
		f"<style>@import url({address}); @import '{address}'; p {{ color: red }}</style>",
	]
	for number, text in enumerate(texts[:7] + texts[-7:] + loading):
		answer = http.post(
			CONTACT_FORM, data={"subject": text[:120], "message": f"SEEN {text}", "sender": sender}
		)
		assert answer.status_code == 200, (number, answer.text)
	assert_harmless(sender)


def test_pictures_that_everybody_may_have_are_still_embedded(db):
	"""Frappe's own way to put a logo into an e-mail: an app's picture, or a public file."""
	own = frappe.get_doc(
		{"doctype": "File", "file_name": "logo.png", "content": files.make_image(), "is_private": 0}
	).insert()
	recipient = make_recipient()
	paths = ("assets/frappe/images/frappe-favicon.svg", own.file_url, own.file_url.lstrip("/"))
	message = "".join(f'<img embed="{path}">' for path in paths)
	frappe.sendmail(recipients=[recipient], subject="x", message=message)
	frappe.db.commit()
	parts = list(message_from_string(get_messages_to(recipient)[0], policy=default).walk())
	embedded = [part for part in parts if part.get("Content-ID")]
	assert [part.get_content_type() for part in embedded] == ["image/svg+xml", "image/png", "image/png"]
	assert embedded[1].get_payload(decode=True) == files.make_image()
	html = next(part for part in parts if part.get_content_type() == "text/html").get_content()
	assert len(re.findall('src="cid:', html)) == 3


def test_an_e_mail_looks_as_frappe_makes_it(db):
	"""The apps' style, and the e-mail's own, are written into its elements as before."""
	from frappe.email import email_body

	html = email_body.frappe.get_template("templates/emails/standard.html").render(
		{
			"content": "<style>p { letter-spacing: 3px } @media print { p { color: red } }</style><p>Text</p>",
			"title": "x",
		}
	)
	assert email_body.inline_style_in_html(html) == email_body.inline_style_in_html.__wrapped__(html)
	assert "letter-spacing:3px" in email_body.inline_style_in_html(html)
