"""What staff read in Desk: a customer's name where Frappe knows a guest, and the app's parts in their language."""

import frappe
from playwright.sync_api import expect

from customer_portal_ext.access import tokens
from tests.factories import make_customer, make_quotation
from tests.forms import read_form

STAFF = ("Support Team", "Sales Manager", "Sales User", "Customer Portal Manager")


def test_a_visitor_without_an_account_has_a_name_in_the_timelines(desk, new_client, portal_settings):
	portal_settings(allow_support_issues=1, allow_quotation_acceptance=1, show_quotations=1)
	mark = f"Zz{frappe.generate_hash(length=8)}"
	customer = make_customer(name=mark, email=f"{mark.lower()}@example.com")
	quotation = make_quotation(customer)
	client = new_client()
	client.open_link(tokens.get_link(tokens.issue(customer.name)))
	typed = {"subject": "It hums", "message": "Since Monday", "name": "Ann Buyer"}
	raised = read_form(client, "/portal/new-issue", "/portal/new-issue", typed)
	assert client.post("/portal/new-issue", raised).status_code == 303
	path = f"/portal/decline/{quotation.name}"
	assert (
		client.post(
			path, read_form(client, path, path, {"name": "Ann Buyer", "reason": "Too late."})
		).status_code
		== 303
	)
	frappe.db.rollback()
	issue = frappe.get_last_doc("Issue", {"customer": customer.name})
	assert issue.owner == "Guest"

	page = desk(f"/app/issue/{issue.name}", roles=STAFF)
	timeline = page.locator(".new-timeline")
	expect(timeline).to_contain_text(f"{mark} (on the portal) created this")
	expect(timeline).to_contain_text("Ann Buyer")
	expect(timeline).not_to_contain_text("Guest")
	# drawn anew by its own switch
	timeline.locator(".show-all-activity input").evaluate("box => box.click()")
	expect(timeline).to_contain_text(f"{mark} (on the portal) created this")
	expect(timeline).not_to_contain_text("Guest")
	assert page.complaints == []
	page.goto(f"/app/quotation/{quotation.name}", wait_until="commit")
	expect(page.locator(".new-timeline")).to_contain_text(mark)
	expect(page.locator(".new-timeline")).not_to_contain_text("Guest")
	assert page.complaints == []


def test_a_name_with_markup_is_text_in_the_timeline(desk, new_client, portal_settings):
	portal_settings(allow_support_issues=1)
	mark = f"Zz{frappe.generate_hash(length=8)}"
	customer = make_customer(name=mark)
	issue = frappe.get_doc({"doctype": "Issue", "subject": "It hums", "customer": customer.name}).insert()
	hostile = f"{mark}<img src=x onerror=window.hurt=1>"
	issue.db_set({"owner": "Guest", "customer_name": hostile}, update_modified=False)
	page = desk(f"/app/issue/{issue.name}", roles=STAFF)
	expect(page.locator(".new-timeline")).to_contain_text(f"{hostile} (on the portal) created this")
	assert page.evaluate("window.hurt") is None


def test_desk_speaks_the_users_language(desk):
	roles = ("Customer Portal Manager", "System Manager")
	page = desk("/app/customer-portal-settings", roles=roles)
	expect(page.get_by_text("Enable Customer Portal").first).to_be_visible()
	user = page.evaluate("frappe.session.user")
	frappe.db.set_value("User", user, "language", "de")
	frappe.db.commit()
	frappe.clear_cache(user=user)
	page.goto("/app/customer-portal-settings?de", wait_until="commit")
	for text in ("Kundenportal einschalten", "Gültigkeit eines Links (Tage)", "Konten", "Zahlungsanbieter"):
		expect(page.get_by_text(text, exact=True).first).to_be_attached()
	for text in ("Enable Customer Portal", "Rechnungswesen", "Token Expiry (days)"):
		expect(page.get_by_text(text, exact=True)).to_have_count(0)
	page.goto("/app/portal-tokens", wait_until="commit")
	expect(page.get_by_placeholder("Kunden suchen")).to_be_visible()
	page.goto("/app/customer-portal", wait_until="commit")
	for text in ("Aktive Portal-Links", "Richtlinien", "Antworten auf Angebote"):
		expect(page.get_by_text(text).first).to_be_visible()
	assert page.complaints == []
