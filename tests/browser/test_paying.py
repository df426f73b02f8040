"""Paying in Chromium, with the double of Stripe: chosen, part of it, cancelled, declined, in two tabs, without JavaScript."""

import io
import re

import frappe
import pytest
import zxingcpp
from frappe.utils import add_days, nowdate
from PIL import Image

from customer_portal_ext.access import tokens
from customer_portal_ext.payments import states
from tests import factories
from tests.client import path_of
from tests.factories import answers
from tests.factories.stripe_site import site_config

PAYMENT_PAGE = re.compile(r"/portal/pay/PAY-")
DUE = (-40, -20, -5, 20)
RATES = (100.5, 200.25, 50, 400)


@pytest.fixture
def home(site, server, stripe):
	"""Stripe sends people back to where the tests' server is."""
	with site_config(site, host_name=server.url):
		yield server.url


def make_invoice(customer, rate, due):
	"""Due in so many days; its name."""
	return factories.make_sales_invoice(
		customer, rate=rate, posting_date=add_days(nowdate(), due - 30), due_date=add_days(nowdate(), due)
	).name


@pytest.fixture
def invoice(customer):
	"""One overdue invoice of 100.50."""
	return make_invoice(customer, RATES[0], DUE[0])


@pytest.fixture
def invoices(customer, invoice):
	"""Four open invoices, three of them overdue: 100.50, 200.25, 50.00 and 400.00."""
	others = zip(RATES[1:], DUE[1:], strict=True)
	return [invoice, *(make_invoice(customer, rate, due) for rate, due in others)]


@pytest.fixture
def enter(customer, home, new_page):
	"""Open a page of the customer's: ``enter("/portal/pay", width=390)``."""

	def open_page(path="/portal", token=None, **options):
		link = path_of(tokens.get_link(token or tokens.get_or_issue(customer.name)))
		frappe.db.commit()
		page = new_page(**options)
		page.goto(link)
		page.goto(path)
		return page

	return open_page


def get_outstanding(names):
	frappe.db.rollback()
	return [frappe.db.get_value("Sales Invoice", name, "outstanding_amount") for name in names]


def get_payments(customer):
	frappe.db.rollback()
	return frappe.get_all(
		states.DOCTYPE,
		{"customer": customer.name},
		["name", "state", "amount", "payment_entry"],
		order_by="creation",
	)


def go_to_stripe(page):
	"""From the review to the gateway's page."""
	page.get_by_role("button", name=re.compile(r"^Pay \$")).click()
	page.get_by_role("button", name="card", exact=True).wait_for()


def pay_by_card(page):
	page.get_by_role("button", name="card", exact=True).click()
	page.get_by_role("heading", name="Thank you for your payment").wait_for()


@pytest.mark.parametrize("width", [390, 1280])
def test_three_invoices_one_of_them_in_part(enter, customer, invoices, width):
	page = enter("/portal/invoices", width=width)
	for name in invoices[:3]:
		page.get_by_label(f"Choose {name} to pay").check()
	assert page.locator("[data-total]").inner_text() == "$350.75"
	page.get_by_role("button", name="Pay what is ticked").click()
	page.get_by_role("heading", name="Review and pay").wait_for()
	assert page.locator("p.sum").inner_text() == "$350.75"
	page.locator(".eyebrow").get_by_role("link", name="Pay").click()
	assert [box.is_checked() for box in page.locator("[name=invoice]").all()] == [True, True, True, False]
	page.get_by_label(f"Part of {invoices[1]} to pay").fill("150.25")
	assert page.locator("[data-total]").inner_text() == "$300.75"
	assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
	page.get_by_role("button", name="Continue").click()
	row = page.get_by_role("row", name=invoices[1])
	assert "$150.25" in row.inner_text() and "$50.00" in row.inner_text()
	assert "$450.00" in page.locator("aside").inner_text()  # open afterwards
	go_to_stripe(page)
	assert "30075 usd" in page.content()
	pay_by_card(page)
	assert page.locator("p.sum").inner_text() == "$300.75"
	assert "$450.00" in page.locator("aside").inner_text()
	with page.expect_download() as download:
		page.get_by_role("link", name="Download receipt").click()
	assert download.value.path().read_bytes().startswith(b"%PDF")
	assert get_outstanding(invoices) == [0, 50, 0, 400]
	assert [(row.state, row.amount) for row in get_payments(customer)] == [("Posted", 300.75)]
	page.goto("/portal")
	assert page.locator(".hero .sum").first.inner_text() == "$450.00"


