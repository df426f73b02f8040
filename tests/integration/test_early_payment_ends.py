"""When an early payment discount ends, and what a customer is told of it: on each page, on the receipt, and never too much."""

import io
import re
from datetime import datetime, time, timedelta

import frappe
import pytest
from frappe.utils import add_days, flt, get_datetime, getdate, now_datetime
from pypdf import PdfReader

from customer_portal_ext.access import payment_mail, tokens
from customer_portal_ext.documents import early_payment
from customer_portal_ext.payments import (
	capture,
	discount_accounts,
	intents,
	limits,
	payment_entry,
	posting,
	receipt,
	retry,
	states,
)
from tests import factories
from tests.client import hidden_fields
from tests.factories import discounts, paying
from tests.factories.booking import get_outstanding, set_rate
from tests.factories.discounts import HALVES, get_deductions, make_discounted
from tests.factories.masters import get_company, make_receivable_account
from tests.factories.terms import pay_instalment
from tests.factories.threads import at_once, killed_after

SAID = "off when paid by"


@pytest.fixture(autouse=True)
def account(allow):
	"""Paying is allowed and the company has its discount account, whose name this is."""
	before = frappe.db.get_value(
		"Company", get_company(), ["default_discount_account", "round_off_account"], as_dict=True
	)
	yield discounts.make_discount_account()
	frappe.db.rollback()
	discounts.set_company(get_company(), **before)
	frappe.db.commit()


@pytest.fixture
def look(http, customer):
	"""A page's text without markup, by its address."""
	http.open_link(tokens.get_link(tokens.get_or_issue(customer.name)))

	def get(address, **query):
		page = http.get(address, query_string=query)
		assert page.status_code == 200, page.text
		return get_text(page.text)

	return get


def get_text(html: str) -> str:
	"""Without markup and with single spaces, minus signs as they are typed."""
	return " ".join(re.sub(r"<[^>]+>", " ", html).replace("&nbsp;", " ").replace("−", "-").split())


@pytest.fixture
def time_zone(db):
	"""Change the site's time zone for one test."""
	before = frappe.db.get_single_value("System Settings", "time_zone")

	def change(name):
		frappe.db.set_single_value("System Settings", "time_zone", name)
		frappe.clear_document_cache("System Settings", "System Settings")
		frappe.cache.delete_value("system_settings")
		if hasattr(frappe.local, "system_settings"):
			del frappe.local.system_settings
		frappe.db.commit()

	yield change
	frappe.db.rollback()
	change(before)


def ended(payment, days: int = 1):
	"""The payment's promises as they stand when the last day was so many days ago."""
	for row in payment.allocations:
		if row.discount:
			row.db_set("discount_date", add_days(getdate(), -days))
	frappe.db.commit()
	return payment.reload()


def get_pages(invoice):
	return (
		("/portal", {}),
		("/portal/invoices", {}),
		(f"/portal/invoices/{invoice.name}", {}),
		("/portal/pay", {}),
		("/portal/pay/review", {"invoice": invoice.name}),
	)


def test_the_day_is_the_sites(customer, look, time_zone):
	"""Two places whose days are never the same: what ends with the day of the one has ended in the other."""
	time_zone("Pacific/Pago_Pago")
	invoice = make_discounted(customer, 1000)
	row = invoice.payment_schedule[0].name
	frappe.db.set_value("Payment Schedule", row, "discount_date", getdate())
	assert paying.choose(customer, [invoice.name]).amount == 980
	address = f"/portal/invoices/{invoice.name}"
	assert f"$20.00 {SAID}" in look(address) and "Pay $980.00" in look(address)
	time_zone("Pacific/Kiritimati")
	assert paying.choose(customer, [invoice.name]).amount == 1000
	for page, query in get_pages(invoice):
		text = look(page, **query)
		assert SAID not in text and "980.00" not in text, page
	assert "Pay $1,000.00" in look(address)


