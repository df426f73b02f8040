"""What e-mails bring in is sanitised by the time it is kept, and keeps what staff read."""

import frappe
from frappe.email.receive import InboundMail

from tests.factories.plain_text import PAYLOADS, assert_plain


def receive(sender, subject, html=None, plain="x", account=None, append_to=None, attachment=None):
	from email.message import EmailMessage
	from email.policy import SMTP

	message = EmailMessage(policy=SMTP)
	message["From"] = sender
	message["To"] = '"Doe, Jane" <support@example.com>, <img src=x onerror=alert(1)>'
	message["Subject"] = subject
	message["Message-ID"] = f"<{frappe.generate_hash(length=12)}@mail.example>"
	message.set_content(plain)
	if html:
		message.add_alternative(html, subtype="html")
	if attachment:
		message.add_attachment(b"hello", maintype="text", subtype="plain", filename=attachment)
	account = account or frappe._dict(
		email_id="support@example.com", name=None, use_imap=0, append_to=append_to
	)
	return InboundMail(message.as_bytes(), account).process()


def test_an_e_mail(db):
	for payload in PAYLOADS.values():
		message = receive(
			f'"{payload[:60]}" <ann-{frappe.generate_hash(length=6)}@example.com>'.replace('\\"', ""),
			payload[:100],
			html=f"<p>Good <b>morning</b></p><p>{payload}</p><table><tr><td>4</td></tr></table>",
			attachment="a<img src=x onerror=alert(1)>.txt",
			append_to="Issue",
		)
		frappe.db.commit()
		assert_plain("Communication", message.name)
		assert_plain("Issue", message.reference_name)
		content = frappe.db.get_value("Communication", message.name, "content")
		assert "<b>morning</b>" in content and "<td>4</td>" in content
		kept = frappe.get_all("File", {"attached_to_name": message.name}, ["name", "file_name", "file_url"])
		assert len(kept) == 1 and "<" not in kept[0].file_name
		assert frappe.get_doc("File", kept[0].name).get_content() == "hello"


def test_a_plain_e_mail_that_is_json_or_markup(db):
	for payload in PAYLOADS.values():
		message = receive("ann@example.com", "Hello", plain=payload)
		frappe.db.commit()
		assert_plain("Communication", message.name)


def test_an_ordinary_e_mail_keeps_what_staff_read(db):
	html = (
		"<p>Dear <i>Sam</i>,</p><ul><li>one</li></ul><p><a href='https://example.com/a?b=1&amp;c=2'>here</a></p>"
		"<blockquote>On Monday you wrote</blockquote><p>O'Brien &amp; &lt;Sons&gt;</p>"
	)
	message = receive('"Doe, Jane" <jane@example.com>', "Re: order", html=html)
	content = frappe.db.get_value("Communication", message.name, "content")
	for kept in (
		"<i>Sam</i>",
		"<li>one</li>",
		"https://example.com/a?b=1&amp;c=2",
		"On Monday you wrote",
		"&lt;Sons&gt;",
	):
		assert kept in content, content
	row = frappe.db.get_value(
		"Communication", message.name, ["subject", "sender", "recipients"], as_dict=True
	)
	assert row.subject == "Re: order" and row.sender == "jane@example.com"
	assert '"Doe, Jane" <support@example.com>' in row.recipients and "<img" not in row.recipients
