"""A form that is sent again: when it is the same, whose it is, and what becomes of it when the first died on the way."""

import threading
from datetime import timedelta

import frappe
import pytest
from cryptography.fernet import InvalidToken
from frappe.utils import now_datetime

from customer_portal_ext.access import invitation_links, invitations
from customer_portal_ext.account import address_book
from customer_portal_ext.base.transactions import MOST_ATTEMPTS
from customer_portal_ext.conversations import notifications
from customer_portal_ext.payments import intents
from customer_portal_ext.web import form_keys, sent_forms
from customer_portal_ext.web.sent_forms import DOCTYPE, SentForm
from tests import factories
from tests.factories.account import ADDRESS
from tests.factories.answers import make_png
from tests.factories.sending import copy, send, send_at_once
from tests.factories.threads import connected, killed_after
from tests.factories.users import PASSWORD, make_user
from tests.forms import read_form

WRITE = "/portal/write"
MESSAGE = {"name": "Ann Buyer", "message": "Hello"}


@pytest.fixture
def visitor(stage):
	return stage.enter()


@pytest.fixture
def clock(monkeypatch):
	"""Moves the clock that keys and answers go by."""

	def move(**by):
		for module in (form_keys, sent_forms):
			monkeypatch.setattr(module, "now_datetime", lambda: now_datetime() + timedelta(**by))

	return move


def get_form(client, **values):
	return read_form(client, "/portal/messages", WRITE, MESSAGE | values)


def count_messages(customer):
	frappe.db.rollback()
	return frappe.db.count("Communication", {"portal_customer": customer.name})


def get_rows(fields, path=WRITE):
	frappe.db.rollback()
	name = sent_forms.get_name(fields[form_keys.FIELD][0], f"{path}?")
	return frappe.get_all(DOCTYPE, {"name": name}, ["name", "answer"])


def test_the_same_form_after_a_minute_and_in_a_second_tab(visitor, stage, clock):
	fields = get_form(visitor)
	first = send(visitor, WRITE, fields)
	assert first.status_code == 303
	clock(minutes=1)
	for window in (visitor, copy(visitor)):
		again = send(window, WRITE, fields)
		assert (again.status_code, again.headers["Location"]) == (303, first.headers["Location"])
		assert again.headers.getlist("Set-Cookie") == first.headers.getlist("Set-Cookie")
	assert count_messages(stage.customer) == 1


def test_another_page_has_another_key(visitor, stage):
	for _time in range(2):
		assert send(visitor, WRITE, get_form(visitor)).status_code == 303
	assert count_messages(stage.customer) == 2


def test_what_was_refused_may_be_sent_again_corrected_or_not(visitor, stage):
	fields = get_form(visitor, message="")
	for _time in range(2):
		assert send(visitor, WRITE, fields).status_code == 400
	assert get_rows(fields) == []
	assert send(visitor, WRITE, fields | {"message": "Hello"}).status_code == 303
	assert count_messages(stage.customer) == 1


def test_other_content_is_another_sending(visitor, stage):
	"""Back, changed, sent: both are wanted. So is the first one again, after something else was said."""
	fields = get_form(visitor)
	for message in ("One", "One", "Two", "Two", "One"):
		assert send(visitor, WRITE, fields | {"message": message}).status_code == 303
	assert count_messages(stage.customer) == 3


def test_files_are_content(visitor, stage):
	path = ("photo.png", make_png())
	fields = get_form(visitor, files=path)
	responses = send_at_once(visitor, WRITE, [fields] * 4)
	assert {response.status_code for response in responses} == {303}
	assert count_messages(stage.customer) == 1
	other = ("photo.png", make_png(ink="red"))
	assert send(visitor, WRITE, fields | {"files": other}).status_code == 303
	assert count_messages(stage.customer) == 2
	sizes = frappe.get_all("File", {"attached_to_doctype": "Communication"}, pluck="file_size", limit=2)
	assert all(sizes)


def test_a_key_is_worth_nothing_to_others(visitor, stage, new_client):
	own, foreign = get_form(visitor), get_form(stage.enter())
	made_up = own[form_keys.FIELD][0][:-4] + "0000"
	for key in (foreign[form_keys.FIELD], [made_up], ["x"], [""]):
		assert send(visitor, WRITE, own | {form_keys.FIELD: key}).status_code == 403
	assert count_messages(stage.customer) == 0
	assert send(visitor, WRITE, own).status_code == 303


def test_a_page_of_before_the_upgrade_has_no_key(visitor, stage):
	fields = get_form(visitor)
	del fields[form_keys.FIELD]
	for _time in range(2):
		assert send(visitor, WRITE, fields).status_code == 303
	assert count_messages(stage.customer) == 2


