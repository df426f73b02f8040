"""Documents in Chromium, on the real site: a list is searched, sorted and left again; a document is read and downloaded."""

import re

import frappe
import pytest
from frappe.utils import add_days, getdate

from customer_portal_ext.access import tokens
from tests import factories

SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def made():
	"""What the first test of this file made for all of them."""
	return {}


@pytest.fixture
def account(db, made):
	"""A customer with 24 invoices, one of them of 80 lines, and a payment; committed, for Chromium asks a server."""
	if not made:
		made.update(make_account())
		frappe.db.commit()  # the server has a connection of its own
	return frappe._dict(made)


def make_account():
	customer = factories.make_customer("O'Brien & Söhne " + frappe.generate_hash(length=6))
	invoices = [
		factories.make_sales_invoice(
			customer,
			100 + number,
			posting_date=add_days(getdate(), -number),
			due_date=add_days(getdate(), 10 - number),
		)
		for number in range(23)
	]
	long = factories.make_sales_invoice(
		customer,
		items=[
			{
				"rate": 12345.67,
				"qty": 1,
				"description": "word " * 400 if number == 0 else "A <b>bold</b> claim",
			}
			for number in range(80)
		],
		posting_date=add_days(getdate(), -60),
		po_no="PO-80-LINES",
	)
	payment = factories.make_payment_entry(customer, 50, [invoices[0]])
	link = tokens.get_link(tokens.issue(customer.name))
	return {"customer": customer, "invoices": invoices, "long": long, "payment": payment, "link": link}


def numbers(page):
	return page.locator("tbody .what a").all_inner_texts()


def test_a_list_is_searched_sorted_paged_and_found_again_by_the_back_button(browser_page, server, account):
	page = browser_page
	page.goto(server.at(account.link))
	assert account.customer.customer_name in page.locator("h1").inner_text()
	page.goto("/portal/invoices")
	newest_first = [invoice.name for invoice in account.invoices]
	assert numbers(page) == newest_first[:20]

	page.get_by_role("link", name="Next").click()
	page.wait_for_url(re.compile("page=2$"))
	assert numbers(page) == [*newest_first[20:], account.long.name]

	page.get_by_role("link", name="Amount").click()
	page.wait_for_url(re.compile("sort="))
	assert numbers(page)[0] == account.long.name
	assert page.locator("th[aria-sort=descending]").inner_text() == "Amount"

	page.get_by_role("searchbox").fill("80-lines")
	page.get_by_role("searchbox").press("Enter")
	page.wait_for_url(re.compile("search=80-lines"))
	assert numbers(page) == [account.long.name]
	page.go_back()
	page.wait_for_function("() => document.querySelectorAll('tbody tr').length === 20")
	page.go_forward()
	page.wait_for_function("() => document.querySelectorAll('tbody tr').length === 1")
	page.get_by_role("link", name="Reset").click()
	page.wait_for_url("**/portal/invoices")
	assert numbers(page) == newest_first[:20]


def test_choosing_a_status_applies_at_once(browser_page, server, account):
	page = browser_page
	page.goto(server.at(account.link))
	page.goto("/portal/transactions")
	page.get_by_label("Status").select_option("overdue")
	page.wait_for_url(re.compile("status=overdue"))
	states = page.locator("td.state").all_inner_texts()
	assert states and all(state.startswith("Overdue by") for state in states)
	page.goto("/portal/invoices?page=0")
	assert page.get_by_text("Pages are numbered from 1.").is_visible()


def test_a_document_is_read_and_downloaded(browser_page, server, account):
	page = browser_page
	page.goto(server.at(account.link))
	page.goto(f"/portal/invoices/{account.long.name}")
	assert page.locator("h1").inner_text().startswith("Invoice of ")
	assert page.locator("#items ~ table tbody tr, [aria-labelledby=items] tbody tr").count() == 80
	details = page.locator("details:not([data-popup]) summary").first
	body = page.locator("details:not([data-popup]) .prewrap").first
	assert not body.is_visible()
	details.click()
	assert body.is_visible()
	assert page.get_by_text("A bold claim").first.is_visible(), "markup of the description is text"
	with page.expect_download(timeout=60_000) as download:
		page.get_by_role("link", name="Download PDF").click()
	assert download.value.suggested_filename == f"Invoice {account.long.name}.pdf"
	with open(download.value.path(), "rb") as file:
		assert file.read(5) == b"%PDF-"


@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_scrolls_sideways(new_page, server, account, width):
	page = new_page(width)
	page.goto(server.at(account.link))
	for path in (
		"/portal",
		"/portal/invoices",
		"/portal/transactions?size=50",
		"/portal/credit-notes",
		f"/portal/invoices/{account.long.name}",
		f"/portal/payments/{account.payment.name}",
	):
		assert page.goto(path).status == 200
		assert not page.evaluate(SIDEWAYS), path
