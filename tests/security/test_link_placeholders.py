"""What stands for a link until its e-mail goes out is worth something in that one e-mail to that one recipient: everything else
that somebody manages to get mailed is dead text."""

import re
from email import message_from_bytes
from email.policy import default

import frappe
import pytest
from frappe.core.doctype.communication.email import make as make_communication

from customer_portal_ext.access import mail, mail_links, mail_marks, tokens
from customer_portal_ext.access.mail_marks import ANYBODY, CUSTOMER, SECURE_LINK, Door
from customer_portal_ext.base.site_address import get_site_url
from customer_portal_ext.patches.v1_0 import seal_waiting_mails
from tests.client import hidden_fields
from tests.factories import make_contact, make_customer, make_quotation, make_sales_invoice
from tests.factories.mail import get_messages_to, make_outgoing_account, remove_outgoing_account
from tests.factories.rendering import in_request, make_email_template
from tests.factories.smtp import MailServer
from tests.factories.users import PASSWORD, make_portal_user, make_user

CONTACT_FORM = "/api/method/frappe.www.contact.send_message"
TEMPLATE = "See {{ portal_link(doc) }}"


@pytest.fixture
def mark(db):
	return frappe.generate_hash(length=8)


@pytest.fixture
def mail_server(db):
	with MailServer() as server:
		account = make_outgoing_account(server.port)
		frappe.db.commit()
		yield server
		remove_outgoing_account(account)


@pytest.fixture
def customer(mark):
	return make_customer(email=f"buyer-{mark}@example.com")


@pytest.fixture
def token(customer):
	return tokens.issue(customer.name)


@pytest.fixture
def thief(mark):
	return f"thief-{mark}@example.com"


def send_all(*addresses):
	"""What the scheduler does with everything that waits for these addresses."""
	frappe.db.commit()
	frappe.set_user("Administrator")
	for address in addresses:
		for name in frappe.get_all("Email Queue Recipient", {"recipient": address}, pluck="parent"):
			entry = frappe.get_doc("Email Queue", name)
			if entry.status == "Not Sent":
				entry.send()
	frappe.db.commit()


def read(server, address):
	"""Every text that reached the address, decoded."""
	texts = []
	for recipients, content in server.received:
		if address in recipients:
			parsed = message_from_bytes(content, policy=default)
			texts += [part.get_content() for part in parsed.walk() if part.get_content_maintype() == "text"]
	assert texts, f"nothing was sent to {address}"
	return "\n".join(texts)


def forge(token):
	"""Placeholders as somebody who knows the row, the entry and the code would write them."""
	stolen = mail_marks.Door(SECURE_LINK, token.name).get_path
	return [stolen(), stolen("0" * 32), stolen("1" * 57), stolen("f" * 64)]


def assert_no_link(text, token):
	assert tokens.get_token_string(token) not in text.replace("=\n", "")


def test_nobody_gets_a_link_from_the_contact_form(http, mail_server, token, customer, thief):
	"""As a stranger, with what an e-mail of the customer's holds in the database, too."""
	mail.send_link(token)
	frappe.db.commit()
	kept = re.findall(r"/portal/a/link-[\w-]+", get_messages_to(customer.email_id)[0].replace("=\n", ""))
	assert kept
	for text in (*forge(token), *kept):
		answer = http.post(CONTACT_FORM, data={"sender": thief, "message": f"see {text}", "subject": "x"})
		assert answer.status_code == 200
	send_all(thief)
	text = read(mail_server, thief)
	assert "/portal/a/link-" in text
	assert_no_link(text, token)


def test_a_colleagues_name_is_no_link(new_client, mail_server, token, mark, portal_settings):
	portal_settings(allow_invitations=1)
	attacker, own = new_client(), make_customer()
	attacker.sign_in(make_portal_user(own), PASSWORD)
	hidden = hidden_fields(attacker.get("/portal/colleagues").text)
	for number, text in enumerate(text for text in forge(token) if len(text) <= 60):
		address = f"{number}-{mark}@example.com"
		data = {"first_name": text, "email": address}
		assert attacker.post("/portal/colleagues", data=hidden | data).status_code == 303
		send_all(address)
		assert_no_link(read(mail_server, address), token)