def test_reloading_everywhere_pays_once(enter, customer, invoices):
	page = enter("/portal/pay?of=overdue")
	page.reload()
	page.get_by_role("button", name="Continue").click()
	page.reload()
	page.get_by_role("heading", name="Review and pay").wait_for()
	go_to_stripe(page)
	page.go_back()
	page.get_by_role("heading", name="Review and pay").wait_for()
	page.go_forward()
	pay_by_card(page)
	for _again in range(3):
		page.reload()
		page.get_by_role("heading", name="Thank you for your payment").wait_for()
	page.go_back()
	assert [row.state for row in get_payments(customer)] == ["Posted"]
	assert frappe.db.count("Payment Entry", {"party": customer.name, "docstatus": 1}) == 1
	assert get_outstanding(invoices) == [0, 0, 0, 400]


def test_cancelled_and_tried_again(enter, customer, invoice):
	page = enter(f"/portal/invoices/{invoice}")
	page.get_by_role("link", name="Pay $100.50").click()
	go_to_stripe(page)
	page.get_by_role("button", name="cancel").click()
	page.wait_for_url(PAYMENT_PAGE)
	page.get_by_text("Nothing has been taken").or_(
		page.get_by_text("Waiting for confirmation")
	).first.wait_for()
	page.get_by_role("button", name="Cancel payment").click()
	page.get_by_role("heading", name="Payment cancelled").wait_for()
	page.reload()
	assert get_outstanding([invoice]) == [100.5]
	page.get_by_role("link", name="Try again").click()
	assert page.locator("p.sum").inner_text() == "$100.50"
	go_to_stripe(page)
	pay_by_card(page)
	assert [row.state for row in get_payments(customer)] == ["Cancelled", "Posted"]
	assert get_outstanding([invoice]) == [0]


def test_declined_and_paid_after_all(enter, customer, invoice):
	page = enter(f"/portal/pay/review?invoice={invoice}")
	go_to_stripe(page)
	page.get_by_role("button", name="decline").click()
	page.get_by_text("Your card was declined.").wait_for()
	assert get_outstanding([invoice]) == [100.5]
	pay_by_card(page)
	assert [row.state for row in get_payments(customer)] == ["Posted"]


def test_two_tabs(enter, customer, invoices):
	first = enter(f"/portal/pay/review?invoice={invoices[0]}")
	second = first.context.new_page()
	second.goto(f"/portal/pay/review?invoice={invoices[0]}&invoice={invoices[1]}")
	go_to_stripe(first)
	second.get_by_role("button", name=re.compile(r"^Pay \$")).click()
	second.get_by_text("This is being paid already").wait_for()
	second.get_by_role("link", name="Go to that payment").click()
	second.get_by_role("heading", name="Payment not finished").wait_for()
	pay_by_card(first)
	second.reload()
	second.get_by_role("heading", name="Thank you for your payment").wait_for()
	assert [row.state for row in get_payments(customer)] == ["Posted"]
	assert get_outstanding(invoices[:2]) == [0, 200.25]


def test_without_javascript(enter, customer, invoices):
	page = enter("/portal", java_script_enabled=False)
	page.get_by_role("link", name="Pay off balance").click()
	page.get_by_label("All that is open").check()
	page.get_by_role("button", name="Continue").click()
	assert page.locator("p.sum").inner_text() == "$750.75"
	go_to_stripe(page)
	page.get_by_role("button", name="card", exact=True).click()
	page.get_by_role("heading", name="Thank you for your payment").wait_for()
	assert get_outstanding(invoices) == [0, 0, 0, 0]
	page.goto("/portal/pay")
	page.get_by_text("Nothing to pay").wait_for()


def test_an_own_amount_pays_the_oldest_first(enter, invoices):
	page = enter("/portal/pay")
	page.get_by_label("An amount of my own").check()
	page.get_by_label("Amount in USD").fill("200.50")
	assert page.locator("[data-total]").inner_text() == "$200.50"
	page.get_by_role("button", name="Continue").click()
	rows = page.locator("#parts").locator("xpath=ancestor::section").get_by_role("row").all_inner_texts()[1:]
	assert [re.findall(r"\$[\d.]+", row) for row in rows] == [
		["$100.50", "$100.50"],
		["$200.25", "$100.00", "$100.25"],
	]
	go_to_stripe(page)
	pay_by_card(page)
	assert get_outstanding(invoices) == [0, 100.25, 50, 400]


def test_an_amount_that_cannot_be_is_refused(enter, customer, invoice):
	page = enter("/portal/pay/review?of=amount&amount=999999")
	page.get_by_text("This is more than is open.").wait_for()
	assert page.get_by_label("An amount of my own").is_checked()
	assert get_payments(customer) == []