def test_every_page_says_the_same_while_it_lasts(stripe, customer, look):
	invoice = make_discounted(customer, 1000)
	day = frappe.utils.format_date(add_days(getdate(), 10), "MMMM d, yyyy")
	announced = f"$20.00 {SAID} {day}"
	page = look(f"/portal/invoices/{invoice.name}")
	assert announced in page and "Pay $980.00" in page
	page = look("/portal/pay")
	assert announced in page and "$980.00" in page
	page = look("/portal/pay/review", invoice=invoice.name)
	assert announced in page and "Pay $980.00" in page
	assert "Early payment discount -$20.00" in page
	assert "Open afterwards $0.00" in page


def test_what_is_paid_announces_nothing(customer, look):
	invoice = make_discounted(customer, 1000, HALVES)
	payment = paying.capture_payment(paying.begin(customer, [f"{invoice.name}#1"]))
	page = look(f"/portal/invoices/{invoice.name}")
	assert page.count(SAID) == 1 and f"$30.00 {SAID}" in page and "Pay $470.00" in page
	paying.capture_payment(paying.begin(customer, [invoice.name]))
	for address, query in get_pages(invoice)[:-1]:
		assert SAID not in look(address, **query)
	assert payment.discount == 20


def test_what_erpnext_counts_as_given_is_not_announced(customer, look):
	invoice = make_discounted(customer, 1000, by_term=True)
	pay_instalment(invoice, 1, 300)
	page = look(f"/portal/invoices/{invoice.name}")
	assert SAID not in page and "Pay $700.00" in page


def test_terms_that_erpnext_refuses_are_not_announced(customer, look):
	"""Payments by term, and a row without one: ERPNext allocates nothing to it, so there is no payment to book a discount with."""
	invoice = make_discounted(customer, 1000, by_term=True)
	frappe.db.set_value("Payment Schedule", invoice.payment_schedule[0].name, "payment_term", None)
	page = look(f"/portal/invoices/{invoice.name}")
	assert SAID not in page and "Pay $1,000.00" in page
	assert paying.choose(customer, [invoice.name]).amount == 1000


def test_quotations_and_orders_announce_what_can_still_be_had(customer, look):
	template = discounts.make_template()
	quotation = factories.make_quotation(customer, rate=1000, payment_terms_template=template)
	order = factories.make_sales_order(customer, rate=1000, payment_terms_template=template)
	pages = (f"/portal/quotations/{quotation.name}", f"/portal/orders/{order.name}")
	for address in pages:
		assert f"$20.00 {SAID}" in look(address)
	frappe.db.set_value("Sales Order", order.name, "per_billed", 100)
	assert SAID not in look(pages[1])
	frappe.db.set_value("Sales Order", order.name, {"per_billed": 0, "advance_paid": 1000})
	assert SAID not in look(pages[1])
	frappe.db.set_value("Sales Order", order.name, "advance_paid", 0)
	for document in (quotation, order):
		row = document.payment_schedule[0].name
		frappe.db.set_value("Payment Schedule", row, "discount_date", add_days(getdate(), -1))
	for address in pages:
		assert SAID not in look(address)


@pytest.mark.parametrize(("day", "clock", "open_after"), [(-1, time(23, 59, 59), 0), (0, time(0, 0, 0), 20)])
def test_the_last_second(customer, look, day, clock, open_after):
	"""Begun in time. What the gateway took by the last second of the day is honoured, though it is booked a day later; a second
	later the money is booked as it came, and the rest stays open."""
	invoice = make_discounted(customer, 1000, days_ago=5)
	payment = ended(paying.begin(customer, [invoice.name]))
	captured_on = datetime.combine(add_days(getdate(), day), clock)
	payment = paying.capture_payment(payment, captured_on=captured_on)
	assert payment.state == states.POSTED and len(paying.get_entries(payment)) == 1
	entry = frappe.get_doc("Payment Entry", payment.payment_entry)
	assert (entry.paid_amount, entry.unallocated_amount) == (980, 0)
	assert (get_outstanding(invoice), payment.discount) == (open_after, 20 - open_after)
	page = look(f"/portal/pay/{payment.name}")
	printed = read_pdf(payment)
	if open_after:
		assert "the early payment discount had ended when the payment came" in payment.attention_reason
		assert "The early payment discount of $20.00 had ended when you paid and was not taken off." in page
		assert "Still open $20.00" in page and "-$20.00" not in page
		assert "Early payment discount" not in printed and "980.00" in printed
	else:
		assert not payment.attention_reason and "had ended" not in page
		assert "Early payment discount -$20.00" in page
		assert "Still open $0.00" in page