def mail_as(user, content, *recipients, cc="", bcc=""):
	frappe.set_user(user)
	make_communication(
		content=content, subject="x", recipients=", ".join(recipients), cc=cc, bcc=bcc, send_email=1
	)
	frappe.set_user("Administrator")


def render_as(user, document, template=TEMPLATE):
	frappe.set_user(user)
	try:
		return frappe.render_template(template, {"doc": document})
	finally:
		frappe.set_user("Administrator")


def render_template_as(user, document):
	"""By an Email Template, which an administrator wrote, as Desk has it rendered."""
	template = make_email_template(TEMPLATE)
	frappe.set_user(user)
	try:
		with in_request():
			return template.get_formatted_email(frappe.as_json(document.as_dict()))["message"]
	finally:
		frappe.set_user("Administrator")


def test_staff_without_the_right_to_copy_links_mail_themselves_none(mail_server, token, customer, thief):
	invoice = make_sales_invoice(customer)
	user = make_user("Sales User", "Accounts User", email=thief)
	rendered = render_as(user, invoice)
	assert f"/portal/a/link-{token.name}" in rendered, "they may read the invoice"
	for content in (*forge(token), rendered):
		mail_as(user, content, thief)
	send_all(thief)
	assert_no_link(read(mail_server, thief), token)


def test_staff_without_the_right_mail_it_to_the_customer_all_the_same(mail_server, token, customer, thief):
	"""Those who are copied in, seen or unseen, read the same e-mail without it."""
	user = make_user("Sales User", email=thief)
	hidden = f"b{thief}"
	mail_as(user, render_as(user, customer), customer.email_id, cc=thief, bcc=hidden)
	send_all(customer.email_id)
	assert tokens.get_link(token) in read(mail_server, customer.email_id)
	for reader in (thief, hidden):
		assert_no_link(read(mail_server, reader), token)


def test_staff_who_may_copy_links_mail_them_to_whom_they_choose(mail_server, token, customer, mark):
	user = make_user("Sales Manager", "Sales User")
	partner = f"partner-{mark}@example.com"
	rendered = render_template_as(user, customer)
	with in_request():
		mail_as(user, rendered, partner)
	send_all(partner)
	assert tokens.get_link(token) in read(mail_server, partner)
	kept = frappe.get_all("Communication", {"recipients": ("like", f"%{partner}%")}, pluck="content")
	assert len(kept) == 1 and f"/portal/a/link-{token.name}" in kept[0]
	forget_request()
	mail_as(user, kept[0], f"again-{partner}")
	send_all(f"again-{partner}")
	assert_no_link(read(mail_server, f"again-{partner}"), token)


def forget_request():
	"""The next e-mail is another request's."""
	frappe.local.portal_mail_slips = {}


def test_what_one_of_the_staff_rendered_another_cannot_mail(mail_server, token, customer, thief):
	rendered = render_template_as(make_user("Sales Manager"), customer)
	mail_as(make_user("Sales User", email=thief), rendered, thief)
	send_all(thief)
	assert_no_link(read(mail_server, thief), token)


def test_a_rendered_text_is_good_for_a_day(mail_server, token, customer, mark, monkeypatch):
	user = make_user("Sales Manager")
	rendered = render_template_as(user, customer)
	address = f"late-{mark}@example.com"
	now = mail_marks.time.time()
	monkeypatch.setattr(mail_marks.time, "time", lambda: now + 26 * 60 * 60)
	mail_as(user, rendered, address)
	send_all(address)
	assert_no_link(read(mail_server, address), token)


def test_an_email_template_gives_no_more_than_that(mail_server, token, customer, thief, new_client):
	"""Any member of the staff writes Email Templates, and renders them with what they send."""
	client, user = new_client(), make_user("Sales User", email=thief)
	client.sign_in(user, PASSWORD)
	template = frappe.get_doc(
		{"doctype": "Email Template", "name": f"T {thief}", "subject": "x", "response": TEMPLATE}
	).insert()
	try:
		invoice = make_sales_invoice(customer)
		for doc in (
			frappe.as_json(invoice.as_dict()),
			frappe.as_json({"doctype": "Customer", "name": customer.name}),
			frappe.as_json(
				{
					"doctype": "Customer",
					"name": customer.name,
					"alert": {"doctype": "Notification", "channel": "SMS"},
				}
			),
		):
			answer = client.get(
				"/api/method/frappe.email.doctype.email_template.email_template.get_email_template",
				query_string={"template_name": template.name, "doc": doc},
			)
			text = answer.json["message"]["message"]
			assert_no_link(text, token)
			mail_as(user, text, thief)
	finally:
		template.delete()
	send_all(thief)
	assert_no_link(read(mail_server, thief), token)


