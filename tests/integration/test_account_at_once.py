"""The same form many times at once makes one record; two different defaults at once leave one."""

import contextvars
import threading

import frappe
import pytest

from tests import factories
from tests.client import hidden_fields
from tests.factories.account import ADDRESS, CONTACT, open_account

TWENTY = 20


@pytest.fixture
def visitor(http, customer, portal_settings):
	portal_settings(allow_account_changes=1, account_changes_applied="After Approval")
	return open_account(http, customer)


def post(client, path, data):
	"""A request that leaves the test's own connection to the database alone."""
	return contextvars.Context().run(
		client.browser.open,
		path,
		method="POST",
		data=data,
		base_url=f"http://{client.site}",
		environ_overrides={"REMOTE_ADDR": "127.0.0.1"},
	)


def at_once(visitor, new_client, requests):
	"""``[(path, data)]`` as so many windows of one visitor's browser; the statuses of the answers."""
	fields = hidden_fields(visitor.get("/portal/account").text)
	gate, statuses = threading.Barrier(len(requests)), [None] * len(requests)
	clients = []
	for _request in requests:
		client = new_client()
		client.browser._cookies.update(visitor.browser._cookies)
		clients.append(client)

	def run(place, path, data):
		gate.wait()
		statuses[place] = post(clients[place], path, fields | data).status_code

	threads = [threading.Thread(target=run, args=(place, *request)) for place, request in enumerate(requests)]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join()
	frappe.db.rollback()
	return statuses


def count(doctype, customer):
	return frappe.db.count(
		"Dynamic Link", {"parenttype": doctype, "link_doctype": "Customer", "link_name": customer.name}
	)


@pytest.mark.parametrize(
	("doctype", "path", "values"),
	[("Address", "/portal/new-address", ADDRESS), ("Contact", "/portal/new-contact", CONTACT)],
)
def test_the_same_form_at_once_makes_one_record(visitor, customer, new_client, doctype, path, values):
	before = count(doctype, customer)
	assert at_once(visitor, new_client, [(path, values)] * TWENTY) == [303] * TWENTY
	assert count(doctype, customer) == before + 1


def test_the_same_request_at_once_is_asked_once(visitor, customer, new_client):
	values = {"customer_name": customer.customer_name, "email_id": customer.email_id, "tax_id": "US-1"}
	statuses = at_once(visitor, new_client, [("/portal/account/details", values)] * TWENTY)
	assert statuses == [303] * TWENTY
	assert frappe.db.count("Portal Change Request", {"customer": customer.name}) == 1


def test_two_defaults_at_once_leave_one(visitor, customer, new_client):
	names = [factories.make_address(customer, address_line1=f"{n} Street").name for n in range(6)]
	frappe.db.commit()
	requests = [(f"/portal/billing-address/{name}", {}) for name in names]
	assert at_once(visitor, new_client, requests) == [303] * len(names)
	marked = frappe.get_all("Address", {"name": ("in", names), "is_primary_address": 1}, pluck="name")
	assert len(marked) == 1
	assert marked[0] == frappe.db.get_value("Customer", customer.name, "customer_primary_address")
