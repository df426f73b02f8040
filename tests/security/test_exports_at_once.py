"""Statements made in the background: few at once, for a visitor and for a customer, also when asked for at the same moment."""

import contextvars
import threading
from datetime import timedelta

import frappe
import pytest
from frappe.utils import add_days, getdate, now_datetime

from customer_portal_ext.access import tokens
from customer_portal_ext.statement import exports, limits
from tests import factories
from tests.client import hidden_fields
from tests.factories.users import PASSWORD, make_portal_user

TWENTY = 20


@pytest.fixture
def customer(db, empty_queue):
	customer = factories.make_customer()
	factories.make_sales_invoice(customer, 100)
	return customer


def enter(client, customer):
	token = tokens.get_active(customer.name) or tokens.issue(customer.name)
	assert client.open_link(tokens.get_link(token)).status_code == 200
	return client


def sign_in(client, customer):
	client.sign_in(make_portal_user(customer), PASSWORD)
	return client


def make_wish(number):
	"""A period of its own for each number."""
	return {
		"format": "csv",
		"period": "own",
		"from": str(add_days(getdate(), -40 - number)),
		"to": str(getdate()),
	}


def ask(client, number):
	return client.submit("/portal/statement", "/portal/statement/exports", make_wish(number))


def ask_at_once(new_client, visitor, numbers):
	"""The answers to so many wishes of one visitor, sent at the same moment."""
	fields = hidden_fields(visitor.get("/portal/statement").text)
	# as from so many tabs: sent with one key, a form is worked on once at a time anyway
	del fields["portal_key"]
	gate, answers, clients = threading.Barrier(len(numbers)), [None] * len(numbers), []
	for _number in numbers:
		clients.append(new_client())
		clients[-1].browser._cookies.update(visitor.browser._cookies)

	def run(place, wish):
		gate.wait()
		answers[place] = contextvars.Context().run(
			clients[place].browser.open,
			"/portal/statement/exports",
			method="POST",
			data=fields | wish,
			base_url=f"http://{visitor.site}",
			environ_overrides={"REMOTE_ADDR": "127.0.0.1"},
		)

	wishes = [make_wish(number) for number in numbers]
	threads = [threading.Thread(target=run, args=pair) for pair in enumerate(wishes)]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join()
	frappe.db.rollback()
	return answers


def count(customer, **filters):
	frappe.db.rollback()
	return frappe.db.count(exports.DOCTYPE, {"customer": customer.name, **filters})


def test_twenty_different_ones_at_once_are_two(new_client, customer):
	answers = ask_at_once(new_client, enter(new_client(), customer), range(TWENTY))
	statuses = sorted(answer.status_code for answer in answers)
	assert statuses == [303] * 2 + [429] * 18
	said = "2 statements are being made for you already. Please wait until one of them is ready."
	assert all(said in answer.text for answer in answers if answer.status_code == 429)
	assert count(customer) == 2


def test_twenty_equal_ones_at_once_are_one(new_client, customer):
	answers = ask_at_once(new_client, enter(new_client(), customer), [1] * TWENTY)
	assert {answer.status_code for answer in answers} == {303}
	assert len({answer.headers["Location"] for answer in answers}) == 1 and count(customer) == 1


def test_a_visitor_has_two_and_a_customer_four(new_client, customer):
	visitors = [enter(new_client(), customer), *(sign_in(new_client(), customer) for _ in range(2))]
	first = ask(visitors[0], 0)
	assert [ask(visitors[0], number).status_code for number in (1, 2)] == [303, 429]
	# the same link on another device is the same visitor
	assert ask(enter(new_client(), customer), 3).status_code == 429
	assert [ask(visitors[1], number).status_code for number in (4, 5, 6)] == [303, 303, 429]
	assert ask(visitors[2], 7).status_code == 429
	# what is being made is what one is led to, whoever asks
	for visitor in visitors:
		assert ask(visitor, 0).headers["Location"] == first.headers["Location"]
	neighbour = factories.make_customer()
	factories.make_sales_invoice(neighbour, 100)
	assert ask(enter(new_client(), neighbour), 0).status_code == 303


def test_one_that_is_ready_makes_room_and_one_that_never_will_be_does_too(new_client, customer):
	visitor = enter(new_client(), customer)
	names = [ask(visitor, number).headers["Location"].rsplit("/", 1)[1] for number in range(2)]
	assert ask(visitor, 2).status_code == 429
	frappe.db.rollback()
	exports.run(names[0])
	assert ask(visitor, 2).status_code == 303
	assert ask(visitor, 3).status_code == 429
	long_ago = now_datetime() - timedelta(seconds=2 * exports.JOB_SECONDS + 1)
	frappe.db.set_value(exports.DOCTYPE, names[1], "creation", long_ago, update_modified=False)
	assert ask(visitor, 3).status_code == 303
	assert ask(visitor, 4).status_code == 429


def test_of_a_customers_files_the_latest_are_kept(new_client, customer, monkeypatch):
	monkeypatch.setattr(limits, "MOST_KEPT", 3)
	visitor = enter(new_client(), customer)
	paths = []
	for number in range(5):
		name = ask(visitor, number).headers["Location"].rsplit("/", 1)[1]
		frappe.db.rollback()
		exports.run(name)
		paths.append(exports.get_path(frappe.db.get_value(exports.DOCTYPE, name, "file")))
	assert [path.is_file() for path in paths] == [False, False, True, True, True]
	assert count(customer) == 3
