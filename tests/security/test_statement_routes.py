"""The statement's addresses as everyone who might ask, with whatever they might send."""

from datetime import timedelta
from urllib.parse import parse_qsl

import frappe
import pytest
from frappe.utils import getdate, now_datetime

from customer_portal_ext.access import tokens
from customer_portal_ext.statement import exports
from tests import factories

GETS = (
	"/portal/statement",
	"/portal/download/statement.pdf",
	"/portal/download/statement.csv",
	"/portal/download/statement.xlsx",
)
POSTS = ("/portal/statement/exports", "/portal/statement/email")


class Account:
	"""A customer with an invoice, their link, and a finished export."""

	def __init__(self):
		self.customer = factories.make_customer(email=f"{frappe.generate_hash(length=8)}@example.com")
		self.invoice = factories.make_sales_invoice(self.customer, 100)
		self.token = tokens.issue(self.customer.name)
		self.export = frappe.get_doc(
			{
				"doctype": exports.DOCTYPE,
				"customer": self.customer.name,
				"company": self.invoice.company,
				"currency": self.invoice.currency,
				"from_date": getdate(),
				"to_date": getdate(),
				"format": "csv",
				"language": "en",
				"total": 1,
			}
		).insert()
		exports.run(self.export.name)

	@property
	def pages(self):
		return (
			f"/portal/statement/exports/{self.export.name}",
			f"/portal/download/exports/{self.export.name}",
		)

	def enter(self, client):
		assert client.open_link(tokens.get_link(self.token)).status_code == 200
		return client


@pytest.fixture
def owner(db):
	return Account()


@pytest.fixture
def stranger(db):
	return Account()


@pytest.fixture
def no_errors(db):
	before = frappe.db.count("Error Log")
	yield
	frappe.db.rollback()
	assert frappe.db.count("Error Log") == before


def count_written():
	frappe.db.rollback()
	return {doctype: frappe.db.count(doctype) for doctype in (exports.DOCTYPE, "Email Queue")}


def test_owner_has_all_of_it(http, owner, outgoing, no_errors):
	owner.enter(http)
	for path in GETS + owner.pages:
		response = http.get(path)
		assert response.status_code == 200, path
		assert response.headers["Cache-Control"] == "no-store, private"
	assert owner.invoice.name in http.get("/portal/statement").text
	assert owner.invoice.name in http.get(owner.pages[1]).text
	for path in POSTS:
		response = http.submit("/portal/statement", path, {"format": "csv"})
		assert response.status_code == 303, path
		assert response.headers["Location"].startswith("/portal/statement")


@pytest.mark.parametrize("why", ["guest", "expired", "revoked", "replaced", "disabled customer"])
def test_without_a_working_link_nothing_opens(http, owner, why):
	if why != "guest":
		owner.enter(http)
	if why == "expired":
		owner.token.db_set("expires_on", now_datetime() - timedelta(seconds=1))
	elif why == "revoked":
		tokens.revoke(owner.token.name)
	elif why == "replaced":
		tokens.issue(owner.customer.name)
	elif why == "disabled customer":
		owner.customer.db_set("disabled", 1)
	frappe.db.commit()
	before = count_written()
	for path in GETS + owner.pages:
		response = http.get(path)
		assert response.status_code == 403, path
		assert owner.invoice.name not in response.text and owner.customer.customer_name not in response.text
	for path in POSTS:
		assert http.submit("/portal", path, {"format": "csv"}).status_code == 403, path
	assert count_written() == before


def test_a_link_to_one_document_opens_no_statement(http, owner):
	token = tokens._insert(
		owner.customer.name,
		tokens.get_expiry(None),
		scope=tokens.ONE_DOCUMENT,
		document_type="Sales Invoice",
		document_name=owner.invoice.name,
	)
	http.get(tokens.get_link(token))
	before = count_written()
	for path in GETS + owner.pages:
		assert http.get(path).status_code == 404, path
	for path in POSTS:
		page = f"/portal/invoices/{owner.invoice.name}"
		assert http.submit(page, path, {"format": "csv"}).status_code in (403, 404), path
	assert count_written() == before


def test_another_customers_statement_is_not_there(http, owner, stranger):
	stranger.enter(http)
	for path in owner.pages:
		assert http.get(path).status_code == 404, path
	for path in GETS[:1] + GETS[2:3]:
		text = http.get(path).text
		assert owner.invoice.name not in text and stranger.invoice.name in text


