"""Language and e-mails, chosen by each person for themselves, and honoured by everything that is sent."""

import re

import frappe
import pytest

from customer_portal_ext.access import mail, message_mail, payment_mail, quotation_follow_up, tokens
from customer_portal_ext.account import preferences
from customer_portal_ext.conversations.messages import Thread
from customer_portal_ext.desk import change_requests as desk
from customer_portal_ext.desk.template_functions import portal_reminder_address
from customer_portal_ext.payments import intents
from tests import factories
from tests.factories import answers, paying
from tests.factories.account import make_email, open_account, send
from tests.factories.mail import get_messages_to
from tests.factories.users import PASSWORD, link_user, make_portal_user, unlink_user

PAGE = "/portal/account/preferences"
OFFERED = re.compile(r'type="checkbox" name="(\w+)"')
NONE = dict.fromkeys(preferences.MAILS, False)
ALL = dict.fromkeys(preferences.MAILS, True)
EVERYTHING = {
	"allow_account_changes": 1,
	"account_changes_applied": "After Approval",
	"allow_messages": 1,
	"allow_support_issues": 1,
	"allow_payments": 1,
	**answers.SETTINGS,
}


@pytest.fixture
def visitor(http, customer, portal_settings):
	portal_settings(**EVERYTHING)
	return open_account(http, customer)


@pytest.fixture
def sign_in(new_client, portal_settings):
	"""A client of a user of these customers, and the user."""

	def sign_in(*customers, **fields):
		portal_settings(**EVERYTHING)
		user = make_portal_user(*customers, **fields)
		client = new_client()
		client.sign_in(user, PASSWORD)
		return client, user

	return sign_in


@pytest.fixture
def reminders(db):
	"""One of the app's reminders, switched on by staff."""
	notification = frappe.get_doc("Notification", "Portal: Invoice Due Today")
	notification.db_set("enabled", 1)
	yield notification
	frappe.db.rollback()
	notification.db_set("enabled", 0)
	frappe.db.commit()


def prefer(client, *wanted, **others):
	"""Tick these, and nothing else."""
	response = send(client, PAGE, dict.fromkeys(wanted, "1") | others, page=PAGE)
	frappe.db.rollback()
	return response


def get(customer, email):
	frappe.db.rollback()
	return preferences.get(customer.name, email)


def test_a_links_holder_chooses_for_the_address_on_file(visitor, customer, reminders):
	assert customer.email_id in visitor.get(PAGE).text
	assert prefer(visitor, "receipts", "issues").location.endswith("notice=preferences-changed")
	assert get(customer, customer.email_id) == NONE | {"receipts": True, "issues": True}
	assert get(customer, customer.email_id.upper()) == NONE | {"receipts": True, "issues": True}
	assert get(customer, make_email()) == ALL
	assert re.findall(r'name="(\w+)" value="1" checked', visitor.get(PAGE).text) == ["issues", "receipts"]


def test_a_signed_in_user_chooses_for_themselves_and_this_customer_alone(sign_in, customer, reminders):
	other = factories.make_customer(email=make_email())
	client, user = sign_in(customer, other)
	colleague = make_portal_user(customer)
	# without a choice of theirs, whose user they have been for longest
	chosen, kept = customer, other
	assert user in client.get(PAGE).text
	assert prefer(client).status_code == 303
	assert get(chosen, user) == NONE
	assert get(kept, user) == get(chosen, colleague) == get(chosen, chosen.email_id) == ALL
	assert prefer(client, *preferences.MAILS).status_code == 303
	assert get(chosen, user) == ALL
	assert frappe.db.count("Portal Email Preference", {"email": user}) == 1


def test_what_is_offered_is_what_may_be_sent_and_the_rest_stays(visitor, customer, portal_settings):
	assert OFFERED.findall(visitor.get(PAGE).text) == [
		"messages",
		"issues",
		"receipts",
		"quotations",
		"changes",
	]
	prefer(visitor, "messages")
	assert get(customer, customer.email_id) == NONE | {"messages": True, "reminders": True}
	portal_settings(
		allow_support_issues=0, allow_payments=0, allow_quotation_acceptance=0, allow_account_changes=0
	)
	assert OFFERED.findall(visitor.get(PAGE).text) == ["messages"]
	prefer(visitor, "messages", "receipts", "issues")
	assert get(customer, customer.email_id) == NONE | {"messages": True, "reminders": True}


