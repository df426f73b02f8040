"""Messages: from the customer into the document's timeline, from staff to the portal and into a mailbox."""

import re
from email.message import EmailMessage
from email.policy import SMTP

import frappe
import pytest
from frappe.core.doctype.communication.email import make as make_communication
from frappe.desk.form.load import get_docinfo
from frappe.email.receive import InboundMail

from customer_portal_ext.access import limits, tokens
from customer_portal_ext.conversations import unread
from customer_portal_ext.desk import conversations as desk
from tests import factories
from tests.factories import selling
from tests.factories.mail import make_outgoing_account, remove_outgoing_account
from tests.factories.smtp import MailServer
from tests.factories.users import make_user

LINK = re.compile(r"http[^\s\"<>)]*/portal/a/[^\s\"<>)]+")


def make_address():
	return f"buyer-{frappe.generate_hash(length=8)}@example.com"


@pytest.fixture
def customer(db):
	return factories.make_customer(email=make_address())


@pytest.fixture
def invoice(customer):
	return factories.make_sales_invoice(customer)


@pytest.fixture
def visitor(http, customer):
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	return http


@pytest.fixture
def mail_server(db):
	with MailServer() as server:
		account = make_outgoing_account(server.port)
		yield server
		remove_outgoing_account(account)


def address_of(document, segment="invoices"):
	return f"/portal/{segment}/{document.name}"


def write(client, document, text="When does it arrive?", segment="invoices", **fields):
	data = {"message": text, "name": "Ann Buyer", **fields}
	return client.submit(address_of(document, segment), f"/portal/write/{segment}/{document.name}", data)


def read_messages(document):
	frappe.db.rollback()
	return frappe.get_all(
		"Communication",
		{"reference_doctype": document.doctype, "reference_name": document.name},
		["*"],
		order_by="creation",
	)


def shown_in(page):
	"""The part of a page that holds its messages."""
	return page.partition('class="said"')[2].partition("</ol>")[0]


def mail_from_desk(document, recipients, content, **fields):
	"""An ordinary e-mail from the document's form, as its "New Email" button makes it."""
	return make_communication(
		doctype=document.doctype,
		name=document.name,
		content=content,
		subject="About it",
		recipients=recipients,
		**fields,
	)["name"]


# From the customer


def test_a_message_is_in_the_documents_own_timeline(visitor, customer, invoice):
	response = write(visitor, invoice, "When does it arrive?\n\nWe need <b>two</b> & more.")
	assert response.status_code == 303
	assert response.headers["Location"] == f"{address_of(invoice)}?notice=message-sent#messages"

	(message,) = read_messages(invoice)
	assert (message.sent_or_received, message.communication_type) == ("Received", "Communication")
	assert (message.sender, message.sender_full_name) == (customer.email_id, "Ann Buyer")
	assert message.portal_customer == customer.name
	get_docinfo(doctype="Sales Invoice", name=invoice.name)
	(in_timeline,) = frappe.response["docinfo"]["communications"]
	assert in_timeline.content == (
		"<p>When does it arrive?</p><p>We need &lt;b&gt;two&lt;/b&gt; &amp; more.</p>"
	)

	page = visitor.get(response.headers["Location"]).text
	assert "Your message has been sent." in page
	assert "We need &lt;b&gt;two&lt;/b&gt; &amp; more." in shown_in(page)


@pytest.mark.parametrize("kind", ["invoice", "credit_note", "payment", "quotation", "order", "delivery"])
def test_every_document_and_the_account_have_a_thread(visitor, customer, invoice, kind):
	made = {
		"invoice": lambda: (invoice, "invoices"),
		"credit_note": lambda: (factories.make_credit_note(invoice), "credit-notes"),
		"payment": lambda: (factories.make_payment_entry(customer, 20), "payments"),
		"quotation": lambda: (selling.make_quotation(customer), "quotations"),
		"order": lambda: (selling.make_sales_order(customer), "orders"),
		"delivery": lambda: (selling.make_delivery_note(selling.make_sales_order(customer)), "deliveries"),
	}
	document, segment = made[kind]()
	assert write(visitor, document, f"About this {kind}", segment).status_code == 303
	assert f"About this {kind}" in shown_in(visitor.get(address_of(document, segment)).text)
	overview = visitor.get("/portal/messages").text
	assert f'href="{address_of(document, segment)}#messages"' in overview
	visitor.submit("/portal/messages", "/portal/write", {"message": "About the account"})
	assert "About the account" in shown_in(visitor.get("/portal/messages").text)
	(message,) = read_messages(customer)
	assert message.reference_doctype == "Customer"


