"""Who comes without a link reads whom to ask, and has theirs mailed to the address on file; nobody learns whose address that is."""

from datetime import timedelta

import frappe
import pytest
from frappe.utils import now_datetime

from customer_portal_ext.access import limits, tokens
from tests import factories
from tests.client import hidden_fields
from tests.factories.account import make_email
from tests.factories.jobs import LINK_JOB, run_waiting, take_waiting
from tests.factories.mail import deliver, get_messages_to, receive_mail
from tests.factories.users import PASSWORD, make_user

FORM = "Send me my link"


@pytest.fixture(autouse=True)
def may_ask(request, portal_settings, db):
	if "received" not in request.fixturenames:
		request.getfixturevalue("outgoing")
	portal_settings(allow_fresh_link=1)
	frappe.cache.delete_keys("portal_limit")


@pytest.fixture
def received(db):
	with receive_mail() as server:
		yield server


def ask(client, email, **extra):
	return client.submit("/portal", "/portal/my-link", {"email": email, **extra})


def mailed(email):
	return len(get_messages_to(email))


def test_the_page_says_whom_to_ask(http, portal_settings):
	company = frappe.defaults.get_global_default("company")
	before = frappe.db.get_value("Company", company, ["phone_no", "email"])
	try:
		frappe.get_doc("Company", company).db_set(
			{"phone_no": "+1 212 555 0100", "email": "desk@example.com"}
		)
		for path in ("/portal", "/portal/invoices", f"/portal/a/{'A' * 43}"):
			page = http.get(path)
			assert page.status_code == 403 and FORM in page.text, path
			assert company in page.text and "If you need help" in page.text
			assert 'href="mailto:desk@example.com"' in page.text and 'href="tel:+1%20212' in page.text
	finally:
		frappe.get_doc("Company", company).db_set(dict(zip(("phone_no", "email"), before, strict=True)))
		frappe.db.commit()


def test_the_address_on_file_gets_the_link(http, customer, received):
	answer = ask(http, f"  {customer.email_id.upper()} ")
	assert answer.status_code == 200 and customer.email_id not in answer.text.lower()
	assert mailed(customer.email_id) == 0  # not within the request
	assert run_waiting(LINK_JOB, address=customer.email_id) == 1
	active = tokens.get_active(customer.name)
	deliver(customer.email_id)
	message = received.get_message(customer.email_id)
	assert tokens.get_link(active) in message.get_body(("html",)).get_content()
	assert http.open_link(tokens.get_link(active)).status_code == 200
	(trace,) = frappe.get_all(
		"Portal Activity", {"customer": customer.name, "activity": "Asked for Fresh Link"}, ["ip_address"]
	)
	assert trace.ip_address == http.address


def test_a_link_that_works_is_sent_again_and_stays(http, customer):
	token = tokens.issue(customer.name)
	ask(http, customer.email_id)
	run_waiting(LINK_JOB)
	assert tokens.get_active(customer.name).name == token.name and mailed(customer.email_id) == 1


def test_a_visit_that_is_over_and_forgotten_leads_there_too(http, customer):
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	http.forget_cookies()
	assert FORM in http.get("/portal/invoices").text
	ask(http, customer.email_id)
	run_waiting(LINK_JOB)
	assert mailed(customer.email_id) == 1


def test_each_customer_with_that_address_on_file_gets_theirs_and_no_other(http, customer):
	email = customer.email_id
	second, disabled = factories.make_customer(email=email), factories.make_customer(email=email)
	frappe.db.set_value("Customer", disabled.name, "disabled", 1)
	# an address of theirs, but not the one on file
	third = factories.make_customer(email=make_email())
	factories.make_contact(third, email, is_primary=False)
	ask(http, email)
	run_waiting(LINK_JOB)
	assert mailed(email) == 2
	assert tokens.get_active(customer.name) and tokens.get_active(second.name)
	assert not tokens.get_active(third.name) and not tokens.get_active(disabled.name)


def test_known_and_unknown_are_answered_alike(new_client, customer):
	revoked = factories.make_customer(email=make_email())
	tokens.revoke(tokens.issue(revoked.name).name)
	disabled = factories.make_customer(email=make_email())
	frappe.db.set_value("Customer", disabled.name, "disabled", 1)
	staff = make_user("Sales Manager", "Support Team")
	addresses = (customer.email_id, make_email(), revoked.email_id, disabled.email_id, staff)
	answers = [ask(new_client(), email) for email in addresses]
	assert {answer.status_code for answer in answers} == {200}
	assert len({answer.text for answer in answers}) == 1
	assert len({tuple(sorted(answer.headers.keys())) for answer in answers}) == 1
	# within the request each is the same work: one job, and nothing looked up
	assert [len(take_waiting(LINK_JOB, address=email)) for email in addresses] == [1] * len(addresses)


def test_no_more_is_asked_of_the_database_for_one_than_for_another(new_client, customer, monkeypatch):
	from frappe.database.database import Database

	statements, original = [], Database.sql

	def sql(self, query, *arguments, **keywords):
		statements.append(str(query))
		return original(self, query, *arguments, **keywords)

	counts = []
	for email in (make_email(), customer.email_id, make_email()):
		client = new_client()
		fields = hidden_fields(client.get("/portal").text) | {"email": email}
		with monkeypatch.context() as patched:
			patched.setattr(Database, "sql", sql)
			client.post("/portal/my-link", fields)
		counts.append(len(statements))
		assert not [text for text in statements if "tabContact" in text or "tabCustomer`" in text]
		statements.clear()
	assert counts[1] == counts[2] > 0