@pytest.mark.parametrize(
	"trick",
	[
		"{% set x = doc.flags.update({'in_print': 1}) %}{{ portal_link(doc) }}",
		"{% set x = doc.run_method('before_print', {}) %}{{ portal_link(doc) }}{{ portal_link(doc.as_dict()) }}",
		"{% set alert = frappe.get_doc({'doctype': 'Notification', 'channel': 'SMS'}) %}{{ portal_link(doc) }}",
	],
)
def test_a_template_cannot_pretend_to_be_printed_or_sent(token, customer, thief, trick):
	"""What it sets, it may set: only who called it counts."""
	text = render_as(make_user("Sales User", email=thief), customer, trick)
	assert "/portal/a/link-" in text
	assert_no_link(text, token)


def test_a_notification_mails_no_placeholder_that_somebody_wrote(mail_server, token, customer, thief):
	"""It renders a document's own fields: what a customer or staff wrote there."""
	mail.send_link(token)
	frappe.db.commit()
	kept = re.findall(r"/portal/a/link-[\w-]+", get_messages_to(customer.email_id)[0].replace("=\n", ""))
	forget_request()
	notification = frappe.get_doc(
		{
			"doctype": "Notification",
			"name": f"N {thief}",
			"subject": "x",
			"document_type": "Sales Invoice",
			"event": "Submit",
			"channel": "Email",
			"condition": f"doc.customer == {customer.name!r}",
			"message": "{{ doc.terms }}",
			"recipients": [{"receiver_by_document_field": "contact_email"}],
		}
	).insert()
	try:
		make_sales_invoice(customer, contact_email=thief, terms=" ".join([*forge(token), *kept]))
	finally:
		notification.delete()
	send_all(thief)
	assert_no_link(read(mail_server, thief), token)


def get_entry(address):
	(name,) = frappe.get_all("Email Queue Recipient", {"recipient": address}, pluck="parent")
	return frappe.get_doc("Email Queue", name)


def test_a_copied_entry_and_a_changed_recipient_get_none(mail_server, token, customer, thief):
	mail.send_link(token)
	forget_request()
	entry = get_entry(customer.email_id)
	copy = entry.get_duplicate([thief]).insert(ignore_permissions=True)
	moved = entry.get_duplicate([f"2{thief}"]).insert(ignore_permissions=True)
	# as if written into the database
	frappe.db.set_value("Email Queue", copy.name, "message", entry.message)
	frappe.db.set_value("Email Queue", moved.name, "message", entry.message)
	added = entry.append("recipients", {"recipient": f"3{thief}", "status": "Not Sent"})
	entry.save(ignore_permissions=True)
	assert added.name
	send_all(thief, f"2{thief}", f"3{thief}", customer.email_id)
	for address in (thief, f"2{thief}", f"3{thief}"):
		assert_no_link(read(mail_server, address), token)
	assert tokens.get_link(token) in read(mail_server, customer.email_id)


def test_an_entry_that_is_sent_again_still_works(mail_server, token, customer):
	mail.send_link(token)
	entry = get_entry(customer.email_id)
	entry.status = "Error"
	entry.save(ignore_permissions=True)
	entry.retry_sending()
	forget_request()
	send_all(customer.email_id)
	assert tokens.get_link(token) in read(mail_server, customer.email_id)
	entry.reload()
	assert_no_link(entry.message, token)


def test_a_shared_quotations_link_goes_to_whom_it_was_shared_with_alone(customer, thief):
	quotation = make_quotation(customer).name
	shared = tokens.issue_for_document(
		customer.name, "Quotation", quotation, "Staff", shared_with=customer.email_id
	)
	placeholder = mail_links.get_placeholder(shared, [shared.shared_with])
	message = f"Content-Type: text/plain\n\n{placeholder}\n"
	sealed = mail_links.seal(message, "entry00001", [customer.email_id, thief])
	assert tokens.get_link(shared) in mail_links.fill_in(sealed, "entry00001", customer.email_id)
	for entry, recipient in (("entry00001", thief), ("entry00002", customer.email_id)):
		filled = mail_links.fill_in(sealed, entry, recipient)
		assert f"link-{shared.name}" in filled and f"link-{shared.name}-" not in filled


