"""Links in e-mails: the customer receives one that works, and the database keeps none."""

import base64
import re
from email import message_from_bytes, message_from_string
from email.message import EmailMessage
from email.policy import SMTP, default

import frappe
import pytest
from frappe.core.doctype.communication.email import make as make_communication

from customer_portal_ext.access import mail, mail_links, tokens
from customer_portal_ext.web.urls import document_url
from tests.factories import make_customer, make_sales_invoice
from tests.factories.mail import make_outgoing_account, remove_outgoing_account
from tests.factories.smtp import MailServer

LINK = re.compile(r"http[^\s\"<>)]*/portal/a/[^\s\"<>)]+")


@pytest.fixture
def mail_server(db):
	with MailServer() as server:
		account = make_outgoing_account(server.port)
		yield server
		remove_outgoing_account(account)


@pytest.fixture
def customer(db):
	return make_customer(name=f"Müller & Söhne {frappe.generate_hash(length=8)}", email=make_address())


def make_address():
	return f"buyer-{frappe.generate_hash(length=8)}@example.com"


def send_queued_to(address):
	"""What the scheduler does: send what waits in Email Queue."""
	name = frappe.get_all("Email Queue Recipient", {"recipient": address}, pluck="parent")[-1]
	queued = frappe.get_doc("Email Queue", name)
	queued.send()
	return queued


def get_texts(message):
	"""The plain and the HTML text of a received message, decoded."""
	return [message.get_body(preferencelist=(kind,)).get_content() for kind in ("plain", "html")]


def read_table(doctype):
	return repr(frappe.db.sql(f"select * from `tab{doctype}`"))


def assert_nothing_kept(token):
	"""Neither the token nor its encodings that a mail queue might hold."""
	secret = tokens.get_token_string(token)
	encoded = base64.b64encode(secret.encode()).decode()[:40]
	for doctype in ("Email Queue", "Communication", "Error Log", "Version", "Comment", "Notification Log"):
		kept = read_table(doctype).replace("=\\r\\n", "").replace("=\\n", "")
		assert secret not in kept and encoded not in kept, f"{doctype} holds a working link"


# The whole way


def test_the_mailed_link_opens_the_portal_and_stays_out_of_the_database(http, mail_server, customer):
	token = tokens.issue(customer.name)
	assert mail.send_link(token) == customer.email_id
	assert f"/portal/a/link-{token.name}" in read_table("Email Queue").replace("=\\n", "")
	send_queued_to(customer.email_id)

	plain, html = get_texts(mail_server.get_message(customer.email_id))
	assert customer.customer_name in plain
	for text in (plain, html):
		(link,) = set(LINK.findall(text))
		assert link == tokens.get_link(token)
	assert http.open_link(link).status_code == 200
	assert_nothing_kept(token)
	assert frappe.db.count("Portal Activity", {"token": token.name, "activity": "Link E-mailed"}) == 1


def test_a_link_revoked_while_its_mail_waits_is_not_filled_in(mail_server, customer):
	token = tokens.issue(customer.name)
	mail.send_link(token)
	tokens.revoke(token.name)
	send_queued_to(customer.email_id)
	plain, html = get_texts(mail_server.get_message(customer.email_id))
	assert f"/portal/a/link-{token.name}" in plain and f"/portal/a/link-{token.name}" in html


def test_a_link_that_staff_paste_into_an_email_arrives_and_is_not_kept(mail_server, customer):
	token = tokens.issue(customer.name)
	link = tokens.get_link(token, document_url("invoice", "INV/1 ä"))
	made = make_communication(
		doctype="Customer",
		name=customer.name,
		content=f"<p>Grüße! <a href='{link}'>{link}</a></p>",
		subject="Your portal",
		sender="portal@example.com",
		recipients=customer.email_id,
		send_email=1,
	)
	kept = frappe.db.get_value("Communication", made["name"], "content")
	assert f"link-{token.name}" in kept and tokens.get_token_string(token) not in kept
	send_queued_to(customer.email_id)
	for text in get_texts(mail_server.get_message(customer.email_id)):
		assert "Grüße!" in text and link in text.replace("&amp;", "&")
	assert_nothing_kept(token)


def test_a_notification_mails_a_link_that_lands_on_the_invoice(http, mail_server, customer):
	notification = frappe.get_doc(
		{
			"doctype": "Notification",
			"name": f"Portal {frappe.generate_hash(length=6)}",
			"subject": "Invoice {{ doc.name }}",
			"document_type": "Sales Invoice",
			"event": "Submit",
			"channel": "Email",
			"condition": f"doc.customer == {customer.name!r}",
			"message": "<p>See <a href='{{ portal_link(doc) }}'>your invoice</a>.</p>",
			"recipients": [{"receiver_by_document_field": "contact_email"}],
		}
	).insert()
	try:
		invoice = make_sales_invoice(customer, contact_email=customer.email_id)
	finally:
		notification.delete()
	token = tokens.get_active(customer.name)
	send_queued_to(customer.email_id)
	(link,) = set(LINK.findall(get_texts(mail_server.get_message(customer.email_id))[1]))
	assert link == tokens.get_link(token, document_url("invoice", invoice.name))
	assert http.open_link(link).request.path == document_url("invoice", invoice.name)
	assert_nothing_kept(token)


def test_no_usable_address_means_no_email(mail_server):
	for address in (None, "not an address"):
		customer = make_customer()
		frappe.db.set_value("Customer", customer.name, "email_id", address)
		assert mail.send_link(tokens.issue(customer.name)) is None


