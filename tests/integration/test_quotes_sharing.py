"""Sharing by e-mail, from the customer's side and from Desk; and who hears of an answer."""

import io
import re

import frappe
import pytest
from pypdf import PdfReader

from customer_portal_ext.access import quotation_follow_up as follow_up
from customer_portal_ext.access import quotation_mail, tokens
from customer_portal_ext.desk import quotations as desk
from tests import factories
from tests.factories import answers
from tests.factories.mail import make_outgoing_account, remove_outgoing_account
from tests.factories.smtp import MailServer
from tests.factories.users import make_user

LINK = re.compile(r"http[^\s\"<>)]*/portal/a/[^\s\"<>)]+")


@pytest.fixture
def customer(db, portal_settings):
	portal_settings(**answers.SETTINGS)
	return factories.make_customer(email=f"buyer-{frappe.generate_hash(length=8)}@example.com")


@pytest.fixture
def visitor(http, customer):
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	return http


@pytest.fixture
def mailbox(db):
	"""A mail server; ``deliver()`` sends what is queued."""
	with MailServer() as server:
		account = make_outgoing_account(server.port)
		frappe.db.commit()
		server.deliver = deliver
		yield server
		remove_outgoing_account(account)


def deliver(recipient):
	frappe.db.rollback()
	queues = frappe.get_all("Email Queue Recipient", {"recipient": recipient}, pluck="parent")
	for name in queues:
		queue = frappe.get_doc("Email Queue", name)
		if queue.status == "Not Sent":
			queue.send()
	frappe.db.commit()


def make_recipient():
	return f"colleague-{frappe.generate_hash(length=8)}@example.com"


def get_links(quotation):
	frappe.db.rollback()
	return tokens.get_for_document("Quotation", quotation.name)


def get_notice(response):
	assert response.status_code == 303, response.text[-2000:]
	return response.headers["Location"].rpartition("=")[2]


def test_whoever_receives_the_link_accepts_without_an_account(visitor, customer, mailbox, new_client):
	quotation = factories.make_quotation(customer)
	recipient = make_recipient()
	assert get_notice(answers.share(visitor, quotation.name, recipient, may_answer="1")) == "quotation-shared"
	mailbox.deliver(recipient)
	message = mailbox.get_message(recipient)
	assert quotation.name in message["Subject"] and customer.customer_name in message["Subject"]
	link = LINK.search(message.get_body(("html",)).get_content())[0].replace("&amp;", "&")
	queued = frappe.get_all("Email Queue", {"reference_name": quotation.name}, pluck="message")
	assert queued and not any(link.partition("?")[0].rpartition("/")[2] in text for text in queued)
	colleague = new_client()
	landed = colleague.open_link(link)
	assert landed.status_code == 200 and quotation.name in landed.text
	assert f'value="{recipient}"' in colleague.get(f"/portal/accept/{quotation.name}").text
	assert get_notice(answers.accept(colleague, quotation.name)) == "quotation-accepted"
	(link,) = get_links(quotation)
	record = frappe.get_all("Portal Quotation Response", {"quotation": quotation.name}, ["token"])
	assert record == [{"token": link.name}]


def test_it_is_listed_on_the_quotation_and_can_be_ended(visitor, customer, mailbox, new_client):
	quotation = factories.make_quotation(customer)
	recipient = make_recipient()
	answers.share(visitor, quotation.name, recipient)
	(link,) = get_links(quotation)
	assert (link.shared_with, link.shared_by, link.may_answer) == (recipient, "Customer", 0)
	colleague = new_client()
	colleague.open_link(tokens.get_link(frappe.get_doc("Portal Access Token", link.name)))
	page = f"/portal/quotations/{quotation.name}"
	assert recipient in visitor.get(page).text
	assert recipient not in colleague.get(page).text
	ended = visitor.submit(page, f"/portal/unshare/{quotation.name}", {"share": link.name})
	assert get_notice(ended) == "sharing-stopped"
	assert colleague.get(page).status_code == 403
	assert recipient not in visitor.get(page).text


def test_nobody_ends_what_is_not_theirs(visitor, customer):
	quotation = factories.make_quotation(customer)
	whole = tokens.get_active(customer.name)
	other = factories.make_quotation(factories.make_customer())
	foreign = tokens.issue_for_document(other.party_name, "Quotation", other.name, "Customer")
	staff = tokens.issue_for_document(customer.name, "Quotation", quotation.name, "Staff")
	for token in (whole, foreign, staff):
		visitor.submit("/portal", f"/portal/unshare/{quotation.name}", {"share": token.name})
		frappe.db.rollback()
		assert frappe.db.get_value("Portal Access Token", token.name, "status") == "Active"