def read_pdf(payment):
	content = receipt.get_file(payment, "en")[1]
	return PdfReader(io.BytesIO(content)).pages[0].extract_text().replace("\t", " ").replace("−", "-")


def test_one_of_two_has_ended(customer):
	invoice = make_discounted(customer, 1000, HALVES)
	payment = paying.begin(customer, [invoice.name])
	assert (payment.amount, payment.discount) == (950, 50)
	payment.allocations[0].db_set("discount_date", add_days(getdate(), -1))
	frappe.db.commit()
	payment = paying.capture_payment(payment)
	entry = frappe.get_doc("Payment Entry", payment.payment_entry)
	assert (flt(sum(row.amount for row in entry.deductions)), payment.discount) == (30, 30)
	assert (entry.unallocated_amount, get_outstanding(invoice)) == (0, 20)


def test_a_payment_that_waits_says_that_its_discount_has_ended(customer, look):
	invoice = make_discounted(customer, 1000)
	payment = ended(paying.begin(customer, [invoice.name]))
	page = look(f"/portal/pay/{payment.name}")
	assert "The early payment discount of $20.00 has ended. If you pay now, that much stays open." in page
	capture.cancel(payment.name)
	assert "discount of $20.00" not in look(f"/portal/pay/{payment.name}")


def test_a_payment_is_given_up_when_its_discount_ends(customer, allow):
	"""But not sooner than a gateway can."""
	allow(payment_minutes=limits.MAXIMUM_MINUTES)
	invoice = make_discounted(customer, 1000)
	chosen = paying.choose(customer, [invoice.name])
	assert intents.get_expiry(chosen) > add_minutes(limits.MAXIMUM_MINUTES - 2)
	row = invoice.payment_schedule[0].name
	frappe.db.set_value("Payment Schedule", row, "discount_date", getdate())
	midnight = get_datetime(add_days(getdate(), 1))
	expected = max(midnight, add_minutes(limits.MINIMUM_MINUTES))
	expiry = intents.get_expiry(paying.choose(customer, [invoice.name]))
	assert abs(expiry - expected) < timedelta(minutes=2)


def add_minutes(minutes):
	return now_datetime() + timedelta(minutes=minutes)


def test_the_receipt_says_what_was_paid_and_what_was_taken_off(customer, look, monkeypatch):
	invoice = make_discounted(customer, 1000)
	payment = paying.capture_payment(paying.begin(customer, [invoice.name]))
	page = look(f"/portal/pay/{payment.name}")
	assert "$980.00" in page and "Early payment discount -$20.00" in page
	assert f"Invoice {invoice.name}" in page and "$1,000.00" in page
	printed = read_pdf(payment)
	assert "Early payment discount" in printed and "-20.00" in printed
	assert "1,000.00" in printed and "$980.00" in printed
	sent = []
	monkeypatch.setattr(payment_mail.outgoing_mail, "send", lambda **values: sent.append(values["message"]))
	monkeypatch.setattr(payment_mail.EmailAccount, "find_outgoing", lambda: "account")
	payment_mail.send_receipt(payment, [])
	text = get_text(sent[0])
	assert "your payment of $980.00" in text and "Early payment discount -$20.00" in text
	german = PdfReader(io.BytesIO(receipt.get_file(payment, "de")[1])).pages[0].extract_text()
	assert "Skonto" in german
	page = look(f"/portal/payments/{payment.payment_entry}")
	assert "$1,000.00" in page and "of which Discount $20.00" in page


