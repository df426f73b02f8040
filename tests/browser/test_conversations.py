"""A conversation from both sides in Chromium: the customer on the portal, staff in Desk."""

import frappe
import pytest

from customer_portal_ext.access import tokens
from tests import factories
from tests.client import path_of
from tests.factories import files


@pytest.fixture
def link(customer, portal_settings):
	portal_settings(allow_support_issues=1)
	link = path_of(tokens.get_link(tokens.issue(customer.name)))
	frappe.db.commit()
	return link


# From the page itself: Playwright's own requests do not know that *.localhost is this machine.
LOG_IN = """() => fetch("/api/method/login", {
	method: "POST",
	body: new URLSearchParams({ usr: "Administrator", pwd: "admin" }),
}).then((answer) => { if (!answer.ok) throw new Error(answer.status) })"""


def sign_in_to_desk(page):
	page.goto("/login")
	page.evaluate(LOG_IN)


def answer_in_desk(page, path, text):
	"""Open a document's form and answer with the one button."""
	page.goto(path)
	button = page.get_by_role("button", name="Reply in Portal")
	button.wait_for(timeout=60000)
	button.click()
	dialog = page.locator(".modal-dialog:visible")
	dialog.locator("textarea").fill(text)
	dialog.get_by_role("button", name="Send").click()
	page.get_by_text("Sent.").first.wait_for(timeout=60000)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_a_question_about_an_invoice_and_its_answer(new_page, customer, link, javascript):
	invoice = factories.make_sales_invoice(customer)
	frappe.db.commit()
	page = new_page(java_script_enabled=javascript)
	page.goto(link)
	page.goto(f"/portal/invoices/{invoice.name}")
	page.get_by_label("Write to us").fill("Is the price right?")
	page.get_by_label("Your name").fill("Ann Buyer")
	page.get_by_label("Files").set_input_files(
		[{"name": "photo.png", "mimeType": "image/png", "buffer": files.make_image()}]
	)
	page.get_by_role("button", name="Send").click()
	page.get_by_text("Your message has been sent.").wait_for()
	said = page.locator(".said > li")
	assert said.count() == 1 and "Is the price right?" in said.inner_text()
	if not javascript:
		return
	said.locator("img").scroll_into_view_if_needed()
	assert said.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0

	desk = new_page()
	sign_in_to_desk(desk)
	desk.goto(f"/app/sales-invoice/{invoice.name}")
	desk.get_by_role("button", name="Reply in Portal (1 new)").wait_for(timeout=60000)
	assert "Is the price right?" in desk.locator(".timeline-message-box").first.inner_text()
	answer_in_desk(desk, f"/app/sales-invoice/{invoice.name}", "It is, <b>certainly</b>.")

	page.goto("/portal")
	assert page.locator(".side .nav a", has_text="Messages").locator(".badge").inner_text() == "1"
	page.goto("/portal/messages")
	page.locator("a.cover", has_text="Invoice").click()
	assert "It is, <b>certainly</b>." in page.locator(".said").inner_text()
	assert page.locator(".said .badge").count() == 1
	page.reload()
	assert page.locator(".said .badge").count() == 0


def test_an_issue_from_the_first_word_to_the_last(new_page, customer, link):
	page = new_page(width=360, height=740)
	page.goto(link)
	page.goto("/portal/issues")
	page.get_by_role("link", name="New issue").first.click()
	page.get_by_label("What is it about?").fill("The motor hums")
	page.get_by_label("What happens").fill("Since Monday")
	page.get_by_label("Your name").fill("Ann Buyer")
	page.get_by_role("button", name="Raise the issue").click()
	page.get_by_text("Your issue has been raised.").wait_for()
	path = page.url.partition("?")[0]
	name = path.rpartition("/")[2]
	assert page.evaluate("document.documentElement.scrollWidth") <= 360

	desk = new_page()
	sign_in_to_desk(desk)
	answer_in_desk(desk, f"/app/issue/{name}", "Please oil it")
	page.goto("/portal/issues")
	page.get_by_text("1 new").wait_for()
	page.goto(path)
	assert "Please oil it" in page.locator(".said").inner_text()
	page.get_by_role("button", name="Close the issue").click()
	page.get_by_text("The issue is closed.").wait_for()
	page.get_by_role("button", name="Open again").click()
	page.get_by_text("The issue is open again.").wait_for()
	assert frappe.db.get_value("Issue", name, "status") == "Open"


def test_files_too_large_are_refused_before_they_travel(new_page, customer, link, tmp_path):
	film = tmp_path / "film.txt"
	film.write_bytes(b"x" * (25 * 1024 * 1024))
	page = new_page()
	page.goto(link)
	page.goto("/portal/messages")
	sent = []
	page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
	page.get_by_label("Write to us").fill("A film")
	page.get_by_label("Your name").fill("Ann")
	page.get_by_label("Files").set_input_files(film)
	page.get_by_role("button", name="Send").click()
	message = page.get_by_label("Files").evaluate("field => field.validationMessage")
	assert "at most 10 MB each" in message and sent == []
