"""The list behind the page Portal Tokens, and what staff do with one customer's link."""

import threading

import frappe
import pytest
from frappe.utils import add_days, now_datetime

from customer_portal_ext.access import tokens
from customer_portal_ext.account.contacts import get_address_on_file
from customer_portal_ext.desk import links, token_list
from customer_portal_ext.web.urls import document_url
from tests.conftest import connect
from tests.factories import (
	make_contact,
	make_credit_note,
	make_customer,
	make_payment_entry,
	make_sales_invoice,
)


@pytest.fixture
def mark(db):
	"""A word in the names of this test's customers alone: searching for it finds them and nobody else."""
	return f"Zz{frappe.generate_hash(length=8)}"


def make_one_of_each_state(mark):
	names = {state: make_customer(name=f"{mark} {state}").name for state in token_list.STATES}
	for state in ("active", "expired", "revoked", "disabled"):
		token = tokens.issue(names[state])
		if state == "expired":
			token.db_set("expires_on", add_days(now_datetime(), -1))
		elif state == "revoked":
			tokens.revoke(token.name)
	frappe.db.set_value("Customer", names["disabled"], "disabled", 1)
	return names


def get_statements(function, *arguments):
	"""The SELECTs that a call sends, without what Frappe reads of its own metadata and permissions."""
	sent = []
	original = frappe.db.sql

	def sql(query, *rest, **keywords):
		sent.append(str(query))
		return original(query, *rest, **keywords)

	frappe.db.sql = sql
	try:
		function(*arguments)
	finally:
		frappe.db.sql = original
	return [query for query in sent if "`tabCustomer`" in query]


def test_each_customer_is_listed_with_the_state_of_the_link(mark):
	names = make_one_of_each_state(mark)
	page = token_list.get_page(search=mark)
	assert {row.name: row.state for row in page["rows"]} == {name: state for state, name in names.items()}
	assert page["total"] == 5
	for state, name in names.items():
		found = token_list.get_page(search=mark, state=state)
		assert ([row.name for row in found["rows"]], found["total"]) == ([name], 1)


def test_the_newest_token_is_shown_and_document_links_are_not(mark):
	customer = make_customer(name=mark).name
	older, newer = tokens.issue(customer), tokens.issue(customer)
	tokens.revoke(newer.name)
	newer.db_set("issued_on", add_days(now_datetime(), 1))
	assert token_list.get_row(customer).token == newer.name != older.name
	tokens.issue(customer).db_set("scope", tokens.ONE_DOCUMENT)
	assert token_list.get_row(customer).state == "revoked"


def test_search_takes_letters_as_they_are(mark):
	plain, percent = make_customer(name=f"{mark} plain").name, make_customer(name=f"{mark} 5%_O'Neill").name
	assert [row.name for row in token_list.get_page(search=f"{mark} 5%_o'n")["rows"]] == [percent]
	assert token_list.get_page(search=f"{mark}%plain")["total"] == 0
	assert [row.name for row in token_list.get_page(search=f" {mark} PLAIN ")["rows"]] == [plain]


def test_pages_follow_one_another_without_gap_or_double(mark):
	names = {make_customer(name=f"{mark} {number:02}").name for number in range(7)}
	pages = [token_list.get_page(search=mark, start=start, page_length=3)["rows"] for start in (0, 3, 6, 9)]
	assert [len(rows) for rows in pages] == [3, 3, 1, 0]
	listed = [row.name for rows in pages for row in rows]
	assert set(listed) == names and listed == sorted(listed)


def test_one_statement_for_a_page_and_one_for_its_count(mark):
	make_one_of_each_state(mark)
	assert len(get_statements(token_list.get_page, mark, "active")) == 2
	assert len(get_statements(token_list.get_page, "", "")) == 2


def test_the_address_shown_is_the_one_mails_go_to(mark):
	own = make_customer(name=f"{mark} a", email="own@example.com")
	secondary = make_customer(name=f"{mark} b")
	make_contact(secondary, "second@example.com", is_primary=False)
	nobody = make_customer(name=f"{mark} c")
	rows = {row.name: row.email for row in token_list.get_page(search=mark)["rows"]}
	assert rows == {own.name: "own@example.com", secondary.name: "second@example.com", nobody.name: None}
	assert rows == {name: get_address_on_file(name) for name in rows}