def test_the_customers_own_addresses_are_those_that_staff_wrote(customer, mark):
	by_staff = make_contact(customer, f"staff-{mark}@example.com", is_primary=False)
	by_visitor = make_contact(customer, f"visitor-{mark}@example.com", is_primary=False)
	visitor = make_portal_user(customer)
	frappe.db.sql("update `tabContact Email` set owner = %s where parent = %s", (visitor, by_visitor.name))
	assert mail_marks.is_customers_own(customer.name, by_staff.email_id)
	assert mail_marks.is_customers_own(customer.name, customer.email_id)
	assert not mail_marks.is_customers_own(customer.name, by_visitor.email_id)
	assert not mail_marks.is_customers_own(make_customer().name, by_staff.email_id)


def test_a_text_of_who_may_not_copy_links_is_printed_without_one(token, customer):
	invoice = make_sales_invoice(customer)
	door = Door(SECURE_LINK, token.name)
	for text, shown in (
		(mail_marks.sign(door, ANYBODY), True),
		(mail_marks.sign(door, CUSTOMER), False),
		*((forged, False) for forged in forge(token)),
	):
		invoice.terms = get_site_url(text)
		invoice.run_method("before_print", frappe.get_single("Print Settings"))
		assert (tokens.get_token_string(token) in invoice.terms) is shown, text
		assert "/portal/a/link-" not in invoice.terms


def test_a_website_user_prints_no_link(token, customer):
	user = make_portal_user(customer)
	invoice = make_sales_invoice(customer)
	frappe.set_user(user)
	assert "/portal/a/" not in frappe.render_template(TEMPLATE, {"doc": invoice})
	invoice.flags.in_print = True
	assert "/portal/a/" not in frappe.render_template(TEMPLATE, {"doc": invoice})


def test_mails_that_waited_at_the_upgrade_are_sealed_once(mail_server, token, customer, thief):
	"""What earlier versions left: a placeholder without a seal."""
	for address in (customer.email_id, thief):
		frappe.sendmail(
			recipients=[address],
			subject="x",
			message=f"<p>See {get_site_url(f'/portal/a/link-{token.name}')} here</p>",
		)
	for _time in range(2):
		seal_waiting_mails.execute()
	send_all(customer.email_id, thief)
	assert tokens.get_token_string(token) in read(mail_server, customer.email_id)
	assert_no_link(read(mail_server, thief), token)


@pytest.mark.parametrize(
	"doctype",
	[
		"Portal Access Token",
		"Portal Payment",
		"Portal Export",
		"Portal Quotation Response",
		"Portal Activity",
	],
)
def test_a_website_user_counts_none_of_the_apps_records(new_client, token, customer, doctype):
	client, supplier, staff = new_client(), new_client(), new_client()
	client.sign_in(make_portal_user(customer), PASSWORD)
	supplier.sign_in(make_user("Supplier"), PASSWORD)
	staff.sign_in(make_user("System Manager"), PASSWORD)
	path = "/api/method/frappe.client.get_count"
	other = {"doctype": "User", "filters": frappe.as_json([[doctype, "name", "like", "%"]])}
	country = {"doctype": "Country", "filters": frappe.as_json({"name": "India"})}
	for visitor in (client, supplier):
		for filters in ({}, {"name": ("like", "%")}, [[doctype, "name", "like", "%"]]):
			for count in (path, "/api/method/customer_portal_ext.api.get_count"):
				query = {"doctype": doctype, "filters": frappe.as_json(filters)}
				answer = visitor.get(count, query_string=query)
				assert answer.status_code == 403, (count, answer.text)
		assert visitor.get(path, query_string=other).status_code == 403
	# a customer's user counts nothing at all, others what is not the app's
	assert client.get(path, query_string=country).status_code == 403
	assert supplier.get(path, query_string=country).json["message"] == 1
	answer = staff.get(path, query_string={"doctype": "Portal Access Token"})
	assert answer.json["message"] >= 1