def test_two_customers_in_turn_each_see_their_own(new_client, owner, stranger):
	first, second = owner.enter(new_client()), stranger.enter(new_client())
	for client, mine, other in (
		(first, owner, stranger),
		(second, stranger, owner),
		(first, owner, stranger),
	):
		for path in ("/portal/statement", "/portal/download/statement.csv"):
			text = client.get(path).text
			assert mine.invoice.name in text and other.invoice.name not in text


def test_policy_closes_the_statement(http, owner, portal_settings):
	owner.enter(http)
	portal_settings(show_statement=0)
	for path in GETS + owner.pages:
		assert http.get(path).status_code == 404, path
	for path in POSTS:
		assert http.submit("/portal", path, {"format": "csv"}).status_code == 404, path


@pytest.mark.parametrize("path", POSTS)
def test_a_form_without_its_token_is_refused(http, owner, path):
	owner.enter(http)
	before = count_written()
	assert http.post(path, data={"format": "csv"}).status_code == 403
	assert http.get(path).status_code in (404, 405)
	assert count_written() == before


BAD = [
	("from=2026-02-30&to=2026-03-01", "Enter a date"),
	("from=2026-03-01&to=2026-02-01", "The last day must not be before the first."),
	("from=0001-01-01&to=9999-12-31", "between 1900 and 2199"),
	("from=x&to=%00", "Enter a date"),
	("from=2026-01-01", "Enter a date"),
	("period=decade", "There is no such period."),
	("company=Nobody+Ltd", "You have no account with this company."),
	("company=%25", "You have no account with this company."),
	("currency=XXX", "You have no account in this currency."),
	("currency=%27+or+1%3D1+--", "You have no account in this currency."),
]


def test_bad_input_is_told_and_changes_nothing(http, owner, no_errors):
	owner.enter(http)
	before = count_written()
	for query, message in BAD:
		for path in GETS:
			response = http.get(f"{path}?{query}")
			assert response.status_code == 400, (path, query)
			assert message in response.text, (path, query)
			assert owner.invoice.name not in response.text, (path, query)
		for path in POSTS:
			fields = {"period": "", **dict(parse_qsl(query))}
			response = http.submit(
				"/portal/statement", path, {"format": "csv", "from": "", "to": ""} | fields
			)
			assert response.status_code == 400, (path, query)
		assert count_written() == before, query


NO_PAGES = ("0", "-1", "x", "1.5", "99999999999999999999")


def test_a_page_that_is_none_is_told(http, owner, no_errors):
	owner.enter(http)
	for page in NO_PAGES:
		response = http.get(f"/portal/statement?page={page}")
		assert response.status_code == 400 and "Pages are numbered from 1." in response.text, page


BEYOND = ("2", "1000000000000", "999999999999999999")


def test_a_page_beyond_the_last_is_the_last(http, owner, no_errors):
	owner.enter(http)
	for page in BEYOND:
		response = http.get(f"/portal/statement?page={page}")
		assert response.status_code == 200 and owner.invoice.name in response.text, page


def test_an_unknown_format_is_no_page(http, owner, no_errors):
	owner.enter(http)
	assert http.get("/portal/download/statement.exe").status_code == 404
	before = count_written()
	for format in ("exe", "", "../csv"):
		response = http.submit("/portal/statement", "/portal/statement/exports", {"format": format})
		assert response.status_code == 400 and "PDF, Excel or CSV" in response.text
	assert count_written() == before


NO_EXPORTS = ("0000000000", "x" * 300, "%27", "..%2f..%2fsite_config.json", "é")


def test_an_export_that_is_none(http, owner, no_errors):
	owner.enter(http)
	for name in NO_EXPORTS:
		assert http.get(f"/portal/statement/exports/{name}").status_code == 404, name
		assert http.get(f"/portal/download/exports/{name}").status_code == 404, name


def test_the_file_is_behind_the_gate_alone(http, owner):
	owner.enter(http)
	file = frappe.db.get_value(exports.DOCTYPE, owner.export.name, "file")
	assert file.startswith("portal_exports/")
	for path in (f"/private/{file}", f"/private/files/{file}", f"/files/{file}"):
		response = http.get(path)
		assert response.status_code in (403, 404) and owner.invoice.name not in response.text, path


def test_mails_are_limited(http, owner, outgoing):
	owner.enter(http)
	answers = [http.submit("/portal/statement", "/portal/statement/email").status_code for _ in range(6)]
	assert answers == [303] * 5 + [429]
	frappe.db.rollback()
	assert frappe.db.count("Email Queue", {"reference_name": owner.customer.name}) == 5