def test_reminders_are_offered_where_staff_have_switched_one_on(visitor, reminders):
	assert "reminders" in OFFERED.findall(visitor.get(PAGE).text)
	reminders.db_set("enabled", 0)
	assert "reminders" not in OFFERED.findall(visitor.get(PAGE).text)


def test_one_chooses_ones_own_e_mails_without_the_right_to_change_the_account(
	visitor, sign_in, customer, portal_settings
):
	client, user = sign_in(customer)
	portal_settings(allow_account_changes=0)
	assert prefer(client, language="de").status_code == 303
	assert get(customer, user)["messages"] is False
	assert frappe.db.get_value("User", user, "language") == "de"
	# the customer's language is on its documents, too
	assert 'name="language"' not in visitor.get(PAGE).text
	assert prefer(visitor, language="de").status_code == 303
	assert get(customer, customer.email_id)["messages"] is False
	assert frappe.db.get_value("Customer", customer.name, "language") != "de"


def test_without_an_address_and_the_right_there_is_nothing_to_choose(http, portal_settings):
	portal_settings(allow_account_changes=0)
	visitor = open_account(http, factories.make_customer())
	assert visitor.get(PAGE).status_code == 404
	assert f'href="{PAGE}"' not in visitor.get("/portal/account").text
	assert send(visitor, PAGE).status_code == 404
	portal_settings(allow_account_changes=1)
	page = visitor.get(PAGE)
	assert page.status_code == 200 and "no e-mails are sent" in page.text and not OFFERED.findall(page.text)


def test_the_language_is_the_users_own_or_the_customers(visitor, sign_in, customer):
	assert prefer(visitor, language="fr").status_code == 303
	assert frappe.db.get_value("Customer", customer.name, "language") == "fr"
	assert 'lang="fr"' in visitor.get("/portal/account").text
	client, user = sign_in(customer)
	# Frappe gives every new user the site's language
	frappe.db.set_value("User", user, "language", None)
	assert 'lang="fr"' in client.get("/portal/account").text
	prefer(client, language="de")
	assert 'lang="de"' in client.get("/portal/account").text
	assert 'lang="fr"' in visitor.get("/portal/account").text
	assert preferences.get_mail_language(customer.name, user) == "de"
	assert preferences.get_mail_language(customer.name, customer.email_id) == "fr"
	unlink_user(customer, user)
	assert preferences.get_mail_language(customer.name, user) == "fr"
	link_user(customer, user)
	assert prefer(client, language="xx").status_code == 400
	assert frappe.db.get_value("User", user, "language") == "de"


def test_a_refused_form_keeps_nothing(visitor, customer):
	response = prefer(visitor, "messages", language="tlh")
	assert response.status_code == 400 and "Choose a language" in response.text
	assert re.findall(r'name="(\w+)" value="1" checked', response.text) == ["messages"]
	assert get(customer, customer.email_id) == ALL


@pytest.mark.parametrize(("doctype", "kind"), [("Customer", "messages"), ("Issue", "issues")])
def test_answers_go_to_who_wants_them(sign_in, visitor, customer, outgoing, doctype, kind):
	client, user = sign_in(customer)
	name = customer.name
	if doctype == "Issue":
		issue = {"doctype": "Issue", "subject": "Noise", "customer": customer.name, "raised_by": user}
		name = frappe.get_doc(issue).insert().name
	frappe.get_doc(
		{
			"doctype": "Communication",
			"communication_type": "Communication",
			"communication_medium": "Chat",
			"sent_or_received": "Received",
			"sender": user,
			"content": "Hello",
			"reference_doctype": doctype,
			"reference_name": name,
			"portal_customer": customer.name,
		}
	).insert()
	thread = Thread(doctype, name, customer.name, "this", "/portal/messages")
	assert message_mail.get_recipients(thread) == [customer.email_id, user]
	prefer(visitor, *set(preferences.MAILS) - {kind})
	assert message_mail.get_recipients(thread) == [user]
	prefer(client, *set(preferences.MAILS) - {kind})
	assert message_mail.get_recipients(thread) == []
	prefer(visitor, kind)
	assert message_mail.get_recipients(thread) == [customer.email_id]