def test_the_name_is_asked_once(visitor, invoice):
	page = visitor.get(address_of(invoice)).text
	assert 'name="name"' in page
	refused = write(visitor, invoice, "A question", name=" ")
	assert refused.status_code == 400
	assert "Enter your name" in refused.text and ">\nA question</textarea>" in refused.text
	assert read_messages(invoice) == []
	write(visitor, invoice, "A question", name="Ann O'Neil")
	page = visitor.get(address_of(invoice)).text
	assert 'name="name"' not in page and "as Ann O’Neil" in page
	response = visitor.submit(
		address_of(invoice), f"/portal/write/invoices/{invoice.name}", {"message": "Another"}
	)
	assert response.status_code == 303
	assert {message.sender_full_name for message in read_messages(invoice)} == {"Ann O’Neil"}


NOT_SENT = (
	({"text": ""}, "Write a message first."),
	({"text": " \n\u200b\t "}, "Write a message first."),
	({"text": "x" * 5001}, "A message can have 5000 characters; this one has 5001."),
	({"name": "n" * 101}, "A name can have 100 characters."),
)


def test_what_cannot_be_sent_says_so_and_keeps_what_was_typed(visitor, invoice):
	for fields, says in NOT_SENT:
		refused = write(visitor, invoice, **fields)
		assert refused.status_code == 400 and says in refused.text, says
		assert 'aria-invalid="true"' in refused.text, says
		assert read_messages(invoice) == [], says


def test_a_message_without_the_forms_token_is_refused(visitor, invoice):
	response = visitor.post(f"/portal/write/invoices/{invoice.name}", {"message": "x", "name": "y"})
	assert response.status_code == 403
	assert read_messages(invoice) == []


def test_a_customer_cannot_write_about_anothers_document(visitor, new_client):
	theirs = factories.make_sales_invoice(factories.make_customer())
	for path in (f"/portal/write/invoices/{theirs.name}", "/portal/write/invoices/none", "/portal/write/x/y"):
		response = visitor.submit("/portal/messages", path, {"message": "x", "name": "y"})
		assert response.status_code == 404, path
	assert read_messages(theirs) == []


def test_writing_is_limited(visitor, customer, invoice):
	token = tokens.get_active(customer.name)
	key = frappe.cache.make_key(f"portal_limit|message|{token.name}|{customer.name}")
	frappe.cache.set(key, limits.LIMITS["message"].each - 1, ex=600)
	assert write(visitor, invoice).status_code == 303
	assert write(visitor, invoice).status_code == 429
	assert len(read_messages(invoice)) == 1


def test_switched_off_nothing_can_be_written_and_old_threads_stay_readable(
	visitor, customer, invoice, portal_settings
):
	write(visitor, invoice, "Written before")
	form = visitor.get(address_of(invoice)).text
	portal_settings(allow_messages=0)
	page = visitor.get(address_of(invoice)).text
	assert "Written before" in shown_in(page) and "<textarea" not in page
	assert "/portal/messages" in page
	listed = visitor.get("/portal/messages")
	assert listed.status_code == 200 and "<textarea" not in listed.text and invoice.name in listed.text
	fields = dict(re.findall(r'name="(portal_csrf)" value="([^"]+)"', form))
	for path in (f"/portal/write/invoices/{invoice.name}", "/portal/write"):
		assert visitor.post(path, {**fields, "message": "x", "name": "y"}).status_code == 404
	assert len(read_messages(invoice)) == 1


# Who hears of it