NO_ADDRESSES = (
	"",
	"nobody",
	"a@b",
	"a@example.com,b@example.com",
	"a@example.com b@example.com",
	"a@example.com;b@example.com",
	"a@example.com\r\nBcc: b@example.com",
	"Ann <a@example.com>",
	"a@example.com\x00",
	"x" * 140 + "@example.com",
)


def test_one_plain_address_and_nothing_else(visitor, customer, mailbox):
	quotation = factories.make_quotation(customer)
	for email in NO_ADDRESSES:
		response = answers.share(visitor, quotation.name, email)
		assert response.status_code == 400 and 'id="p-email"' in response.text, email
		assert get_links(quotation) == [], email


def test_an_address_gets_one_link(visitor, customer, mailbox):
	quotation = factories.make_quotation(customer)
	recipient = make_recipient()
	answers.share(visitor, quotation.name, recipient)
	again = answers.share(visitor, quotation.name, recipient.upper())
	assert again.status_code == 400 and "already shared" in again.text
	assert len(get_links(quotation)) == 1


def test_sharing_is_limited_per_hour(visitor, customer, mailbox):
	quotation = factories.make_quotation(customer)
	codes = [answers.share(visitor, quotation.name, make_recipient()).status_code for _time in range(11)]
	assert codes == [303] * 10 + [429]
	assert len(get_links(quotation)) == 10


def test_a_cancelled_quotation_takes_its_links_along_and_the_amended_one_needs_new_ones(
	customer, http, new_client
):
	quotation = factories.make_quotation(customer)
	token = tokens.issue_for_document(customer.name, "Quotation", quotation.name, "Customer", may_answer=1)
	http.open_link(tokens.get_link(token))
	form = answers.get_filled_form(http, quotation.name)
	quotation.cancel()
	amended = frappe.copy_doc(quotation)
	amended.amended_from, amended.docstatus = quotation.name, 0
	amended.insert()
	amended.submit()
	assert http.post(f"/portal/accept/{quotation.name}", form).status_code == 403
	assert new_client().get(tokens.get_link(token)).status_code == 403
	assert (
		frappe.db.count("Portal Quotation Response", {"quotation": ("in", (quotation.name, amended.name))})
		== 0
	)
	assert get_links(quotation)[0].status == "Revoked" and get_links(amended) == []


def test_staff_copy_one_link_and_mail_another_and_end_them(customer, mailbox):
	quotation = factories.make_quotation(customer)
	copied = desk.copy_link(quotation.name)["link"]
	assert desk.copy_link(quotation.name)["link"] == copied
	recipient = make_recipient()
	assert desk.email_link(quotation.name, recipient) == {"recipient": recipient}
	frappe.db.commit()
	mailbox.deliver(recipient)
	assert quotation.name in mailbox.get_message(recipient)["Subject"]
	state = desk.get_state(quotation.name)
	assert state["may_share"] and state["answer"] is None
	assert {(link["shared_with"], link["may_answer"]) for link in state["links"]} == {
		(None, 1),
		(recipient, 1),
	}
	for link in state["links"]:
		state = desk.revoke_link(quotation.name, link["name"])
	assert not any(link["is_working"] for link in state["links"])


def test_staff_send_no_link_to_what_cannot_be_answered(customer, portal_settings):
	quotation = factories.make_quotation(customer)
	portal_settings(allow_quotation_acceptance=0)
	with pytest.raises(frappe.ValidationError, match="do not let quotations be accepted"):
		desk.copy_link(quotation.name)
	portal_settings(allow_quotation_acceptance=1)
	quotation.declare_enquiry_lost([], [], "x")
	with pytest.raises(frappe.ValidationError, match="declined"):
		desk.copy_link(quotation.name)


def test_staff_without_the_right_to_a_quotation_get_no_link(customer):
	quotation = factories.make_quotation(customer)
	user = make_user("Stock User")
	frappe.set_user(user)
	for call in (desk.get_state, desk.copy_link):
		with pytest.raises(frappe.PermissionError):
			call(quotation.name)
	frappe.set_user("Administrator")


def make_sales_person(user):
	name = f"Seller {frappe.generate_hash(length=6)}"
	employee = frappe.get_doc(
		{
			"doctype": "Employee",
			"first_name": name,
			"gender": "Female",
			"date_of_birth": "1990-01-01",
			"date_of_joining": "2020-01-01",
			"company": factories.get_company(),
			"user_id": user,
		}
	).insert()
	person = {"doctype": "Sales Person", "sales_person_name": name, "employee": employee.name}
	return frappe.get_doc({**person, "parent_sales_person": "Sales Team"}).insert().name


