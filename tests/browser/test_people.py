"""People of a customer in Chromium: invited from Desk and by a colleague, of several organisations, narrowed, looked over the
shoulder by staff; at the desk and on a phone."""

import re

import frappe
import pytest
from playwright.sync_api import expect

from tests.browser.test_sign_up import choose_password
from tests.client import path_of
from tests.factories import make_customer, make_sales_invoice
from tests.factories.mail import deliver, receive_mail
from tests.factories.users import PASSWORD, make_portal_user, make_user

PATIENCE = 60_000  # Desk loads some megabytes of scripts before its first page
JOIN = re.compile(r"http\S+/portal/join/[\w.-]+")


@pytest.fixture
def mark(db):
	return f"Zz{frappe.generate_hash(length=8)}"


@pytest.fixture
def email(mark):
	return f"maya-{mark}@example.com".lower()


@pytest.fixture
def mailbox(db):
	with receive_mail() as server:
		yield server


@pytest.fixture
def enter(new_page, new_client, site):
	"""Open a page as somebody who has signed in."""

	def open_page(user, path, width=1280):
		client = new_client()
		client.sign_in(user, PASSWORD)
		page = new_page(width=width)
		page.context.add_cookies(
			[{"name": "sid", "value": client.cookie("sid"), "domain": site, "path": "/"}]
		)
		page.complaints = []
		page.on("pageerror", lambda error: page.complaints.append(str(error)))
		page.goto(path, wait_until="commit")
		return page

	return open_page


@pytest.fixture
def desk(enter):
	def open_desk(path, *roles):
		page = enter(make_user(*(roles or ("Sales Manager", "Accounts Manager"))), path)
		page.set_default_timeout(PATIENCE)
		expect.set_options(timeout=PATIENCE)
		return page

	yield open_desk
	expect.set_options(timeout=5_000)


def choose(page, entry):
	"""An entry of the form's button "Portal"."""
	page.get_by_role("button", name="Portal", exact=True).click()
	page.get_by_role("link", name=entry, exact=True).click()


def confirm(page):
	page.locator(".modal.show").get_by_role("button", name="Yes").click()


def go_to(page, *route):
	"""Another page of Desk, without loading its scripts again."""
	page.evaluate("route => frappe.set_route(...route)", list(route))


def assert_fits(page, width):
	assert page.evaluate("document.documentElement.scrollWidth") <= width


def read_invitation(mailbox, email):
	deliver(email)
	text = mailbox.get_message(email).get_body(("plain",)).get_content()
	return path_of(JOIN.search(text)[0])


def take_up(page, path):
	"""From the e-mail's link to the portal."""
	page.goto(path)
	page.get_by_role("button", name="Choose a password").click()
	choose_password(page, PASSWORD)
	page.wait_for_url("**/portal")


def test_invited_on_the_customers_form_narrowed_on_the_contacts_and_disabled(
	desk, new_page, mailbox, mark, email
):
	customer = make_customer(mark, email=email)
	invoice = make_sales_invoice(customer)
	page = desk(f"/app/customer/{customer.name}")
	choose(page, "People")
	person = page.locator(".modal.show .portal-person", has_text=email)
	expect(person).to_contain_text("Not invited")
	person.get_by_role("button", name="Invite", exact=True).click()
	expect(person).to_contain_text("Invited")
	expect(person.get_by_role("button")).to_have_text(["Send Again", "Disable", "What They See"])

	visitor = new_page(width=390)
	path = read_invitation(mailbox, email)
	visitor.goto(path)
	assert_fits(visitor, 390)
	take_up(visitor, path)
	visitor.goto(f"/portal/invoices/{invoice.name}")
	expect(visitor.locator("main")).to_contain_text(invoice.name)
	visitor.goto("/portal/statement")
	expect(visitor.get_by_role("heading", name="Statement")).to_be_visible()

	go_to(page, "Form", "Contact", customer.customer_primary_contact)
	expect(page.locator(".indicator-pill:visible", has_text="Portal: Active")).to_be_visible()
	choose(page, "Policy")
	page.locator("[data-fieldname=statement] select:visible").select_option("Deny")
	page.get_by_role("button", name="Save").click()
	expect(page.locator(".indicator-pill:visible", has_text="Not Saved")).to_have_count(0)
	visitor.reload()
	expect(visitor.get_by_role("heading", name="Not found")).to_be_visible()

	go_to(page, "Form", "Contact", customer.customer_primary_contact)
	choose(page, "What They See")
	row = page.locator(".modal.show tr", has_text="Statement")
	expect(row).to_contain_text(f"Policy of Contact {customer.customer_primary_contact}")
	page.locator(".modal.show .btn-modal-close").click()
	expect(page.locator(".modal.show")).to_have_count(0)
	choose(page, "Disable")
	confirm(page)
	expect(page.locator(".indicator-pill:visible", has_text="Portal: Disabled")).to_be_visible()
	visitor.goto("/portal")
	expect(visitor.get_by_text("linked to no customer")).to_be_visible()
	assert page.complaints == []