def test_keys_end_and_what_they_were_sent_with_is_removed(visitor, stage, clock):
	fields = get_form(visitor)
	assert send(visitor, WRITE, fields).status_code == 303
	clock(days=29, hours=23)
	assert send(visitor, WRITE, fields).status_code == 303
	sent_forms.forget_old()
	assert len(get_rows(fields)) == 1
	clock(days=30, hours=1)
	refused = send(visitor, WRITE, fields)
	assert refused.status_code == 403 and "too old" in refused.text
	clock(days=31, hours=1)
	sent_forms.forget_old()
	frappe.db.commit()
	assert get_rows(fields) == []
	assert count_messages(stage.customer) == 1


def test_the_answer_opens_nothing_for_who_reads_the_database(stage, new_client, outgoing):
	"""What an invitation leads to lets one choose a password."""
	user = invitations.invite(stage.customer.name, stage.customer.customer_primary_contact)
	path = invitation_links.get_path(stage.customer.name, user, 30)
	stranger = new_client()
	fields = read_form(stranger, path, path)
	location = send(stranger, path, fields).headers["Location"]
	assert send(stranger, path, fields).headers["Location"] == location
	((row),) = get_rows(fields, path)
	assert row.answer and "update-password" not in row.answer
	frappe.set_user("Administrator")
	for cipher in (
		SentForm.get_cipher(frappe._dict(key=None)),
		SentForm.get_cipher(frappe._dict(key=row.name)),
	):
		with pytest.raises(InvalidToken):
			cipher.decrypt(row.answer.encode())
	stored = str(frappe.db.sql(f"select * from `tab{DOCTYPE}` where name = %s", row.name))
	assert fields[form_keys.FIELD][0] not in stored and user not in stored


def test_an_answer_that_lasts_a_minute_is_given_anew_after_it(stage, new_client, outgoing, clock):
	user = invitations.invite(stage.customer.name, stage.customer.customer_primary_contact)
	path = invitation_links.get_path(stage.customer.name, user, 30)
	stranger = new_client()
	fields = read_form(stranger, path, path)
	first = send(stranger, path, fields).headers["Location"]
	clock(seconds=59)
	assert send(stranger, path, fields).headers["Location"] == first
	clock(seconds=61)
	second = send(stranger, path, fields).headers["Location"]
	assert second != first
	assert stranger.get(second).status_code == 200


@pytest.mark.parametrize("roles", [("Customer",), ("Sales Manager", "Support Team"), ("System Manager",)])
def test_nobody_reads_what_was_sent(visitor, roles, new_client):
	assert send(visitor, WRITE, get_form(visitor)).status_code == 303
	reader = new_client()
	reader.sign_in(make_user(*roles), PASSWORD)
	assert reader.get(f"/api/resource/{DOCTYPE}").status_code == 403
	name = frappe.get_all(DOCTYPE, pluck="name", limit=1)[0]
	assert reader.get(f"/api/resource/{DOCTYPE}/{name}").status_code == 403


def test_what_died_before_its_commit_is_done_when_sent_again(site, visitor, stage):
	fields = get_form(visitor)
	killed_after(site, notifications, "tell_staff", lambda: send(visitor, WRITE, fields))
	assert (count_messages(stage.customer), get_rows(fields)) == (0, [])
	assert send(visitor, WRITE, fields).status_code == 303
	assert count_messages(stage.customer) == 1


def test_what_died_after_its_commit_is_answered_when_sent_again(site, visitor, stage):
	fields = get_form(visitor)
	killed_after(site, SentForm, "finish", lambda: send(visitor, WRITE, fields))
	assert count_messages(stage.customer) == 1
	again = send(visitor, WRITE, fields)
	assert again.status_code == 303 and "message-sent" in again.headers["Location"]
	assert count_messages(stage.customer) == 1


def test_where_the_answer_is_lost_the_page_says_so_and_leads_on(visitor, stage):
	fields = get_form(visitor)
	assert send(visitor, WRITE, fields).status_code == 303
	frappe.db.set_value(DOCTYPE, get_rows(fields)[0].name, "answer", None)
	frappe.db.commit()
	for _time in range(2):
		again = send(visitor, WRITE, fields)
		assert again.status_code == 409 and "received this already" in again.text
		assert 'class="button" href="/portal/messages"' in again.text
	assert count_messages(stage.customer) == 1


def test_a_payment_that_died_on_the_way_goes_on(site, visitor, stage, stripe):
	invoice = factories.make_sales_invoice(stage.customer)
	fields = read_form(visitor, f"/portal/pay/review?invoice={invoice.name}", "/portal/pay")
	killed_after(site, intents, "create", lambda: send(visitor, "/portal/pay", fields))
	(payment,) = frappe.get_all("Portal Payment", {"customer": stage.customer.name}, ["name", "checkout_url"])
	assert not payment.checkout_url
	again = send(visitor, "/portal/pay", fields)
	assert again.status_code == 303 and payment.name in again.headers["Location"]
	frappe.db.rollback()
	assert frappe.db.get_value("Portal Payment", payment.name, "checkout_url")
	assert frappe.db.count("Portal Payment", {"customer": stage.customer.name}) == 1