@pytest.mark.parametrize("accepted", [True, False], ids=["accepted", "declined"])
def test_the_owner_and_the_sales_person_hear_of_an_answer(visitor, customer, mailbox, accepted):
	owner, seller = make_user("Sales User", "Sales Manager"), make_user("Sales User", "Sales Manager")
	person = make_sales_person(seller)
	customer.append("sales_team", {"sales_person": person, "allocated_percentage": 100})
	customer.save()
	quotation = factories.make_quotation(customer)
	quotation.db_set("owner", owner)
	if accepted:
		answers.accept(visitor, quotation.name)
	else:
		answers.decline(visitor, quotation.name, reason="Too <b>dear</b>")
	frappe.db.rollback()
	name = frappe.db.get_value("Portal Quotation Response", {"quotation": quotation.name})
	follow_up.tell_staff(name)
	follow_up.tell_staff(name)
	frappe.db.rollback()
	logs = frappe.get_all("Notification Log", {"document_name": quotation.name}, ["for_user", "subject"])
	assert sorted(log.for_user for log in logs) == sorted((owner, seller))
	assert all(("accepted" if accepted else "declined") in log.subject for log in logs)
	for user in (owner, seller):
		mailbox.deliver(user)
		message = mailbox.get_message(user)
		text = message.get_body(("html",)).get_content()
		assert quotation.name in message["Subject"]
		assert (
			("It became Sales Order" in text) if accepted else ("‹b›dear" in text and "<b>dear" not in text)
		)


def test_declining_marks_the_quotation_lost_with_the_reason(visitor, customer):
	if not frappe.db.exists("Quotation Lost Reason", "Price (test)"):
		frappe.get_doc({"doctype": "Quotation Lost Reason", "order_lost_reason": "Price (test)"}).insert()
	quotation = factories.make_quotation(customer)
	assert "Price (test)" in visitor.get(f"/portal/decline/{quotation.name}").text
	declined = answers.decline(
		visitor, quotation.name, lost_reason="Price (test)", reason="We found another."
	)
	assert get_notice(declined) == "quotation-declined"
	frappe.db.rollback()
	quotation.reload()
	assert (quotation.status, quotation.order_lost_reason) == ("Lost", "We found another.")
	assert [row.lost_reason for row in quotation.lost_reasons] == ["Price (test)"]
	record = frappe.get_last_doc("Portal Quotation Response", {"quotation": quotation.name})
	assert (record.answer, record.lost_reason, record.signer_name) == (
		"Declined",
		"Price (test)",
		"Ann Buyer",
	)
	assert get_notice(answers.decline(visitor, quotation.name)) == "quotation-was-declined"
	assert "Declined by Ann Buyer" in visitor.get(f"/portal/quotations/{quotation.name}").text


NOT_DECLINED = (
	({"reason": ""}, "reason"),
	({"reason": "x" * 1001}, "reason"),
	({"lost_reason": "Invented"}, "lost_reason"),
	({"name": " "}, "name"),
)


def test_declining_needs_a_reason_and_a_name(visitor, customer):
	quotation = factories.make_quotation(customer)
	for values, field in NOT_DECLINED:
		response = answers.decline(visitor, quotation.name, **values)
		assert response.status_code == 400 and f'id="p-{field}"' in response.text, values
		assert quotation.reload().status == "Open", values
		assert frappe.db.count("Portal Quotation Response", {"quotation": quotation.name}) == 0, values


def test_a_partly_ordered_quotation_is_not_declined(visitor, customer):
	quotation = factories.make_quotation(customer, qty=5)
	order = factories.order_from_quotation(quotation, do_not_submit=True)
	order.items[0].qty = 2
	order.save()
	order.submit()
	response = answers.decline(visitor, quotation.name)
	assert response.status_code == 409 and "ordered already" in response.text
	assert quotation.reload().status == "Partially Ordered"


def accept_and_follow_up(client, quotation, email):
	assert get_notice(answers.accept(client, quotation.name, None, email=email)) == "quotation-accepted"
	frappe.db.rollback()
	name = frappe.db.get_value("Portal Quotation Response", {"quotation": quotation.name})
	follow_up.finish(name)
	follow_up.finish(name)
	frappe.db.rollback()
	return frappe.get_doc("Portal Quotation Response", name)