def test_staff_are_assigned_by_rule_and_notified(visitor, invoice):
	clerk = make_user("Accounts User", "Accounts Manager")
	rule = frappe.get_doc(
		{
			"doctype": "Assignment Rule",
			"name": f"Messages {frappe.generate_hash(length=6)}",
			"document_type": "Sales Invoice",
			"assign_condition": f'customer == "{invoice.customer}"',
			"description": "Answer the customer",
			"rule": "Round Robin",
			"users": [{"user": clerk}],
			"assignment_days": [
				{"day": day} for day in "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
			],
		}
	).insert()
	try:
		write(visitor, invoice, "Is anybody there?")
		frappe.db.rollback()
		(todo,) = frappe.get_all(
			"ToDo", {"reference_name": invoice.name}, ["allocated_to", "assignment_rule", "status"]
		)
		assert (todo.allocated_to, todo.assignment_rule, todo.status) == (clerk, rule.name, "Open")
		logs = frappe.get_all(
			"Notification Log", {"for_user": clerk, "document_name": invoice.name}, ["subject", "type"]
		)
		(alert,) = [log for log in logs if log.type == "Alert"]
		assert "Ann Buyer" in alert.subject and invoice.name in alert.subject
	finally:
		rule.delete()
		frappe.db.commit()


def test_without_a_rule_the_accounts_manager_is_assigned_once(visitor, customer, invoice):
	manager = make_user("Sales Manager", "Accounts User")
	customer.db_set("account_manager", manager)
	write(visitor, invoice, "First")
	write(visitor, invoice, "Second")
	frappe.db.rollback()
	todos = frappe.get_all("ToDo", {"reference_name": invoice.name}, pluck="allocated_to")
	assert todos == [manager]
	alerts = {"for_user": manager, "document_name": invoice.name, "type": "Alert"}
	assert frappe.db.count("Notification Log", alerts) == 2


def test_a_message_is_kept_when_telling_staff_fails(visitor, invoice, monkeypatch):
	from customer_portal_ext.conversations import notifications

	monkeypatch.setattr(notifications, "notify", lambda *arguments: 1 / 0)
	assert write(visitor, invoice, "Do not lose me").status_code == 303
	assert len(read_messages(invoice)) == 1
	assert "ZeroDivisionError" in frappe.get_last_doc("Error Log").error


# From staff


def test_an_answer_from_desk_reaches_the_portal_and_the_mailbox(
	visitor, new_client, customer, invoice, mail_server
):
	write(visitor, invoice, "When?")
	frappe.db.rollback()
	state = desk.open_thread("Sales Invoice", invoice.name)
	assert state == {"may_reply": True, "customer": customer.name, "unread": 1}
	assert desk.open_thread("Sales Invoice", invoice.name)["unread"] == 0

	sent = desk.reply("Sales Invoice", invoice.name, "On Friday <soon>\nfor sure")
	assert sent["recipients"] == [customer.email_id]
	frappe.db.commit()
	assert unread.count_for_customer([customer.name]) == {"messages": 1, "issues": 0}
	assert re.search(
		r'href="/portal/messages"[^>]*>.*?Messages<span class="badge">1<', visitor.get("/portal").text
	)

	send_queue(customer.email_id)
	message = mail_server.get_message(customer.email_id)
	plain = message.get_body(("plain",)).get_content()
	html = message.get_body(("html",)).get_content()
	assert "On Friday" in plain and "On Friday &lt;soon&gt;" in html
	(link,) = set(LINK.findall(html))
	page = new_client().open_link(link)
	assert "On Friday &lt;soon&gt;" in shown_in(page.text)
	assert page.request.path == address_of(invoice)

	page = visitor.get(address_of(invoice)).text
	assert unread.count_for_customer([customer.name])["messages"] == 0
	(_question, answer) = read_messages(invoice)
	assert answer.read_by_recipient == 1 and answer.read_by_recipient_on
	secret = tokens.get_token_string(tokens.get_active(customer.name))
	assert secret not in repr(frappe.db.sql("select message from `tabEmail Queue`"))


def send_queue(address):
	"""What the scheduler does: send what waits for this address."""
	for name in frappe.get_all(
		"Email Queue Recipient", {"recipient": address, "status": "Not Sent"}, pluck="parent"
	):
		frappe.get_doc("Email Queue", name).send()
	frappe.db.commit()