def test_a_reminder_goes_to_who_wants_it(visitor, customer, outgoing, reminders):
	invoice = factories.make_sales_invoice(customer)
	assert portal_reminder_address(invoice) == customer.email_id
	reminders.send(invoice)
	frappe.db.commit()
	[message] = get_messages_to(customer.email_id)
	assert invoice.name in message
	prefer(visitor, *set(preferences.MAILS) - {"reminders"})
	assert portal_reminder_address(invoice) == ""
	reminders.send(invoice)
	frappe.db.commit()
	assert len(get_messages_to(customer.email_id)) == 1


@pytest.fixture
def invoice(customer, visitor, portal_settings):
	portal_settings(payment_gateways=[paying.make_gateway()], smallest_payment=0, allow_partial_payments=1)
	return factories.make_sales_invoice(customer, rate=100)


def pay(customer, invoice, email=""):
	origin = intents.Origin(customer.name, "Ann Buyer", email)
	frappe.db.commit()
	chosen = paying.choose(customer, [invoice.name])
	payment, _is_new = intents.create(chosen, paying.GATEWAY, intents.make_form_key(), origin)
	payment_mail.tell(paying.capture_payment(payment).name)


def test_a_receipt_goes_to_the_address_on_file_if_it_is_wanted(visitor, customer, invoice, outgoing):
	pay(customer, invoice)
	assert len(get_messages_to(customer.email_id)) == 1
	prefer(visitor, *set(preferences.MAILS) - {"receipts"})
	pay(customer, factories.make_sales_invoice(customer, rate=5))
	assert len(get_messages_to(customer.email_id)) == 1
	# what somebody asks for as they pay is sent
	pay(customer, factories.make_sales_invoice(customer, rate=6), email=customer.email_id)
	assert len(get_messages_to(customer.email_id)) == 2


def test_the_form_that_pays_proposes_an_address_only_to_who_wants_receipts(visitor, customer, stripe):
	invoice = factories.make_sales_invoice(customer, rate=100)
	review = f"/portal/pay/review?invoice={invoice.name}"
	assert f'value="{customer.email_id}"' in visitor.get(review).text
	prefer(visitor, *set(preferences.MAILS) - {"receipts"})
	page = visitor.get(review)
	assert page.status_code == 200 and customer.email_id not in page.text


def test_a_confirmation_goes_to_who_wants_it(visitor, customer, outgoing):
	quotation = factories.make_quotation(customer)
	assert answers.accept(visitor, quotation.name, email=customer.email_id).status_code == 303
	frappe.db.rollback()
	response = frappe.get_doc("Portal Quotation Response", {"quotation": quotation.name})
	quotation_follow_up.finish(response.name)

	def count():
		return sum(quotation.name in message for message in get_messages_to(customer.email_id))

	assert count() == 1
	for wanted, expected in ((set(preferences.MAILS) - {"quotations"}, 1), (preferences.MAILS, 2)):
		prefer(visitor, *wanted)
		# as if it had not been sent yet
		response.db_set("confirmed_on", None)
		quotation_follow_up.confirm(response.name)
		assert count() == expected


def ask(client, customer, **values):
	now = {"customer_name": customer.customer_name, "email_id": customer.email_id} | values
	assert send(client, "/portal/account/details", now).status_code == 303
	frappe.db.rollback()
	return frappe.db.get_value("Portal Change Request", {"customer": customer.name, "status": "Open"})


