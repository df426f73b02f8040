"""Many answers at once, and processes that die: always one order or none, and one recorded answer."""

import contextvars
import threading

import frappe
import pytest

from customer_portal_ext.access import quotation_follow_up as follow_up
from customer_portal_ext.access import tokens
from customer_portal_ext.quotes import acceptance, order, responses
from tests import factories
from tests.factories import answers
from tests.factories.threads import killed_after

FIFTY = 50


@pytest.fixture
def link(customer, portal_settings):
	portal_settings(**{**answers.SETTINGS, "signature_required": 0, "order_created_as": "Submitted"})
	return tokens.get_link(tokens.issue(customer.name))


@pytest.fixture
def visitor(http, link):
	http.open_link(link)
	return http


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


def at_once(requests):
	"""Run them all in threads that start together; what each answered, in order."""
	gate, results = threading.Barrier(len(requests)), [None] * len(requests)

	def run(place, client, path, data):
		gate.wait()
		results[place] = post(client, path, data)

	threads = [threading.Thread(target=run, args=(place, *request)) for place, request in enumerate(requests)]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join()
	return results


def count(quotation, customer):
	frappe.db.rollback()
	return (
		frappe.db.count("Sales Order", {"customer": customer.name}),
		frappe.db.count("Portal Quotation Response", {"quotation": quotation.name}),
	)


def get_notices(results):
	assert {result.status_code for result in results} == {303}
	return [result.headers["Location"].rpartition("=")[2] for result in results]


def test_fifty_accepts_at_once_make_one_order(visitor, customer, new_client, link):
	quotation = factories.make_quotation(customer)
	form = answers.get_filled_form(visitor, quotation.name)
	clients = []
	for _number in range(FIFTY):
		client = new_client()
		client.browser._cookies.update(visitor.browser._cookies)
		clients.append(client)
	path = f"/portal/accept/{quotation.name}"
	notices = get_notices(
		at_once([(client, path, {**form, "name": f"Buyer {place}"}) for place, client in enumerate(clients)])
	)
	assert notices.count("quotation-accepted") == 1
	assert notices.count("quotation-was-accepted") == FIFTY - 1
	assert count(quotation, customer) == (1, 1)
	assert quotation.reload().status == "Ordered"


def test_accepting_races_declining(visitor, customer, new_client):
	quotation = factories.make_quotation(customer)
	accepting = answers.get_filled_form(visitor, quotation.name)
	declining = {**accepting, "reason": "Too dear"}
	requests = []
	for place in range(8):
		client = new_client()
		client.browser._cookies.update(visitor.browser._cookies)
		action, form = ("accept", accepting) if place % 2 else ("decline", declining)
		requests.append((client, f"/portal/{action}/{quotation.name}", form))
	notices = get_notices(at_once(requests))
	orders, recorded = count(quotation, customer)
	assert recorded == 1
	status = quotation.reload().status
	assert (orders, status) in ((1, "Ordered"), (0, "Lost"))
	own = "quotation-accepted" if orders else "quotation-declined"
	assert own in notices and {notice.rpartition("-")[2] for notice in notices} == {own.rpartition("-")[2]}


def test_two_shared_links_at_once(visitor, customer, new_client):
	quotation = factories.make_quotation(customer)
	clients, forms = [], []
	for name in ("Bob", "Cem"):
		token = tokens.issue_for_document(
			customer.name, "Quotation", quotation.name, "Customer", may_answer=1
		)
		client = new_client()
		client.open_link(tokens.get_link(token))
		clients.append(client)
		forms.append(answers.get_filled_form(client, quotation.name, name=name))
	path = f"/portal/accept/{quotation.name}"
	notices = get_notices(
		at_once([(client, path, form) for client, form in zip(clients, forms, strict=True)])
	)
	assert sorted(notices) == ["quotation-accepted", "quotation-was-accepted"]
	assert count(quotation, customer) == (1, 1)


STEPS = {
	"the lock": (responses, "lock"),
	"the mapping": (acceptance, "get_offered"),
	"the order": (order, "save"),
	"the record": (responses, "record"),
	"queueing what follows": (follow_up, "enqueue"),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_process_leaves_nothing_and_trying_again_finishes(site, visitor, customer, step):
	quotation = factories.make_quotation(customer)
	form = answers.get_filled_form(visitor, quotation.name)
	path = f"/portal/accept/{quotation.name}"
	killed_after(site, *STEPS[step], lambda: post(visitor, path, form))
	assert count(quotation, customer) == (0, 0)
	assert frappe.db.get_value("Quotation", quotation.name, "status") == "Open"
	assert get_notices([visitor.post(path, form)]) == ["quotation-accepted"]
	assert count(quotation, customer) == (1, 1)


def test_a_process_killed_after_the_answer_leaves_it_complete(site, visitor, customer, monkeypatch):
	"""The answer is committed; what comes in the background is found by the scheduler, and done once."""
	quotation = factories.make_quotation(customer)
	answers.accept(visitor, quotation.name)
	frappe.db.rollback()
	name = frappe.db.get_value("Portal Quotation Response", {"quotation": quotation.name})
	killed_after(site, follow_up.signed_pdf, "make", lambda: follow_up.finish(name))
	record = frappe.get_doc("Portal Quotation Response", name)
	assert record.followed_up_on and not record.signed_pdf
	frappe.db.set_value(
		"Portal Quotation Response", name, "creation", frappe.utils.add_to_date(None, hours=-71)
	)
	frappe.db.commit()
	queued = []
	monkeypatch.setattr(follow_up, "enqueue", queued.append)
	follow_up.finish_all()
	assert name in queued
	follow_up.finish(name)
	follow_up.finish(name)
	files = frappe.get_all("File", {"attached_to_name": quotation.name}, ["file_name", "is_private"])
	assert files == [{"file_name": f"{quotation.name}-signed.pdf", "is_private": 1}]
	assert frappe.get_doc("Portal Quotation Response", name).signed_pdf