def test_many_are_invited_from_the_list_of_customers(desk, mailbox, mark, email):
	for letter in "ab":
		make_customer(f"{mark} {letter}", email=f"{letter}-{email}")
	make_customer(f"{mark} c")
	page = desk(f"/app/customer?customer_name=%5B%22like%22%2C%22{mark}%25%22%5D")
	expect(page.locator(".list-row-checkbox:visible")).to_have_count(3)
	page.locator(".list-check-all:visible").check()
	page.get_by_role("button", name="Actions").click()
	page.get_by_role("link", name="Invite to Portal").click()
	confirm(page)
	result = page.locator(".modal.show")
	expect(result).to_contain_text("2 customers invited.")
	expect(result.locator("tbody td")).to_have_text([f"{mark} c", "No e-mail address on file"])
	for letter in "ab":
		assert read_invitation(mailbox, f"{letter}-{email}")
	assert page.complaints == []


def test_staff_view_the_portal_as_the_customer_and_do_nothing_there(desk, mark, email):
	customer = make_customer(mark, email=email)
	invoice = make_sales_invoice(customer)
	page = desk(f"/app/customer/{customer.name}", "Sales User", "Accounts User")
	page.get_by_role("button", name="Portal", exact=True).click()
	with page.expect_popup() as opened:
		page.get_by_role("link", name="View as Customer", exact=True).click()
	view = opened.value
	sentence = f"You view the portal as {mark}. Nothing can be done here."
	for path in ("/portal", f"/portal/invoices/{invoice.name}", "/portal/messages"):
		view.goto(path)
		expect(view.get_by_text(sentence)).to_be_visible()
	view.locator("textarea[name=message]").fill("Written by staff")
	view.get_by_label("Your name").fill("Staff")
	view.get_by_role("button", name="Send").click()
	expect(view.get_by_role("heading", name="Viewing only")).to_be_visible()
	view.set_viewport_size({"width": 390, "height": 844})
	view.goto("/portal/invoices")
	expect(view.get_by_text(sentence)).to_be_visible()
	assert_fits(view, 390)
	view.get_by_role("button", name="Stop viewing").click()
	view.wait_for_url(f"**/app/customer/{mark}")
	view.goto("/portal")
	expect(view.get_by_text("linked to no customer")).to_be_visible()
	frappe.db.rollback()
	activities = frappe.get_all("Portal Activity", {"customer": customer.name}, pluck="activity")
	assert sorted(activities) == ["Viewed", "Viewed as Customer"]
	assert not frappe.db.exists("Communication", {"content": ("like", "%Written by staff%")})