def test_an_answer_does_not_make_a_new_link_where_staff_revoked_it(visitor, customer, invoice, mail_server):
	tokens.revoke_all(customer.name)
	desk.reply("Sales Invoice", invoice.name, "Here is your answer")
	frappe.db.commit()
	send_queue(customer.email_id)
	html = mail_server.get_message(customer.email_id).get_body(("html",)).get_content()
	assert "Here is your answer" in html and not LINK.findall(html)
	assert tokens.get_active(customer.name) is None


def test_only_who_may_mail_from_a_document_may_answer(invoice):
	nobody = make_user("Stock User")
	frappe.set_user(nobody)
	try:
		for call in (
			lambda: desk.open_thread("Sales Invoice", invoice.name),
			lambda: desk.reply("Sales Invoice", invoice.name, "x"),
		):
			with pytest.raises(frappe.PermissionError):
				call()
	finally:
		frappe.set_user("Administrator")
	for doctype in ("User", "ToDo", "<b>x</b>"):
		with pytest.raises(frappe.ValidationError):
			desk.reply(doctype, "Administrator", "x")


def test_staff_cannot_answer_with_files_that_are_not_theirs(customer, invoice):
	other = factories.make_sales_invoice(factories.make_customer())
	foreign = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": "other.txt",
			"content": frappe.generate_hash(),
			"is_private": 1,
			"attached_to_doctype": "Sales Invoice",
			"attached_to_name": other.name,
		}
	).insert()
	with pytest.raises(frappe.PermissionError):
		desk.reply("Sales Invoice", invoice.name, "x", [foreign.name])
	own = frappe.get_doc(
		{"doctype": "File", "file_name": "own.txt", "content": frappe.generate_hash(), "is_private": 1}
	).insert()
	sent = desk.reply("Sales Invoice", invoice.name, "", [own.name])
	attached = frappe.get_all("File", {"attached_to_name": sent["communication"]}, ["file_url", "is_private"])
	assert [(file.file_url, file.is_private) for file in attached] == [(own.file_url, 1)]


# What else ERPNext keeps in a timeline


def test_only_what_was_written_to_the_customer_shows(visitor, customer, invoice, mail_server):
	colleague = make_user("Accounts User")
	invoice.add_comment("Comment", "INTERNAL comment")
	invoice.add_comment("Info", "INTERNAL info")
	frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Phone",
			"sent_or_received": "Sent",
			"subject": "INTERNAL call",
			"content": "INTERNAL call",
			"reference_doctype": "Sales Invoice",
			"reference_name": invoice.name,
		}
	).insert()
	mail_from_desk(invoice, "supplier@example.net", "INTERNAL to a supplier")
	mail_from_desk(invoice, colleague, "INTERNAL to a colleague")
	mail_from_desk(invoice, "supplier@example.net", "INTERNAL blind copy", bcc=customer.email_id)
	mail_from_desk(invoice, customer.email_id, "INTERNAL automated", communication_type="Automated Message")
	mail_from_desk(
		invoice, customer.email_id, "INTERNAL not sent yet", send_after=frappe.utils.add_days(None, 1)
	)
	mail_from_desk(invoice, customer.email_id.upper(), "<p>Dear <b>customer</b></p>", send_email=True)
	mail_from_desk(invoice, f"x@example.net, Ann <{customer.email_id}>", "To several")
	mail_from_desk(invoice, "x@example.net", "In copy", cc=customer.email_id)
	page = visitor.get(address_of(invoice)).text
	assert "INTERNAL" not in page and "example.net" not in page
	said = shown_in(page)
	assert "Dear customer" in said and "To several" in said and "In copy" in said
	assert said.count("<li") == 3


def test_a_colleagues_address_is_nobodys_customer_even_as_their_contact(customer, invoice, visitor):
	colleague = make_user("Accounts User")
	factories.make_contact(customer, colleague, is_primary=False)
	mail_from_desk(invoice, colleague, "INTERNAL to a colleague")
	assert "INTERNAL" not in visitor.get(address_of(invoice)).text