def test_a_transfer_is_told_until_when_it_holds(customer, look, portal_settings):
	"""The code asks for what is right today, and says what is right later; the invoice's own asks for all that is open."""
	portal_settings(bank_transfers=[{"company": get_company(), "upi_id": "windpower@okbank"}])
	frappe.db.set_value("Currency", "INR", "enabled", 1)
	set_rate("INR", 0.0125)
	invoice = make_discounted(
		customer,
		1000,
		currency="INR",
		conversion_rate=0.0125,
		disable_rounded_total=1,
		debit_to=make_receivable_account("INR"),
	)
	day = frappe.utils.format_date(add_days(getdate(), 10), "MMMM d, yyyy")
	page = look("/portal/pay/review", invoice=invoice.name)
	assert f"the discount holds if the money arrives by {day}; after that, ₹1,000.00 is due." in page
	assert "Amount ₹980.00" in page
	page = look(f"/portal/invoices/{invoice.name}")
	assert "Amount ₹1,000.00" in page and f"₹20.00 {SAID} {day}" in page
	portal_settings(bank_transfers=[])


def test_the_browser_decides_nothing(stripe, customer, http):
	http.open_link(tokens.get_link(tokens.get_or_issue(customer.name)))
	invoice = make_discounted(customer, 1000)
	fields = hidden_fields(http.get("/portal/pay/review", query_string={"invoice": invoice.name}).text)
	assert fields["shown"] == "980.00"
	row = invoice.payment_schedule[0].name
	frappe.db.set_value("Payment Schedule", row, "discount_date", add_days(getdate(), -1))
	bent = {"discount": "999", "discount_date": "2099-01-01", "schedule_row": row, "payable": "1"}
	page = http.post("/portal/pay", {**fields, **bent})
	assert page.status_code == 400
	assert "What is open has changed since you opened this page" in page.text
	assert "$1,000.00" in page.text and SAID not in page.text
	for shown in ("<script>", "1e3", "980.00 "):
		assert http.post("/portal/pay", {**fields, "shown": shown}).status_code == 400
	frappe.db.rollback()
	assert not frappe.db.exists(states.DOCTYPE, {"customer": customer.name})


def test_begun_twenty_times_at_once_and_told_twenty_times(site, customer):
	invoice = make_discounted(customer, 1000, HALVES, by_term=True)
	key = intents.make_form_key()
	payment = paying.begin(customer, [invoice.name], form_key=key)
	begun = at_once(site, [lambda: paying.begin(customer, [invoice.name], form_key=key).name] * 5)
	assert set(begun) == {payment.name}
	captured = paying.make_captured(payment)
	works = [lambda: capture.record(payment.name, captured), lambda: posting.post(payment.name)] * 10
	assert not [found for found in at_once(site, works) if isinstance(found, Exception)]
	payment.reload()
	assert (payment.state, payment.discount) == (states.POSTED, 50)
	assert paying.get_entries(payment) == [payment.payment_entry]
	assert get_outstanding(invoice) == 0
	assert discounts.get_schedule(invoice) == [(0, 480, 20), (0, 470, 30)]


def test_posted_again_after_the_process_died(site, customer):
	invoice = make_discounted(customer, 1000, by_term=True)
	payment = paying.begin(customer, [invoice.name])
	captured = paying.make_captured(payment)
	killed_after(site, payment_entry, "make", lambda: capture.record(payment.name, captured))
	assert (payment.reload().state, get_outstanding(invoice)) == (states.PAID, 1000)
	retry.run()
	payment.reload()
	assert (payment.state, payment.discount) == (states.POSTED, 20)
	assert len(paying.get_entries(payment)) == 1
	assert (get_outstanding(invoice), discounts.get_schedule(invoice)) == (0, [(0, 980, 20)])