def test_a_form_that_is_worked_on_for_long_is_waited_for_in_vain(visitor, stage, monkeypatch):
	monkeypatch.setattr(sent_forms, "LONGEST_WAIT", 1)
	fields = get_form(visitor)
	lock = sent_forms.get_lock(sent_forms.get_name(fields[form_keys.FIELD][0], f"{WRITE}?"))
	frappe.db.sql("select get_lock(%s, 0)", lock)
	waited = send(visitor, WRITE, fields)
	assert waited.status_code == 409 and "still being worked on" in waited.text
	frappe.db.sql("select release_lock(%s)", lock)
	assert send(visitor, WRITE, fields).status_code == 303
	assert count_messages(stage.customer) == 1


class Other:
	"""Another transaction, with more to lose: where it and a request wait for each other, MariaDB gives up the request's."""

	def __init__(self, site, customer):
		self.site, self.customer = site, customer
		self.holds, self.may_go_on = threading.Event(), threading.Event()
		self.row = frappe.get_doc({"doctype": "ToDo", "description": "Held"}).insert().name
		frappe.db.commit()
		self.thread = threading.Thread(target=connected, args=(site, self.work))
		self.thread.start()
		assert self.holds.wait(30)

	def work(self):
		frappe.db.sql("select name from tabToDo where name = %s for update", self.row)
		for number in range(300):
			frappe.db.sql(f"insert into `tab{DOCTYPE}` (name) values (%s)", f"weight-{self.row}-{number}")
		self.holds.set()
		assert self.may_go_on.wait(30)
		frappe.db.sql("select name from tabCustomer where name = %s for update", self.customer.name)
		frappe.db.rollback()

	def get_in_the_way(self):
		"""Within a request: it holds the customer, and wants what this holds."""
		frappe.db.sql("select name from tabCustomer where name = %s for update", self.customer.name)
		self.may_go_on.set()
		frappe.db.sql("select name from tabToDo where name = %s for update", self.row)


@pytest.fixture
def meet(site, stage, monkeypatch):
	"""``meet(module, function, times)``: so many requests that come to the function give way to another transaction."""
	others = []

	def set_up(module, function, times=1):
		original, calls = getattr(module, function), []

		def called(*arguments, **keywords):
			calls.append(arguments)
			if len(calls) <= times:
				others[len(calls) - 1].get_in_the_way()
			return original(*arguments, **keywords)

		others.extend(Other(site, stage.customer) for _time in range(times))
		monkeypatch.setattr(module, function, called)
		return calls

	yield set_up
	for other in others:
		other.may_go_on.set()
		other.thread.join()


@pytest.mark.parametrize("times", [1, MOST_ATTEMPTS - 1])
def test_who_gives_way_is_run_again(visitor, stage, meet, times):
	calls = meet(address_book, "add", times)
	fields = read_form(visitor, "/portal/new-address", "/portal/new-address", ADDRESS)
	assert send(visitor, "/portal/new-address", fields).status_code == 303
	assert len(calls) == times + 1
	frappe.db.rollback()
	links = {"parenttype": "Address", "link_doctype": "Customer", "link_name": stage.customer.name}
	assert frappe.db.count("Dynamic Link", links) == 1
	assert (
		frappe.db.count("Portal Activity", {"customer": stage.customer.name, "activity": "Added Address"})
		== 1
	)


def test_who_gives_way_within_a_savepoint_is_run_again_with_all_that_came_before(visitor, stage, meet):
	calls = meet(notifications, "notify")
	fields = get_form(visitor, files=("photo.png", make_png()))
	assert send(visitor, WRITE, fields).status_code == 303
	assert len(calls) == 2
	assert count_messages(stage.customer) == 1
	(message,) = frappe.get_all("Communication", {"portal_customer": stage.customer.name}, pluck="name")
	assert frappe.db.count("File", {"attached_to_name": message, "file_size": (">", 0)}) == 1
	assert frappe.db.count("ToDo", {"reference_name": stage.customer.name}) == 1


def test_who_gives_way_each_time_is_told_to_wait(visitor, stage, meet):
	calls = meet(address_book, "add", MOST_ATTEMPTS)
	fields = read_form(visitor, "/portal/new-address", "/portal/new-address", ADDRESS)
	refused = send(visitor, "/portal/new-address", fields)
	assert refused.status_code == 409 and "still being worked on" in refused.text
	assert len(calls) == MOST_ATTEMPTS
	assert send(visitor, "/portal/new-address", fields).status_code == 303