def test_credit_first(enter, customer, invoices):
	factories.make_payment_entry(customer, 120)
	frappe.db.commit()
	page = enter(f"/portal/pay/review?invoice={invoices[0]}")
	page.get_by_role("button", name="Use $100.50 of my credit first").click()
	page.get_by_role("button", name="Settle with my credit").click()
	page.get_by_role("heading", name="Thank you for your payment").wait_for()
	assert get_outstanding(invoices[:1]) == [0]
	page.goto("/portal/pay")
	page.get_by_label("All that is overdue").check()
	page.get_by_label("Use your credit of $19.50 first").check()
	assert page.locator("[data-total]").inner_text() == "$230.75"
	page.get_by_role("button", name="Continue").click()
	go_to_stripe(page)
	assert "23075 usd" in page.content()
	pay_by_card(page)
	assert get_outstanding(invoices) == [0, 0, 0, 400]


def test_the_page_hears_of_a_webhook_by_itself(enter, stripe, customer, invoice):
	page = enter(f"/portal/pay/review?invoice={invoice}")
	go_to_stripe(page)
	payment = frappe.get_doc(states.DOCTYPE, get_payments(customer)[0].name)
	page.goto(f"/portal/pay/{payment.name}?returned=1")
	page.get_by_role("heading", name="Waiting for confirmation").wait_for()
	stripe.account.pay(payment.provider_reference, "card")
	assert stripe.deliver_all()[0] == 200
	page.get_by_role("heading", name="Thank you for your payment").wait_for()
	assert get_outstanding([invoice]) == [0]


@pytest.mark.parametrize("is_shared", [False, True], ids=["by the account's link", "by the quotation's link"])
def test_a_deposit_after_accepting(enter, stripe, customer, is_shared):
	stripe.set_up(
		{**answers.SETTINGS, "signature_required": 0, "order_created_as": "Submitted", "deposit_percent": 25}
	)
	quotation = factories.make_quotation(customer)
	token = None
	if is_shared:
		token = tokens.issue_for_document(
			customer.name, "Quotation", quotation.name, "Customer", may_answer=1
		)
	frappe.db.commit()
	page = enter(f"/portal/accept/{quotation.name}", token)
	page.get_by_label("Your name", exact=True).fill("Ann Buyer")
	page.get_by_label("Your e-mail address").fill("ann@example.com")
	page.get_by_role("button", name="Accept and order").click()
	page.get_by_role("link", name=re.compile("Pay the deposit of")).click()
	page.get_by_role("heading", name="Review and pay").wait_for()
	go_to_stripe(page)
	pay_by_card(page)
	frappe.db.rollback()
	order = frappe.get_last_doc("Sales Order", {"customer": customer.name})
	assert order.advance_paid == pytest.approx(order.rounded_total / 4)
	page.get_by_role("link", name="Back to the quotation").click()
	page.get_by_text("Accepted by Ann Buyer").wait_for()
	assert page.get_by_role("link", name=re.compile("Pay the deposit")).count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_scanner_reads_the_invoices_code(enter, portal_settings, scheme):
	customer = factories.make_customer()
	account = factories.make_receivable_account("EUR")
	invoice = factories.make_sales_invoice(
		customer, rate=42, currency="EUR", conversion_rate=1.1, debit_to=account
	)
	bank = frappe.db.get_value("Bank", {"swift_number": "COBADEFFXXX"}) or (
		frappe.get_doc({"doctype": "Bank", "bank_name": "Test Bank", "swift_number": "COBADEFFXXX"})
		.insert()
		.name
	)
	bank_account = frappe.get_doc(
		{
			"doctype": "Bank Account",
			"account_name": f"Receipts {frappe.generate_hash(length=6)}",
			"bank": bank,
			"is_company_account": 1,
			"company": invoice.company,
			"iban": "DE89370400440532013000",
		}
	).insert()
	portal_settings(bank_transfers=[{"company": invoice.company, "bank_account": bank_account.name}])
	frappe.db.commit()
	try:
		token = tokens.get_or_issue(customer.name)
		page = enter(f"/portal/invoices/{invoice.name}", token, width=390, color_scheme=scheme)
		page.context.grant_permissions(["clipboard-read", "clipboard-write"])
		code = page.get_by_role("img", name=re.compile("QR code"))
		code.scroll_into_view_if_needed()
		found = zxingcpp.read_barcodes(Image.open(io.BytesIO(code.screenshot())))
		assert found[0].text.split("\n")[6:] == ["DE89370400440532013000", "EUR42.00", "", "", invoice.name]
		page.get_by_role("button", name="Copy IBAN").click()
		page.get_by_text("Copied").wait_for()
		assert page.evaluate("navigator.clipboard.readText()") == "DE89370400440532013000"
	finally:
		portal_settings(bank_transfers=[])
		frappe.db.commit()
