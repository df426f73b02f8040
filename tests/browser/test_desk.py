"""Staff's side in Chromium: the page Portal Tokens and the forms, each button clicked."""

import re

import frappe
import pytest
from playwright.sync_api import expect

from customer_portal_ext.access import tokens
from customer_portal_ext.web.urls import document_url
from development.serving import Worker
from tests.factories import make_customer, make_sales_invoice
from tests.factories.users import PASSWORD, make_user

PATIENCE = 60_000  # Desk loads some megabytes of scripts before its first page
MANY = 12  # more than what is done within a request


@pytest.fixture
def mark(db):
	return f"Zz{frappe.generate_hash(length=8)}"


@pytest.fixture
def desk(new_page, new_client, site):
	"""Open Desk as one of the staff, who may use the clipboard."""

	def open_desk(path, width=1280, roles=("Customer Portal Manager", "Sales User", "Accounts User")):
		client = new_client()
		client.sign_in(make_user(*roles), PASSWORD)
		page = new_page(width=width, permissions=["clipboard-read", "clipboard-write"])
		page.set_default_timeout(PATIENCE)
		page.context.add_cookies(
			[{"name": "sid", "value": client.cookie("sid"), "domain": site, "path": "/"}]
		)
		page.complaints = []
		page.on("pageerror", lambda error: page.complaints.append(str(error)))
		page.goto(path, wait_until="commit")
		return page

	expect.set_options(timeout=PATIENCE)
	return open_desk


def open_tokens(desk, search, width=1280):
	page = desk("/app/portal-tokens", width)
	page.locator(".portal-tokens tbody tr").first.wait_for()
	page.get_by_placeholder("Find a customer").fill(search)
	return page


def confirm(page):
	page.locator(".modal.show").get_by_role("button", name="Yes").click()


def read_clipboard(page):
	expect(page.get_by_text("Link copied.").first).to_be_visible()
	return page.evaluate("navigator.clipboard.readText()")


def get_active(customer):
	frappe.db.rollback()
	return tokens.get_active(customer)


def test_one_customers_link_from_none_to_revoked(desk, mark, http):
	customer = make_customer(name=f"{mark} & Söhne").name
	frappe.db.set_value("Customer", customer, "customer_name", f"{mark} <b>Bold</b> & Söhne")
	page = open_tokens(desk, mark)
	rows = page.locator(".portal-tokens tbody tr")
	expect(rows).to_have_count(1)
	expect(rows).to_contain_text("<b>Bold</b> & Söhne")
	expect(rows).to_contain_text("No link")
	expect(rows.get_by_role("button", name="E-mail")).to_have_count(0)  # there is no address to send it to

	rows.get_by_role("button", name="Generate", exact=True).click()
	expect(rows).to_contain_text("Active until")
	first = get_active(customer)
	expect(rows).to_contain_text(first.last_four)

	rows.get_by_role("button", name="Copy").click()
	link = read_clipboard(page)
	assert link.endswith(tokens.get_token_string(first))
	assert http.open_link(link).status_code == 200

	rows.get_by_role("button", name="Regenerate").click()
	confirm(page)
	expect(rows).not_to_contain_text(first.last_four)
	assert http.get(link).status_code == 403 and get_active(customer).name != first.name

	rows.get_by_role("button", name="Revoke").click()
	confirm(page)
	expect(rows).to_contain_text("Revoked on")
	assert get_active(customer) is None
	assert page.complaints == []


def test_filters_pages_and_nothing_found(desk, mark):
	for number in range(23):
		make_customer(name=f"{mark} {number:02}")
	tokens.issue(f"{mark} 07")
	page = open_tokens(desk, mark)
	rows = page.locator(".portal-tokens tbody tr")
	status = page.locator(".portal-tokens-paging [role=status]")
	expect(status).to_have_text("1 to 20 of 23")
	page.get_by_role("button", name="Next").click()
	expect(status).to_have_text("21 to 23 of 23")
	expect(rows).to_have_count(3)
	page.locator("select[data-fieldname=state]").select_option("active")
	expect(status).to_have_text("1 to 1 of 1")
	expect(rows).to_contain_text(f"{mark} 07")
	page.get_by_placeholder("Find a customer").fill(f"{mark} nobody")
	expect(page.get_by_text("No customer matches.")).to_be_visible()
	assert page.complaints == []


def test_many_at_once_in_the_background(desk, mark, bench, empty_queue):
	for number in range(MANY + 12):
		make_customer(name=f"{mark} {number:02}", disabled=int(number == 3))
	page = open_tokens(desk, mark)
	expect(page.locator(".portal-tokens-paging [role=status]")).to_have_text(f"1 to 20 of {MANY + 12}")
	page.get_by_label("Select this page").check()
	page.get_by_role("button", name=f"Select all {MANY + 12} matching").click()
	expect(page.locator(".portal-tokens-selection")).to_contain_text(f"{MANY + 12} selected")
	page.get_by_role("button", name="Actions").click()
	page.get_by_role("link", name="Generate Links", exact=True).click()
	confirm(page)
	expect(page.locator(".modal.show .progress")).to_be_visible()
	result = page.locator(".modal.show")
	with Worker(bench):
		expect(result).to_contain_text(f"{MANY + 11} links made.", timeout=3 * PATIENCE)
	expect(result).to_contain_text("1 customer got none:")
	expect(result.locator("tbody td")).to_have_text([f"{mark} 03", "The customer is disabled"])
	frappe.db.rollback()
	made = frappe.get_all("Portal Access Token", {"customer": ("like", f"{mark}%"), "status": "Active"})
	assert len(made) == MANY + 11
	assert page.complaints == []