def test_whom_staff_revoked_gets_none(http, customer):
	tokens.revoke(tokens.issue(customer.name).name)
	ask(http, customer.email_id)
	run_waiting(LINK_JOB)
	assert mailed(customer.email_id) == 0 and not tokens.get_active(customer.name)


def test_letters_that_the_database_takes_for_others_are_others(http, customer):
	plain = factories.make_customer(email=f"remy-{frappe.generate_hash(length=8)}@example.com")
	ask(http, plain.email_id.replace("remy", "rémy"))
	ask(http, plain.email_id.replace("@", "%@"))
	run_waiting(LINK_JOB)
	assert mailed(plain.email_id) == 0


@pytest.mark.parametrize(
	"typed",
	["", "x", "a@b", "a@example.com, b@example.com", "a@example.com\nBcc: b@example.com", "<a@example.com>"],
)
def test_what_is_no_address_is_refused_and_counts_nothing(http, typed):
	for _time in range(limits.LIMITS["link-question"].each + 1):
		assert ask(http, typed).status_code == 400
	assert take_waiting(LINK_JOB) == []


def test_an_address_may_be_asked_for_as_often_as_a_fresh_link(new_client, customer):
	most = limits.LIMITS["fresh-link"].each
	for email in (customer.email_id, make_email()):
		statuses = [ask(new_client(address=f"192.0.2.{n}"), email).status_code for n in range(most + 2)]
		assert statuses == [200] * most + [429] * 2
		assert ask(new_client(), email.title()).status_code == 429
	assert run_waiting(LINK_JOB, address=customer.email_id) == most
	assert mailed(customer.email_id) == most


def test_one_place_may_not_ask_for_many(new_client):
	most = limits.LIMITS["link-question"].each
	client = new_client(address="192.0.2.200")
	fields = hidden_fields(client.get("/portal").text)
	sent = [
		client.post("/portal/my-link", fields | {"email": make_email()}).status_code for _n in range(most + 2)
	]
	assert sent == [200] * most + [429] * 2
	assert ask(new_client(address="192.0.2.201"), make_email()).status_code == 200
	take_waiting(LINK_JOB)


def test_what_was_asked_for_takes_nothing_from_who_holds_the_link(new_client, customer):
	expired = tokens.issue(customer.name)
	expired.db_set("expires_on", now_datetime() - timedelta(minutes=1))
	for _time in range(limits.LIMITS["fresh-link"].each):
		ask(new_client(), customer.email_id)
	run_waiting(LINK_JOB)
	assert new_client().submit(tokens.get_link(expired), "/portal/fresh-link").status_code == 200
	assert mailed(customer.email_id) == limits.LIMITS["fresh-link"].each + 1


def test_switched_off_nobody_is_asked_and_nothing_is_sent(http, customer, portal_settings):
	fields = hidden_fields(http.get("/portal").text) | {"email": customer.email_id}
	ask(http, customer.email_id)
	portal_settings(allow_fresh_link=0)
	assert FORM not in http.get("/portal").text
	assert http.post("/portal/my-link", fields).status_code == 404
	portal_settings(allow_fresh_link=1, enabled=0)
	assert FORM not in http.get("/portal").text
	assert http.post("/portal/my-link", fields).status_code == 503
	# nor is what was asked for before
	assert run_waiting(LINK_JOB) == 1 and mailed(customer.email_id) == 0


def test_who_is_signed_in_or_has_left_is_not_asked(http, new_client, customer):
	http.sign_in(make_user("Sales Manager", "Support Team"), PASSWORD)
	assert FORM not in http.get("/portal").text
	visitor = new_client()
	visitor.open_link(tokens.get_link(tokens.issue(customer.name)))
	assert FORM not in visitor.submit("/portal", "/portal/leave", follow_redirects=True).text


def test_nobody_else_chooses_for_whom(http, customer):
	other = make_email()
	ask(http, other, customer=customer.name, token=tokens.get_token_string(tokens.issue(customer.name)))
	run_waiting(LINK_JOB)
	assert mailed(other) == mailed(customer.email_id) == 0


def test_without_the_forms_token_nothing_is_asked(http, customer):
	http.get("/portal")
	assert http.post("/portal/my-link", {"email": customer.email_id}).status_code == 403
	assert take_waiting(LINK_JOB) == []


def test_one_that_fails_does_not_cost_another_theirs(http, customer, monkeypatch):
	from customer_portal_ext.access import mail

	second = factories.make_customer(email=customer.email_id)
	original = mail.send_link

	def fail_for_first(token):
		if token.customer == min(customer.name, second.name):
			raise ValueError("broken")
		return original(token)

	monkeypatch.setattr(mail, "send_link", fail_for_first)
	ask(http, customer.email_id)
	run_waiting(LINK_JOB)
	assert mailed(customer.email_id) == 1