def test_an_answer_by_e_mail_joins_the_thread_with_its_files(visitor, customer, invoice, mail_server):
	sent = desk.reply("Sales Invoice", invoice.name, "Please send the picture")
	frappe.db.commit()
	send_queue(customer.email_id)
	asked = mail_server.get_message(customer.email_id)
	answer = EmailMessage(policy=SMTP)
	answer["From"] = f"Bob Buyer <{customer.email_id}>"
	answer["To"] = "portal@example.com"
	answer["Subject"] = f"Re: {asked['Subject']}"
	answer["Message-ID"] = f"<{frappe.generate_hash()}@example.com>"
	answer["In-Reply-To"] = asked["Message-ID"]
	answer["Date"] = "Mon, 23 Nov 2026 10:00:00 +0000"
	answer.set_content(
		"Here it is.\n\nOn Mon, 23 Nov 2026 at 09:00 Portal <portal@example.com> wrote:\n> Please\n"
	)
	answer.add_attachment(b"%PDF-1.4 not much", maintype="application", subtype="pdf", filename="plan.pdf")
	account = frappe.get_doc("Email Account", {"default_outgoing": 1, "email_id": "portal@example.com"})
	received = InboundMail(answer.as_bytes(), account).process()
	frappe.db.commit()
	assert (received.reference_name, received.portal_customer) == (invoice.name, customer.name)
	assert received.in_reply_to == sent["communication"]
	said = shown_in(visitor.get(address_of(invoice)).text)
	assert "Here it is." in said and "Bob Buyer" in said and "by e-mail" in said
	assert "Earlier e-mail" in said
	(path,) = re.findall(r'href="(/portal/download/attachments/[^"]+)"', said)
	response = visitor.get(path)
	assert response.data == b"%PDF-1.4 not much"
	assert response.headers["Content-Disposition"].startswith("attachment;")


def test_a_strangers_e_mail_about_a_document_does_not_show(customer, invoice, visitor, db):
	frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Email",
			"sent_or_received": "Received",
			"subject": "x",
			"content": "INTERNAL from a stranger",
			"sender": "stranger@example.net",
			"reference_doctype": "Sales Invoice",
			"reference_name": invoice.name,
		}
	).insert()
	assert "INTERNAL" not in visitor.get(address_of(invoice)).text


def test_a_message_moved_to_anothers_document_shows_to_neither(visitor, new_client, customer, invoice):
	write(visitor, invoice, "Mine alone")
	other = factories.make_customer()
	theirs = factories.make_sales_invoice(other)
	frappe.db.commit()
	(message,) = read_messages(invoice)
	frappe.db.set_value("Communication", message.name, "reference_name", theirs.name)
	stranger = new_client()
	stranger.open_link(tokens.get_link(tokens.issue(other.name)))
	assert "Mine alone" not in stranger.get(address_of(theirs)).text
	listed = visitor.get("/portal/messages").text
	assert theirs.name not in listed


# Budgets


def test_a_page_with_a_long_thread_stays_within_its_statements(visitor, customer, invoice):
	from development import measuring

	for number in range(30):
		desk.reply("Sales Invoice", invoice.name, f"Line {number}")
	frappe.db.commit()
	page = visitor.get(address_of(invoice)).text
	said = shown_in(page)
	assert said.count("<li") == 20 and "Line 29" in said and "Line 9<" not in said
	assert "Show earlier messages" in page
	assert shown_in(visitor.get(f"{address_of(invoice)}?messages=all").text).count("<li") == 30
	count = measuring.count(lambda: measuring.get_page(visitor, address_of(invoice)))
	print("statements of an invoice with messages:", count)
	assert count <= 15
	count = measuring.count(lambda: measuring.get_page(visitor, "/portal/messages"))
	print("statements of the messages:", count)
	assert count <= 12


ODD_PAGES = ("0", "-1", "x", "9" * 30, "١")


def test_an_odd_page_number_is_refused(visitor):
	for page in ODD_PAGES:
		assert visitor.get("/portal/messages", query_string={"page": page}).status_code == 400, page