def test_a_phone_shows_every_action_without_scrolling_sideways(desk, mark):
	customer = make_customer(
		name=f"{mark} with a rather long name, Limited", email=f"{mark}@example.com".lower()
	)
	tokens.issue(customer.name)
	page = open_tokens(desk, mark, width=390)
	buttons = page.locator(".portal-tokens tbody tr button")
	expect(buttons).to_have_text(["Copy", "E-mail", "Regenerate", "Revoke"])
	for box in [button.bounding_box() for button in buttons.all()]:
		assert box["x"] >= 0 and box["x"] + box["width"] <= 390
	assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_customer_form_shows_and_changes_the_links_state(desk, mark):
	customer = make_customer(name=mark).name
	page = desk(f"/app/customer/{mark}")
	expect(page.locator(".indicator-pill:visible", has_text="Portal: No link")).to_be_visible()
	page.get_by_role("button", name="Portal", exact=True).click()
	page.get_by_role("link", name="Generate Link", exact=True).click()
	expect(page.locator(".indicator-pill:visible", has_text="Portal: Active until")).to_be_visible()
	page.get_by_role("button", name="Portal", exact=True).click()
	page.get_by_role("link", name="Copy Link", exact=True).click()
	assert read_clipboard(page).endswith(tokens.get_token_string(get_active(customer)))
	page.get_by_role("button", name="Portal", exact=True).click()
	page.get_by_role("link", name="Revoke Link", exact=True).click()
	confirm(page)
	expect(page.locator(".indicator-pill:visible", has_text="Portal: Revoked on")).to_be_visible()
	assert page.complaints == []


def test_the_invoices_link_lands_on_it_and_its_timeline_says_when_it_was_seen(desk, mark, http):
	invoice = make_sales_invoice(make_customer(name=mark))
	page = desk(f"/app/sales-invoice/{invoice.name}")
	page.get_by_role("button", name="Portal", exact=True).click()
	page.get_by_role("link", name="Copy Portal Link", exact=True).click()
	landed = http.open_link(read_clipboard(page))
	assert landed.request.path == document_url("invoice", invoice.name)
	page.reload(wait_until="commit")
	expect(page.locator(".timeline-item", has_text="Seen by customer on")).to_be_visible()


def test_staff_without_the_role_may_look_and_no_more(desk, mark):
	make_customer(name=mark)
	page = desk(f"/app/customer/{mark}", roles=("Sales User",))
	expect(page.get_by_role("button", name="View", exact=True)).to_be_visible()
	page.get_by_role("button", name="Portal", exact=True).click()
	# what everyone may who reads the customer; nothing that gives or takes anything
	entries = page.locator(".inner-group-button[data-label=Portal] .dropdown-item")
	expect(entries).to_have_text(["What They See and Why", "View as Customer"])
	page.goto("/app/portal-tokens", wait_until="commit")
	expect(page.get_by_text("Not permitted").first).to_be_visible()


def test_a_policy_is_written_on_its_form_and_holds_on_the_next_click(desk, mark, http):
	customer = make_customer(name=f"{mark} Werke").name
	make_sales_invoice(customer)
	assert http.open_link(tokens.get_link(tokens.issue(customer))).status_code == 200
	assert http.get("/portal/statement").status_code == 200
	page = desk("/app/customer-portal-policy/new")
	for field, value in (("applies_to", "Customer"), ("party", customer)):
		page.locator(f"[data-fieldname={field}] input:visible").click()
		page.keyboard.type(value)
		options = page.locator(f"[data-fieldname={field}] [role=option]")
		options.filter(has_text=re.compile(rf"^\s*{value}(?! Group)")).first.click()
		page.wait_for_load_state("networkidle")  # Desk asks the server about the choice before it keeps it
	page.locator("[data-fieldname=statement] select").select_option("Deny")
	page.get_by_role("button", name="Save").click()
	expect(page).not_to_have_url(re.compile("/new"))
	assert http.get("/portal/statement").status_code == 404
	assert "/portal/statement" not in http.get("/portal").text
	assert http.get("/portal/invoices").status_code == 200
	assert page.complaints == []


def test_a_setting_out_of_range_is_refused_with_its_range(desk):
	page = desk("/app/customer-portal-settings", roles=("System Manager",))
	days = page.locator("[data-fieldname=token_expiry_days] input")
	days.fill("366")
	days.press("Tab")
	page.get_by_role("button", name="Save").click()
	expect(page.locator(".modal.show")).to_contain_text("must be from 1 to 365; 366 is not")
	frappe.db.rollback()
	assert frappe.db.get_single_value("Customer Portal Settings", "token_expiry_days") == 30


def test_the_settings_lead_to_the_tokens(desk):
	page = desk("/app/customer-portal-settings")
	page.get_by_role("button", name="Manage Portal Tokens").click()
	page.locator(".portal-tokens tbody tr").first.wait_for()