def test_ten_thousand_customers(mark):
	"""The page and each filter answer quickly; the bound is wide, what it measures grows with what is read."""
	now = now_datetime()
	columns = ["name", "customer_name", "creation", "modified", "owner", "modified_by", "disabled"]
	rows = [
		(f"{mark}-{n}", f"{mark} {n:05}", now, now, "Administrator", "Administrator", 0)
		for n in range(10_000)
	]
	frappe.db.bulk_insert("Customer", columns, rows)
	for search, state, start in ((mark, "", 0), (mark, "none", 9_980), ("", "active", 0), ("", "", 5_000)):
		begin = now_datetime()
		page = token_list.get_page(search=search, state=state, start=start)
		assert (now_datetime() - begin).total_seconds() < 5
		if search:
			assert page["total"] == 10_000 and len(page["rows"]) == 20
	assert len(token_list.get_selection(None, mark, "none")) == 10_000


# One customer's link


def test_generating_leaves_an_active_link_alone_and_regenerating_kills_it(db):
	customer = make_customer().name
	first = links.generate(customer)
	assert first.state == "active" and links.generate(customer).token == first.token
	second = links.regenerate(customer)
	assert second.state == "active" and second.token != first.token
	assert frappe.db.get_value("Portal Access Token", first.token, "status") == "Revoked"


def test_a_copied_link_works_and_the_copying_is_recorded(http):
	customer = make_customer().name
	row = links.generate(customer)
	link = links.copy(customer)["link"]
	assert link.endswith(row.last_four) and http.open_link(link).status_code == 200
	assert frappe.db.count("Portal Activity", {"token": row.token, "activity": "Link Copied"}) == 1


def test_nothing_is_copied_where_nothing_works(db):
	customer = make_customer().name
	with pytest.raises(frappe.ValidationError, match="no active portal link"):
		links.copy(customer)
	links.generate(customer)
	frappe.db.set_value("Customer", customer, "disabled", 1)
	with pytest.raises(frappe.ValidationError, match="no active portal link"):
		links.copy(customer)


def test_revoking_ends_every_link_and_says_how_many(db):
	customer = make_customer().name
	assert links.revoke(customer)["ended"] == 0
	links.generate(customer)
	assert links.revoke(customer)["ended"] == 1
	assert links.get_state(customer).state == "revoked"


def test_a_customer_without_address_gets_no_mail_and_no_link(db):
	customer = make_customer().name
	with pytest.raises(frappe.ValidationError, match="no e-mail address"):
		links.email(customer)
	assert links.get_state(customer).state == "none"


def test_a_link_lands_on_the_document_it_was_copied_from(http):
	customer = make_customer()
	invoice = make_sales_invoice(customer)
	documents = {
		"invoice": invoice,
		"credit_note": make_credit_note(invoice),
		"payment": make_payment_entry(customer, 10),
	}
	for kind, document in documents.items():
		link = links.copy_to_document(document.doctype, document.name)["link"]
		assert http.open_link(link).request.path == document_url(kind, document.name)


def test_two_generations_at_once_leave_one_active_link(site):
	connect(site)
	customer = make_customer().name
	frappe.db.commit()
	frappe.destroy()
	gate, errors = threading.Barrier(4), []

	def generate(action):
		connect(site)
		try:
			gate.wait()
			action(customer)
			frappe.db.commit()
		except Exception as error:
			errors.append(error)
		finally:
			frappe.destroy()

	actions = (links.generate, links.generate, links.regenerate, links.regenerate)
	threads = [threading.Thread(target=generate, args=(action,)) for action in actions]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join()

	connect(site)
	active = frappe.get_all("Portal Access Token", {"customer": customer, "status": "Active"}, pluck="name")
	frappe.destroy()
	assert errors == [] and len(active) == 1


def test_what_the_scheduler_does(db):
	due, running = (tokens.issue(make_customer().name) for _ in range(2))
	due.db_set("expires_on", add_days(now_datetime(), -1))
	job = frappe.get_doc("Scheduled Job Type", {"method": "customer_portal_ext.access.tokens.expire_due"})
	assert job.frequency == "Daily"
	frappe.get_attr(job.method)()
	assert [due.reload().status, running.reload().status] == ["Expired", "Active"]


def test_old_activity_is_cleared_by_log_settings(db):
	token = tokens.issue(make_customer().name)
	old, new = (
		frappe.get_doc({"doctype": "Portal Activity", "activity": "Viewed", "token": token.name}).insert()
		for _ in range(2)
	)
	old.db_set("creation", add_days(now_datetime(), -366), update_modified=False)
	settings = frappe.get_doc("Log Settings")
	assert frappe.get_hooks("default_log_clearing_doctypes")["Portal Activity"] == [365]
	settings.register_doctype("Portal Activity", 365)
	settings.clear_logs()
	left = frappe.get_all("Portal Activity", {"token": token.name, "activity": "Viewed"}, pluck="name")
	assert left == [new.name] and old.name not in left
