"""How long a statement may be, in which language a file is made, whose it is, and as of which day it is aged."""

from urllib.parse import urlencode

import frappe
import pytest
from frappe.utils import add_days, getdate

from customer_portal_ext.access import tokens
from customer_portal_ext.exceptions import DocumentNotFound
from customer_portal_ext.statement import document, exports, ledger, limits, mail, page, request
from customer_portal_ext.statement.ledger import Account
from tests import factories
from tests.integration.one_answer import make_visitor


def day(days=0):
	return getdate(add_days(getdate(), days))


@pytest.fixture
def customer(db):
	"""Two invoices: of 40 days ago, due 20 days ago, and of today."""
	customer = factories.make_customer(email=f"{frappe.generate_hash(length=8)}@example.com")
	for posted, due in ((-40, -20), (0, 30)):
		factories.make_sales_invoice(customer, 100, posting_date=day(posted), due_date=day(due))
	return customer


@pytest.fixture
def visitor(http, customer):
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	return http


def make_export(customer, **values):
	return frappe.get_doc(
		{
			"doctype": exports.DOCTYPE,
			"customer": customer.name,
			"company": factories.get_company(),
			"currency": "USD",
			"from_date": day(-60),
			"to_date": day(),
			"format": "csv",
			"language": "en",
			"total": 2,
			**values,
		}
	).insert()


def get_account(customer):
	return Account(customer.name, factories.get_company(), "USD")


def get_form():
	return {"period": "own", "from": str(day(-60)), "to": str(day())}


def get_query():
	return urlencode(get_form())


# How long


def test_a_long_one_is_not_made_while_the_visitor_waits(visitor, monkeypatch):
	path = f"/portal/download/statement.csv?{get_query()}"
	monkeypatch.setitem(limits.AT_ONCE, "csv", 2)
	assert visitor.get(path).status_code == 200
	monkeypatch.setitem(limits.AT_ONCE, "csv", 1)
	response = visitor.get(path)
	assert response.status_code == 303 and "notice=statement-long" in response.headers["Location"]
	assert visitor.get(f"/portal/download/statement.xlsx?{get_query()}").status_code == 200


def test_one_that_is_too_long_is_not_made_at_all(visitor, customer, outgoing, monkeypatch):
	for format in limits.FORMATS:
		monkeypatch.setitem(limits.AT_ALL, format, 2)
	shown = visitor.get(f"/portal/statement?{get_query()}").text
	assert all(f"/portal/download/statement.{format}" in shown for format in limits.FORMATS)
	for format in limits.FORMATS:
		monkeypatch.setitem(limits.AT_ALL, format, 1)
	shown = visitor.get(f"/portal/statement?{get_query()}").text
	assert not any(f"/portal/download/statement.{format}" in shown for format in limits.FORMATS)
	assert visitor.get(f"/portal/download/statement.csv?{get_query()}").status_code == 400
	for path in ("email", "exports"):
		form = get_form() | {"format": "csv"}
		answer = visitor.submit(f"/portal/statement?{get_query()}", f"/portal/statement/{path}", form)
		assert answer.status_code == 400 and "too many entries" in answer.text, path
	frappe.db.rollback()
	assert not frappe.get_all("Email Queue", {"reference_name": customer.name})
	assert not frappe.get_all(exports.DOCTYPE, {"customer": customer.name})


def test_pages_are_numbered_by_the_lines_they_show(customer):
	wanted = request.read(customer.name, get_form(), day())
	shown = [
		(paging["first"], paging["last"], bool(paging["previous_url"]), bool(paging["next_url"]))
		for paging in (
			page.get_paging(wanted, 1, 3, 100, 230),
			page.get_paging(wanted, 2, 3, 100, 230),
			page.get_paging(wanted, 3, 3, 30, 230),
			page.get_paging(wanted, 1, 1, 0, 0),
		)
	]
	assert shown == [
		(1, 100, False, True),
		(101, 200, True, True),
		(201, 230, True, False),
		(0, 0, False, False),
	]


# In which language


def test_a_file_made_in_the_background_is_in_the_language_it_was_asked_for_in(customer):
	export = make_export(customer, language="de")
	frappe.local.lang = "en"
	exports.run(export.name)
	export.reload()
	assert "Anfangssaldo" in exports.get_path(export.file).read_text("utf-8-sig")
	assert export.filename.startswith("Kontoauszug ")


def test_one_wish_in_two_languages_is_two_files(customer):
	wanted = request.read(customer.name, get_form(), day())
	keys = {exports.get_request_key(wanted, "csv", language) for language in ("en", "de")}
	assert len(keys) == 2


def test_an_email_is_in_the_language_it_was_asked_for_in(customer, outgoing):
	frappe.local.lang = "en"
	mail.deliver(customer.name, factories.get_company(), "USD", day(-60), day(), language="de")
	name = frappe.db.get_value("Email Queue", {"reference_name": customer.name})
	assert "Ihr Kontoauszug" in frappe.get_doc("Email Queue", name).message


# Whose


def test_an_export_has_one_name(customer):
	"""To the database, another case is no difference."""
	export = make_export(customer)
	visitor = make_visitor(customer.name)
	assert exports.find(visitor, export.name).name == export.name
	for name in {export.name.upper(), export.name.replace("a", "á")} - {export.name}:
		with pytest.raises(DocumentNotFound):
			exports.find(visitor, name)


def test_no_more_is_done_than_there_is(customer):
	export = make_export(customer, status="Running")
	frappe.cache.set(exports.get_progress_key(export.name), 250)
	state = exports.get_state(make_visitor(customer.name), export.name)["export"]
	assert (state["done"], state["total"], state["is_over"]) == (2, 2, False)


def test_only_files_of_exports_are_removed(customer):
	path = exports.get_path(f"files/{frappe.generate_hash()}.txt")
	path.write_text("another's")
	export = make_export(customer, status="Ready")
	export.db_set({"file": f"files/{path.name}", "creation": day(-30)}, update_modified=False)
	exports.clear_old_logs(days=7)
	assert path.read_text() == "another's"
	assert not frappe.db.exists(exports.DOCTYPE, export.name)
	path.unlink()


def test_an_invoice_that_is_another_customers_now_has_no_link(customer):
	account = get_account(customer)
	(first, second) = frappe.get_all("Sales Invoice", {"customer": customer.name}, pluck="name")
	frappe.db.set_value("Sales Invoice", second, "customer", factories.make_customer().name)
	frappe.db.set_value("GL Entry", {"voucher_no": second}, "party", customer.name)
	_totals, _page, lines = ledger.get_page(account, day(-60), day(), 0, 100, 1, frozenset({"invoices"}))
	assert {line["number"]: bool(line["url"]) for line in lines} == {first: True, second: False}


# As of which day


def test_a_statement_of_the_past_is_aged_as_of_its_last_day(customer):
	statement = document.get_statement(get_account(customer), day(-60), day(-25))
	assert (statement.ageing["balance"], statement.ageing["overdue"]) == (100, 0)
	statement = document.get_statement(get_account(customer), day(-60), day())
	assert (statement.ageing["balance"], statement.ageing["overdue"]) == (200, 100)