def test_a_decision_goes_to_who_asked_and_wants_it(sign_in, visitor, customer, outgoing):
	client, user = sign_in(customer)
	assert desk.reject(ask(client, customer, tax_id="US-1"), "No.")["told"] == [user]
	assert desk.reject(ask(visitor, customer, tax_id="US-2"), "No.")["told"] == [customer.email_id]
	prefer(client, *set(preferences.MAILS) - {"changes"})
	assert desk.reject(ask(client, customer, tax_id="US-3"), "No.")["told"] == []
	prefer(client, "changes")
	request = ask(client, customer, tax_id="US-4")
	unlink_user(customer, user)
	frappe.db.commit()
	# who may no longer sign in hears nothing of the account
	assert desk.reject(request, "No.")["told"] == [customer.email_id]


def test_whose_address_is_replaced_is_told_whatever_they_want(sign_in, visitor, customer, outgoing):
	prefer(visitor)
	client, user = sign_in(customer)
	before, after = customer.email_id, make_email()
	answer = desk.approve(ask(client, customer, email_id=after))
	frappe.db.commit()
	assert answer["told"] == [user, before]
	assert get_messages_to(after) == []


def test_what_is_asked_for_is_sent_to_who_wants_nothing(visitor, customer, outgoing):
	prefer(visitor)
	assert mail.send_link(tokens.get_active(customer.name)) == customer.email_id


@pytest.mark.parametrize("is_shared", [False, True])
def test_a_contacts_new_address_keeps_the_choice(visitor, customer, is_shared):
	prefer(visitor, "receipts")
	old, new = customer.email_id, make_email()
	if is_shared:
		factories.make_contact(customer, old, is_primary=False)
	contact = frappe.get_doc("Contact", customer.customer_primary_contact)
	frappe.db.set_value("Customer", customer.name, "email_id", None)
	contact.email_ids[0].email_id = new
	contact.save()
	frappe.db.commit()
	chosen = NONE | {"receipts": True, "reminders": True}
	assert get(customer, new) == chosen
	assert get(customer, old) == (chosen if is_shared else ALL)


def test_a_removed_contacts_choice_is_forgotten(visitor, customer):
	contact = factories.make_contact(customer, make_email(), is_primary=False)
	for email in (contact.email_id, customer.email_id):
		preferences.change(customer.name, email, ALL | {"receipts": False})
	assert send(visitor, f"/portal/remove-contact/{contact.name}").status_code == 303
	assert get(customer, contact.email_id) == ALL
	assert get(customer, customer.email_id)["receipts"] is False


def test_a_renamed_user_keeps_the_choice(customer):
	old, new = make_email(), make_email()
	preferences.change(customer.name, old, NONE)
	for path in frappe.get_doc_hooks()["User"]["after_rename"]:
		frappe.get_attr(path)(None, "after_rename", old, new, False)
	assert preferences.get(customer.name, old) == ALL
	assert preferences.get(customer.name, new) == NONE


def test_merged_customers_keep_both_choices(customer):
	email, other = make_email(), factories.make_customer()
	preferences.change(customer.name, email, ALL | {"receipts": False})
	preferences.change(other.name, email, ALL | {"reminders": False})
	# what Frappe does to every link as it merges two records
	frappe.db.set_value(preferences.DOCTYPE, {"customer": other.name}, "customer", customer.name)
	assert preferences.get(customer.name, email) == ALL | {"receipts": False, "reminders": False}
	assert not preferences.wants(customer.name, email, "reminders")
	assert preferences.change(customer.name, email, ALL)
	assert preferences.get(customer.name, email) == ALL


def test_staff_keep_one_record_for_a_person(customer):
	values = {"doctype": "Portal Email Preference", "customer": customer.name, "receipts": 0}
	record = frappe.get_doc(values | {"email": " Ann@Example.com "}).insert()
	assert record.email == "ann@example.com"
	assert not preferences.wants(customer.name, "ANN@example.com", "receipts")
	with pytest.raises(frappe.DuplicateEntryError, match="already"):
		frappe.get_doc(values | {"email": "ann@EXAMPLE.com"}).insert()
