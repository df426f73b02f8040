"""Limits are counted once access is known, for the link or the user; and what visitors make the site write is bounded."""

from datetime import timedelta

import frappe
import pytest
from frappe.utils import now_datetime

from customer_portal_ext.access import tokens
from tests import factories
from tests.client import hidden_fields
from tests.factories.users import PASSWORD, make_portal_user

MESSAGES = 30


@pytest.fixture
def customer(db, portal_settings):
	portal_settings(allow_messages=1, show_quotations=1, allow_fresh_link=1)
	return factories.make_customer(email=f"buyer-{frappe.generate_hash(length=8)}@example.com")


@pytest.fixture
def quotation(customer):
	return factories.make_quotation(customer)


def share(quotation, number=0, **values):
	email = f"reader-{number}@example.com"
	return tokens.issue_for_document(
		quotation.party_name, "Quotation", quotation.name, "Customer", shared_with=email, **values
	)


def enter(client, token):
	assert client.open_link(tokens.get_link(token)).status_code == 200
	return client


def sign_in(client, customer):
	client.sign_in(make_portal_user(customer), PASSWORD)
	return client


def write(client, quotation, times=1):
	"""Statuses of so many messages on a quotation."""
	fields = hidden_fields(client.get(f"/portal/quotations/{quotation.name}").text)
	path = f"/portal/write/quotations/{quotation.name}"
	# each has words of its own: the same form sent again is answered as before, and counts nothing
	messages = [
		{"message": f"Question {frappe.generate_hash(length=8)}", "name": "Ada"} for _ in range(times)
	]
	return [client.post(path, {**fields, **message}).status_code for message in messages]


def read_traces(what, **filters):
	frappe.db.rollback()
	filters |= {"activity": what}
	return frappe.get_all("Portal Activity", filters, pluck="details", order_by="creation, name")


# Who uses up what


def test_what_is_refused_uses_up_nobodys_files(new_client, customer, quotation):
	invoice = factories.make_sales_invoice(customer)
	reader = enter(new_client(), share(quotation))
	buyer = enter(new_client(), tokens.issue(customer.name))
	for client in (reader, buyer):
		for name in ("NONE", factories.make_sales_invoice(factories.make_customer()).name):
			path = f"/portal/download/invoices/{name}.pdf"
			assert {client.get(path).status_code for _ in range(70)} == {404}
	# nor does a file that is not made yet
	signed = f"/portal/download/signed/{quotation.name}.pdf"
	assert {buyer.get(signed).status_code for _ in range(70)} == {404}
	assert buyer.get(f"/portal/download/invoices/{invoice.name}.pdf").status_code == 200


def test_a_change_of_what_is_not_theirs_uses_up_nobodys_changes(
	new_client, customer, portal_settings, monkeypatch
):
	from customer_portal_ext.access import limits
	from tests.factories.account import ADDRESS

	portal_settings(allow_account_changes=1)
	monkeypatch.setitem(limits.LIMITS, "account-change", limits.Limit(1, 3600))
	buyer = enter(new_client(), tokens.issue(customer.name))
	fields = hidden_fields(buyer.get("/portal/new-address").text)
	for name in ("NONE", factories.make_address(factories.make_customer()).name):
		for path in (
			f"/portal/addresses/{name}",
			f"/portal/remove-address/{name}",
			"/portal/account/requests/x/withdraw",
		):
			assert {buyer.post(path, fields | ADDRESS).status_code for _ in range(6)} == {404}, path
	assert buyer.post("/portal/new-address", fields | ADDRESS).status_code == 303
	elsewhere = fields | ADDRESS | {"address_line1": "8 Harbour Road"}
	assert buyer.post("/portal/new-address", elsewhere).status_code == 429


def test_a_shared_link_uses_up_its_own_messages_and_nobody_elses(new_client, customer, quotation):
	reader = enter(new_client(), share(quotation))
	assert write(reader, quotation, MESSAGES + 2) == [303] * MESSAGES + [429] * 2
	assert write(enter(new_client(), share(quotation, 1)), quotation) == [303]
	assert write(enter(new_client(), tokens.issue(customer.name)), quotation) == [303]
	assert write(sign_in(new_client(), customer), quotation) == [303]


def test_one_link_is_one_visitor_on_however_many_devices(new_client, customer, quotation):
	token = tokens.issue(customer.name)
	assert write(enter(new_client(), token), quotation, MESSAGES)[-1] == 303
	assert write(enter(new_client(address="192.0.2.7"), token), quotation) == [429]


def test_two_users_of_a_customer_have_a_limit_each(new_client, customer, quotation):
	first, second = sign_in(new_client(), customer), sign_in(new_client(), customer)
	assert write(first, quotation, MESSAGES + 1)[-2:] == [303, 429]
	assert write(second, quotation) == [303]