@pytest.mark.parametrize("others", [0, 2])
def test_what_erpnext_refuses_is_paid_without(customer, account, others):
	"""Somebody disables the account between: the money is booked, each invoice with what was paid for it."""
	plain = [factories.make_sales_invoice(customer, 50) for _other in range(others)]
	invoice = make_discounted(customer, 1000)
	payment = paying.begin(customer, [found.name for found in (*plain, invoice)])
	frappe.db.set_value("Account", account, "disabled", 1)
	frappe.db.commit()
	frappe.clear_document_cache("Account", account)
	try:
		payment = paying.capture_payment(payment)
	finally:
		frappe.db.set_value("Account", account, "disabled", 0)
		frappe.clear_document_cache("Account", account)
		frappe.db.commit()
	assert (payment.state, payment.discount) == (states.POSTED, 0)
	assert invoice.name in payment.attention_reason
	entry = frappe.get_doc("Payment Entry", payment.payment_entry)
	assert (entry.deductions, entry.unallocated_amount) == ([], 0)
	assert get_outstanding(invoice) == 20
	assert [get_outstanding(found) for found in plain] == [0] * others


def test_settled_in_part_by_staff_meanwhile(customer, account):
	"""The promise is kept, and what is too much stays on the account."""
	invoice = make_discounted(customer, 1000)
	payment = paying.begin(customer, [invoice.name])
	factories.make_payment_entry(customer, 300, [invoice])
	frappe.db.commit()
	payment = paying.capture_payment(payment)
	entry = frappe.get_doc("Payment Entry", payment.payment_entry)
	assert (get_deductions(entry), entry.unallocated_amount) == ({account: 20}, 300)
	assert (get_outstanding(invoice), payment.discount) == (0, 20)


def test_settled_by_staff_meanwhile(customer):
	invoice = make_discounted(customer, 1000)
	payment = paying.begin(customer, [invoice.name])
	factories.make_payment_entry(customer, 1000, [invoice])
	frappe.db.commit()
	payment = paying.capture_payment(payment)
	entry = frappe.get_doc("Payment Entry", payment.payment_entry)
	assert (entry.deductions, entry.unallocated_amount, payment.discount) == ([], 980, 0)


def test_a_company_that_cannot_book_it_offers_none(customer, account, look):
	invoice = make_discounted(customer, 1000)
	company = get_company()
	bank = paying.make_gateway()["account"]
	group = frappe.db.get_value("Account", bank, "parent_account")
	for wrong in (None, group):
		discounts.set_company(company, default_discount_account=wrong)
		frappe.db.commit()
		assert early_payment.get_missing(company) == ["default_discount_account"]
		for address, query in get_pages(invoice):
			assert SAID not in look(address, **query)
		assert paying.choose(customer, [invoice.name]).amount == 1000
	discounts.set_company(company, default_discount_account=account, round_off_account=None)
	assert early_payment.can_be_booked(company)
	frappe.db.set_single_value("Accounts Settings", "book_tax_discount_loss", 1)
	frappe.clear_document_cache("Accounts Settings", "Accounts Settings")
	try:
		assert early_payment.get_missing(company) == ["round_off_account"]
	finally:
		frappe.db.rollback()
		frappe.clear_document_cache("Accounts Settings", "Accounts Settings")


def test_staff_hear_of_it_once(customer, account):
	company = get_company()
	make_discounted(customer, 1000)
	about = {"document_type": "Company", "document_name": company}
	frappe.db.delete("Notification Log", about)
	discount_accounts.tell_missing()
	assert not frappe.db.count("Notification Log", about)
	discounts.set_company(company, default_discount_account=None)
	discount_accounts.tell_missing()
	told = frappe.get_all("Notification Log", about, ["subject", "email_content", "for_user"])
	assert told and len({row.for_user for row in told}) == len(told)
	assert company in told[0].subject and "Default Payment Discount Account" in told[0].email_content
	discount_accounts.tell_missing()
	assert frappe.db.count("Notification Log", about) == len(told)
	frappe.db.delete("Notification Log", about)
	frappe.db.commit()