def test_a_colleague_is_let_in_and_switched_off(enter, new_page, mailbox, mark, email, portal_settings):
	portal_settings(allow_invitations=1)
	customer = make_customer(mark)
	page = enter(make_portal_user(customer, first_name="Ann", last_name="Lee"), "/portal", 390)
	page.locator(".tabs summary").click()
	page.locator("a:visible", has_text="Colleagues").click()
	page.get_by_label("First name").fill("Maya")
	page.get_by_label("Last name").fill("Cedar")
	page.get_by_label("E-mail address").fill(email)
	assert_fits(page, 390)
	page.get_by_role("button", name="Send the invitation").click()
	page.get_by_text("The invitation is on its way by e-mail.").wait_for()
	person = page.locator("main li", has_text=email)
	expect(person).to_contain_text("Invited")
	assert_fits(page, 390)

	visitor = new_page(width=390)
	take_up(visitor, read_invitation(mailbox, email))
	expect(visitor.get_by_text(mark).locator("visible=true").first).to_be_visible()
	page.set_viewport_size({"width": 1280, "height": 800})
	page.goto("/portal/colleagues")
	expect(person).to_contain_text("Can sign in")
	page.get_by_role("button", name="Switch off Maya Cedar").click()
	page.get_by_text("This person can no longer sign in for you.").wait_for()
	visitor.goto("/portal/invoices")
	expect(visitor.get_by_text("linked to no customer")).to_be_visible()
	assert page.complaints == []


def test_who_has_an_account_accepts_signed_in_and_keeps_their_own_portal(
	enter, new_page, mailbox, mark, portal_settings
):
	portal_settings(allow_invitations=1)
	inviting, own = make_customer(f"Alder {mark}"), make_customer(f"Zebra {mark}")
	user = make_portal_user(own, first_name="Maya", last_name="Cedar")
	theirs = enter(user, "/portal", 390)
	expect(theirs.locator("body")).to_contain_text(own.customer_name)
	page = enter(make_portal_user(inviting), "/portal/colleagues")
	page.get_by_label("First name").fill("Maya")
	page.get_by_label("E-mail address").fill(user)
	page.get_by_role("button", name="Send the invitation").click()
	page.get_by_text("The invitation is on its way by e-mail.").wait_for()
	person = page.locator("main li", has_text=user)
	expect(person).to_contain_text("Invited")

	path = read_invitation(mailbox, user)
	visitor = new_page(width=390)
	visitor.goto(path)
	assert_fits(visitor, 390)
	visitor.get_by_role("link", name="Sign in to accept").click()
	# loaded: before that, the page's own form has no script that knows where to go
	visitor.wait_for_url("**/login?redirect-to=**")
	visitor.wait_for_load_state("networkidle")
	visitor.locator("#login_email").fill(user)
	visitor.locator("#login_password").fill(PASSWORD)
	visitor.locator(".btn-login:visible").first.click()
	visitor.wait_for_url(f"**{path}")
	expect(visitor.locator("main")).to_contain_text(inviting.customer_name)
	visitor.get_by_role("button", name="Accept").click()
	visitor.get_by_text("You have accepted the invitation.").wait_for()
	expect(visitor.locator("select[name=customer] option:checked").first).to_have_text(own.customer_name)

	page.reload()
	expect(person).to_contain_text("Can sign in")
	visitor.goto(path)
	expect(visitor.get_by_role("heading", name="Access denied")).to_be_visible()
	assert page.complaints == theirs.complaints == []


@pytest.mark.parametrize("width", [1280, 390])
def test_everything_follows_the_organisation_and_a_documents_link_switches(enter, mark, width):
	alder, birch = make_customer(f"Alder {mark}"), make_customer(f"Birch {mark}")
	invoice, other = make_sales_invoice(alder), make_sales_invoice(birch)
	page = enter(make_portal_user(alder, birch), "/portal/invoices", width)
	main = page.locator("main")
	expect(main).to_contain_text(invoice.name)
	if width == 390:
		page.locator(".tabs summary").click()
	page.locator("select[name=customer]:visible").select_option(label=birch.customer_name)
	page.locator("button:visible", has_text="Switch").click()
	page.get_by_text(f"You now see the portal of {birch.customer_name}.").wait_for()
	assert_fits(page, width)
	page.goto("/portal/invoices")
	expect(main).to_contain_text(other.name)
	expect(main).not_to_contain_text(invoice.name)
	page.goto(f"/portal/invoices/{invoice.name}")
	expect(main).to_contain_text(f"You now see the portal of {alder.customer_name}.")
	expect(main).to_contain_text(invoice.name)
	assert_fits(page, width)
	page.goto("/portal/invoices")
	expect(main).to_contain_text(invoice.name)