def get_confirmations(quotation):
	"""What is queued with the signed PDF: ``[(recipient, message)]``. Staff's e-mails have no attachment."""
	filters = {"reference_name": quotation.name, "attachments": ("like", "%fid%")}
	return [
		(recipient, row.message)
		for row in frappe.get_all("Email Queue", filters, ["name", "message"])
		for recipient in frappe.get_all("Email Queue Recipient", {"parent": row.name}, pluck="recipient")
	]


def get_confirmation(mailbox, recipient):
	"""The e-mail as it arrives: its subject, its text, and the text of the PDF with it."""
	mailbox.deliver(recipient)
	message = mailbox.get_message(recipient)
	(attachment,) = message.iter_attachments()
	assert (attachment.get_content_type(), attachment.get_filename()[-11:]) == (
		"application/pdf",
		"-signed.pdf",
	)
	pages = PdfReader(io.BytesIO(attachment.get_content())).pages
	text = " ".join(" ".join(page.extract_text() for page in pages).split())
	return message["Subject"], message.get_body(("html",)).get_content(), text


def test_who_accepts_gets_the_signed_quotation_and_the_link_at_the_address_on_file(
	visitor, customer, mailbox, new_client
):
	customer.db_set("language", "de")
	quotation = factories.make_quotation(customer)
	on_file = frappe.db.get_value("Customer", customer.name, "email_id")
	response = accept_and_follow_up(visitor, quotation, on_file.upper())
	assert response.confirmed_on
	subject, text, signed = get_confirmation(mailbox, on_file)
	assert quotation.name in subject and subject.startswith("Ihr Auftrag bei ")
	assert "Ann Buyer" in text and response.sales_order in text and "unterschriebene" in text
	assert "Ann Buyer" in signed and quotation.name in signed
	((_recipient, queued),) = get_confirmations(quotation)
	link = LINK.search(text)[0].replace("&amp;", "&")
	assert "/portal/a/link-" in queued and link.partition("?")[0].rpartition("/")[2] not in queued
	landed = new_client().open_link(link)
	assert landed.status_code == 200 and landed.request.path == f"/portal/quotations/{quotation.name}"


def test_a_known_address_gets_the_confirmation_without_the_link(visitor, customer, mailbox):
	"""Another contact's, and the one a quotation was shared with; a stranger's does not: the address on file is told."""
	on_file = frappe.db.get_value("Customer", customer.name, "email_id")
	contact = f"contact-{frappe.generate_hash(length=8)}@example.com"
	factories.make_contact(customer, contact, is_primary=False)
	shared, stranger = make_recipient(), make_recipient()
	for email, recipient in ((contact, contact), (shared, shared), (stranger, on_file)):
		quotation = factories.make_quotation(customer)
		if email == shared:
			tokens.issue_for_document(
				customer.name, "Quotation", quotation.name, "Customer", shared_with=shared, may_answer=1
			)
		accept_and_follow_up(visitor, quotation, email)
		assert [told for told, _message in get_confirmations(quotation)] == [recipient], email
		_subject, text, _signed = get_confirmation(mailbox, recipient)
		assert bool(LINK.search(text)) == (recipient == on_file), email


def test_an_ended_share_is_no_known_address(visitor, customer):
	quotation, recipient = factories.make_quotation(customer), make_recipient()
	token = tokens.issue_for_document(
		customer.name, "Quotation", quotation.name, "Customer", shared_with=recipient
	)
	response = frappe._dict(customer=customer.name, quotation=quotation.name, signer_email=recipient)
	assert quotation_mail.get_confirmation_recipient(response) == recipient
	tokens.revoke(token.name)
	on_file = frappe.db.get_value("Customer", customer.name, "email_id")
	assert quotation_mail.get_confirmation_recipient(response) == on_file


def test_declining_and_a_site_without_e_mail_confirm_nothing(visitor, customer):
	declined, accepted = factories.make_quotation(customer), factories.make_quotation(customer)
	answers.decline(visitor, declined.name)
	frappe.db.rollback()
	name = frappe.db.get_value("Portal Quotation Response", {"quotation": declined.name})
	follow_up.finish(name)
	assert not frappe.db.get_value("Portal Quotation Response", name, "confirmed_on")
	on_file = frappe.db.get_value("Customer", customer.name, "email_id")
	assert accept_and_follow_up(visitor, accepted, on_file).confirmed_on
	for quotation in (declined, accepted):
		assert not frappe.db.exists("Email Queue", {"reference_name": quotation.name})