# The message's shapes

ENTRY, READER = "an-entry-1", "reader@example.com"


def get_placeholder(token, landing=None):
	"""What the app writes into an e-mail to READER."""
	return mail_links.get_placeholder(token, [READER], landing)


def send_through(message, entry=ENTRY, reader=READER):
	"""From the text that is queued to the text that arrives."""
	return mail_links.fill_in(mail_links.seal(message, entry, [reader]), entry, reader)


def compose(*parts, **headers):
	message = EmailMessage(policy=SMTP)
	message["Subject"] = headers.get("subject", "Grüße aus Zürich")
	text, html = parts
	message.set_content(text, cte=headers.get("cte", "quoted-printable"))
	message.add_alternative(html, subtype="html", cte=headers.get("cte", "quoted-printable"))
	return message


@pytest.mark.parametrize("cte", ["quoted-printable", "base64", "8bit"])
def test_each_transfer_encoding_is_kept(customer, cte):
	token = tokens.issue(customer.name)
	placeholder, link = get_placeholder(token), tokens.get_link(token)
	message = compose(f"Grüße {placeholder}", f"<p>Grüße <a href='{placeholder}'>日本</a></p>", cte=cte)
	filled = parse(send_through(message.as_bytes().decode()))
	plain, html = get_texts(filled)
	assert plain.strip() == f"Grüße {link}"
	assert html.strip() == f"<p>Grüße <a href='{link}'>日本</a></p>"
	assert [part["Content-Transfer-Encoding"] for part in filled.iter_parts()] == [cte, cte]


@pytest.mark.parametrize("offset", range(48, 80))
def test_a_placeholder_broken_over_two_lines_is_found(customer, offset):
	token = tokens.issue(customer.name)
	text = "x" * offset + get_placeholder(token) + " and é more"
	message = compose(text, f"<p>{text}</p>").as_string()
	filled = send_through(message)
	plain, html = get_texts(parse(filled))
	assert plain.strip() == "x" * offset + tokens.get_link(token) + " and é more"
	assert html.strip() == f"<p>{plain.strip()}</p>"
	assert get_longest_line(filled) <= get_longest_line(message) <= 78
	many = [f"{number}-{READER}" for number in range(9)]
	pasted = compose(tokens.get_link(token), tokens.get_link(token)).as_string()
	assert get_longest_line(mail_links.seal(pasted, ENTRY, many)) <= 78


def get_longest_line(message):
	return max(len(line) for line in message.splitlines())


def test_attachments_stay_byte_for_byte(customer):
	token = tokens.issue(customer.name)
	placeholder = get_placeholder(token)
	message = compose(placeholder, f"<p>{placeholder}</p>")
	data = bytes(range(256)) * 40
	message.add_attachment(data, maintype="application", subtype="pdf", filename="Rechnung Ä.pdf")
	message.add_attachment(f"see {placeholder}\n", filename="note.txt")
	filled = parse(send_through(message.as_string()))
	pdf, note = filled.iter_attachments()
	assert pdf.get_content() == data and pdf.get_filename() == "Rechnung Ä.pdf"
	assert note.get_content().strip() == f"see {placeholder}"
	assert str(filled["Subject"]) == "Grüße aus Zürich"
	assert tokens.get_link(token) in get_texts(filled)[1]


def test_marks_that_frappe_fills_in_later_survive(customer):
	token = tokens.issue(customer.name)
	marks = "<!--email_open_check--><!--unsubscribe_url--><!--recipient-->"
	placeholder = get_placeholder(token)
	filled = send_through(compose(placeholder, f"{marks}\n<p>{placeholder}</p>").as_string())
	assert all(mark in filled for mark in re.findall("<!--.*?-->", marks))


def test_a_message_without_a_working_placeholder_stays_as_it_is(customer):
	expired = tokens.issue(customer.name)
	tokens.revoke(expired.name)
	texts = (
		"nothing here",
		"/portal/a/link-zzzzzzzzzz",
		"/portal/a/link-",
	)
	for text in texts:
		message = compose(text, f"<p>{text}</p>").as_string()
		assert send_through(message) == message
	message = compose(get_placeholder(expired), f"<p>{get_placeholder(expired)}</p>").as_string()
	sealed = mail_links.seal(message, ENTRY, [READER])
	filled = mail_links.fill_in(sealed, ENTRY, READER)
	texts = get_texts(message_from_string(filled, policy=default))
	assert all(f"link-{expired.name}" in text and f"link-{expired.name}-" not in text for text in texts)
	assert send_through(None) is None and send_through("") == ""


def test_only_working_tokens_of_this_site_are_hidden(customer):
	token = tokens.issue(customer.name)
	foreign = "/portal/a/" + "A" * 43
	text = f"{tokens.get_link(token)}, {foreign} and /portal/a/short"
	dead = tokens.get_link(token).replace(tokens.get_token_string(token), f"link-{token.name}")
	assert mail_links.hide(text) == f"{dead}, {foreign} and /portal/a/short"
	assert mail_links.hide(None) is None


def test_an_error_keeps_no_link(customer):
	token = tokens.issue(customer.name)
	log = frappe.log_error("SMS gateway down", f"Traceback\nmessage = 'see {tokens.get_link(token)}'")
	assert tokens.get_token_string(token) not in frappe.db.get_value("Error Log", log.name, "error")


def parse(text):
	return message_from_bytes(text.encode(), policy=default)