def test_a_customers_visitors_have_a_wider_limit_together(new_client, customer, quotation, monkeypatch):
	from customer_portal_ext.access import limits

	monkeypatch.setitem(limits.LIMITS, "message", limits.Limit(2, 3600))
	assert limits.TOGETHER == 4
	users = [sign_in(new_client(), customer) for _ in range(5)]
	assert [write(user, quotation, 2) for user in users] == [[303] * 2] * 4 + [[429] * 2]
	neighbour = factories.make_customer()
	theirs = factories.make_quotation(neighbour)
	assert write(sign_in(new_client(), neighbour), theirs) == [303]
	# those who were shown one quotation have theirs, and together no more either
	readers = [enter(new_client(), share(quotation, number)) for number in range(5)]
	assert [write(reader, quotation, 2) for reader in readers] == [[303] * 2] * 4 + [[429] * 2]


def test_every_limit_is_in_the_table_and_used(db):
	import ast
	from pathlib import Path

	import customer_portal_ext
	from customer_portal_ext.access import limits

	used, elsewhere = set(), []
	app = Path(customer_portal_ext.__file__).parent
	for path in app.rglob("*.py"):
		for node in ast.walk(ast.parse(path.read_text())):
			if not isinstance(node, ast.Call):
				continue
			called = ast.unparse(node.func)
			if called.endswith(
				("limits.count", "limits.count_link", "limits.count_address", "limits.count_mailbox")
			):
				used.add(node.args[0].value)
			elif called.endswith("count_attempt") and path.name not in ("limits.py", "network.py"):
				elsewhere.append(str(path))
	assert used == set(limits.LIMITS) and elsewhere == []


def test_the_holder_of_a_documents_dead_link_uses_up_no_fresh_links(
	new_client, outgoing, customer, quotation
):
	dead, own = share(quotation), tokens.issue(customer.name)
	for token in (dead, own):
		token.db_set("expires_on", now_datetime() - timedelta(minutes=1))

	def ask(token):
		return new_client().submit(tokens.get_link(token), "/portal/fresh-link").status_code

	assert [ask(dead) for _ in range(5)] == [200] * 3 + [429] * 2
	assert [ask(own) for _ in range(4)] == [200] * 3 + [429]
	assert frappe.db.count("Email Queue Recipient", {"recipient": customer.email_id}) == 3


# What is written of it


def test_guessed_addresses_leave_a_bounded_number_of_traces(new_client, customer, quotation):
	buyer = enter(new_client(), tokens.issue(customer.name))
	reader = enter(new_client(), share(quotation))
	for number in range(60):
		assert buyer.get(f"/portal/invoices/GUESSED-{number}").status_code == 404
	traces = read_traces("Refused", customer=customer.name)
	assert traces[:20] == [f"invoice GUESSED-{number}" for number in range(20)]
	assert traces[20:] == ["More of these within ten minutes were left out"]
	# another visitor's refusal is not lost in it, nor anything that was done
	assert reader.get("/portal/invoices/GUESSED-0").status_code == 404
	assert len(read_traces("Refused", customer=customer.name)) == 22
	assert write(buyer, quotation) == [303]
	assert len(read_traces("Wrote Message", customer=customer.name)) == 1


def test_a_page_opened_again_and_again_leaves_a_bounded_number_of_traces(
	new_client, customer, quotation, monkeypatch
):
	from customer_portal_ext.access import activity

	token = tokens.issue(customer.name)
	for _ in range(40):  # each opening of the link is a visit of its own
		enter(new_client(), token).get(f"/portal/quotations/{quotation.name}")
	for what in ("Viewed", "Opened Link"):
		assert len(read_traces(what, token=token.name)) <= activity.MOST_TRACES[what] + 1, what
	monkeypatch.setitem(activity.MOST_TRACES, "Viewed", 3)
	other = tokens.issue(factories.make_customer().name)
	theirs = [factories.make_quotation(frappe.get_doc("Customer", other.customer)) for _ in range(6)]
	client = enter(new_client(), other)
	for document in theirs:
		assert client.get(f"/portal/quotations/{document.name}").status_code == 200
	assert len(read_traces("Viewed", token=other.name)) == 4


def test_a_page_that_fails_is_logged_a_bounded_number_of_times(new_client, customer, monkeypatch):
	from customer_portal_ext.documents import kinds

	def fail(*_arguments):
		raise ValueError("the same fault")

	client = enter(new_client(), tokens.issue(customer.name))
	frappe.cache.delete_keys("portal_limit|failure")
	before = frappe.db.count("Error Log")
	monkeypatch.setattr(kinds, "find", fail)
	for number in range(40):
		assert client.get(f"/portal/invoices/FAILS-{number}").status_code == 500
	frappe.db.rollback()
	assert frappe.db.count("Error Log") - before == 11
	monkeypatch.setattr(kinds, "find", lambda *_arguments: 1 / 0)
	assert client.get("/portal/invoices/FAILS").status_code == 500
	frappe.db.rollback()
	assert frappe.db.count("Error Log") - before == 12
	said = frappe.get_all("Error Log", ["error"], order_by="creation desc", limit=2, pluck="error")
	assert any("left out" in text for text in said)
