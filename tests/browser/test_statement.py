"""The statement in Chromium, on the real site: read, narrowed, downloaded, and a long one made while one waits."""

import io

import frappe
import pytest
from frappe.utils import add_days, getdate

from customer_portal_ext.access import tokens
from tests import factories
from tests.factories.ledgers import make_long_ledger

SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
PATIENCE = 120_000  # milliseconds: a busy machine is no failure


@pytest.fixture(scope="module")
def made():
	return {}


@pytest.fixture
def account(db, server, made):
	"""A customer whose statement is just long enough to be made in the background, and a link; committed, for Chromium asks a
	server."""
	if not made:
		customer = factories.make_customer("Long & Söhne " + frappe.generate_hash(length=6))
		make_long_ledger(customer, 500)
		link = tokens.get_link(tokens.issue(customer.name))
		made.update(customer=customer.customer_name, link=server.at(link))
		frappe.db.commit()
	return frappe._dict(made)


def enter(page, account):
	page.set_default_timeout(PATIENCE)
	page.goto(account.link)
	page.goto("/portal/statement")
	return page


@pytest.mark.parametrize("width", [360, 390, 1280])
def test_nothing_scrolls_sideways(new_page, account, width):
	page = enter(new_page(width=width), account)
	assert not page.evaluate(SIDEWAYS)
	assert page.locator("h1").inner_text() == "Statement of account"


def test_period_and_page_are_kept_in_the_address(browser_page, account):
	page = enter(browser_page, account)
	page.get_by_role("link", name="Next").click()
	assert "page=2" in page.url and page.get_by_text("Brought forward").is_visible()
	page.go_back()
	assert page.locator("tbody").get_by_text("Opening balance").is_visible()
	page.get_by_label("From").fill(str(add_days(getdate(), -20)))
	page.get_by_label("To", exact=True).fill(str(getdate()))
	page.get_by_role("button", name="Show", exact=True).click()
	page.wait_for_function("location.search.includes('from=')")
	assert page.get_by_label("From").input_value() == str(add_days(getdate(), -20))


def test_a_long_pdf_is_made_while_one_waits(browser_page, account, worker):
	from pypdf import PdfReader

	page = enter(browser_page, account)
	page.get_by_text("Download", exact=True).first.click()
	page.get_by_role("button", name="PDF").click()
	page.wait_for_url("**/portal/statement/exports/*")
	ready = page.get_by_role("link", name="Download PDF")
	ready.wait_for()
	with page.expect_download() as download:
		ready.click()
	reader = PdfReader(io.BytesIO(download.value.path().read_bytes()))
	assert len(reader.pages) > 10
	assert f"Page 2 of {len(reader.pages)}" in reader.pages[1].extract_text()


def test_it_works_without_scripts(new_page, account, worker):
	page = enter(new_page(width=390, java_script_enabled=False), account)
	page.get_by_text("Download", exact=True).first.click()
	page.get_by_role("button", name="PDF").click()
	page.wait_for_url("**/portal/statement/exports/*")
	for _ in range(60):
		again = page.get_by_role("link", name="Look again")
		if not again.count():
			break
		page.wait_for_timeout(2_000)
		again.click()
	assert page.get_by_role("link", name="Download PDF").is_visible()
