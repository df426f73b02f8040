"""A captured payment becomes one Payment Entry, whatever happened to its documents meanwhile."""

from datetime import timedelta
from decimal import Decimal

import frappe
import pytest
from frappe.utils import add_days, flt, getdate, now_datetime

from customer_portal_ext.payments import capture, open_items, posting, retry, states
from tests import factories
from tests.factories import paying
from tests.factories.booking import get_ledger, get_outstanding, make_foreign_invoice, set_rate
from tests.factories.masters import get_money_account


@pytest.fixture
def gateway(portal_settings):
	"""Paying is switched on, with one gateway; returns a function that changes its row."""

	def change(settings=None, **fields):
		row = paying.make_gateway(**fields)
		portal_settings(
			**{"allow_payments": 1, "allow_partial_payments": 1, "smallest_payment": 0, **(settings or {})},
			payment_gateways=[row],
		)
		frappe.db.commit()

	change()
	return change


@pytest.fixture
def accounts_settings(db):
	"""Change ERPNext's Accounts Settings for one test."""
	before = {}

	def change(**values):
		for field, value in values.items():
			before.setdefault(field, frappe.db.get_value("Accounts Settings", None, field) or "")
			frappe.db.set_single_value("Accounts Settings", field, value)

	yield change
	frappe.db.rollback()
	change(**before)
	frappe.db.commit()
	frappe.clear_document_cache("Accounts Settings", "Accounts Settings")


def test_three_invoices_in_one_payment(customer, gateway):
	invoices = [factories.make_sales_invoice(customer, rate=rate) for rate in (0.10, 0.20, 33.33)]
	payment = paying.begin(customer, [invoice.name for invoice in invoices])
	assert (payment.state, payment.amount, payment.amount_minor) == (states.INITIATED, 33.63, 3363)
	payment = paying.capture_payment(payment)
	assert payment.state == states.POSTED
	assert paying.get_entries(payment) == [payment.payment_entry]
	entry = frappe.get_doc("Payment Entry", payment.payment_entry)
	assert [row.allocated_amount for row in entry.references] == [0.10, 0.20, 33.33]
	assert (entry.paid_amount, entry.unallocated_amount, entry.mode_of_payment) == (33.63, 0, paying.MODE)
	assert entry.reference_no == payment.provider_payment
	assert [get_outstanding(invoice) for invoice in invoices] == [0, 0, 0]
	receivable = invoices[0].debit_to
	assert get_ledger(entry.name) == {
		receivable: (-33.63, -33.63),
		paying.make_gateway()["account"]: (33.63, 33.63),
	}
	assert not payment.attention_reason


@pytest.mark.parametrize("bank_currency", ["EUR", "USD"])
def test_a_foreign_receivable_account(customer, gateway, bank_currency):
	"""100 EUR booked at 1.25 are paid at 1.30: the bank has 130 USD (or 100 EUR), the difference is a gain of 5 USD."""
	gateway(currency=bank_currency)
	set_rate("EUR", 1.30)
	invoice = make_foreign_invoice(customer)
	payment = paying.begin(customer, [invoice.name])
	assert (payment.currency, payment.party_account) == ("EUR", invoice.debit_to)
	payment = paying.capture_payment(payment)
	assert (payment.state, payment.attention_reason, payment.last_error) == (states.POSTED, None, None)
	assert get_outstanding(invoice) == 0
	ledger = get_ledger(payment.payment_entry)
	bank = paying.make_gateway(currency=bank_currency)["account"]
	assert ledger[bank] == (130, 100 if bank_currency == "EUR" else 130)
	assert ledger[invoice.debit_to] == (-130, -100)
	gains = frappe.get_all(
		"Journal Entry Account",
		{
			"reference_name": ("in", (payment.payment_entry, invoice.name)),
			"docstatus": 1,
			"account": invoice.debit_to,
		},
		["debit", "credit", "debit_in_account_currency"],
	)
	assert [(row.debit, row.debit_in_account_currency) for row in gains] == [(5, 0)]


def test_a_bank_account_in_another_currency_than_the_companys(customer, gateway):
	gateway(currency="EUR")
	set_rate("EUR", 1.30)
	invoice = factories.make_sales_invoice(customer, rate=130)
	payment = paying.capture_payment(paying.begin(customer, [invoice.name]))
	assert payment.state == states.POSTED
	ledger = get_ledger(payment.payment_entry)
	assert ledger[paying.make_gateway(currency="EUR")["account"]] == (130, 100)
	assert get_outstanding(invoice) == 0


def test_a_foreign_invoice_on_the_companys_receivable_account_is_paid_in_the_companys_currency(
	customer, gateway, accounts_settings
):
	accounts_settings(allow_multi_currency_invoices_against_single_party_account=1)
	invoice = factories.make_sales_invoice(customer, rate=100, currency="EUR", conversion_rate=1.3333)
	payment = paying.begin(customer, [invoice.name])
	assert (payment.currency, payment.amount_minor) == ("USD", 13333)
	payment = paying.capture_payment(payment)
	assert (payment.state, payment.attention_reason) == (states.POSTED, None)
	assert get_outstanding(invoice) == 0


@pytest.mark.parametrize(
	("currency", "rate", "minor"), [("JPY", 1234, 1234), ("KWD", 1.234, 1234), ("USD", 1.23, 123)]
)
def test_currencies_without_and_with_three_decimals(customer, gateway, currency, rate, minor, monkeypatch):
	if currency != "USD":
		set_rate(currency, 0.0065 if currency == "JPY" else 3.25)
	if currency == "KWD":
		# a site that counts in thousandths says so, or ERPNext itself rounds the invoice
		frappe.db.set_default("currency_precision", "3")
	gateway()
	invoice = (
		make_foreign_invoice(customer, currency, rate, 0.0066 if currency == "JPY" else 3.25)
		if currency != "USD"
		else factories.make_sales_invoice(customer, rate=rate)
	)
	payment = paying.begin(customer, [invoice.name])
	assert payment.amount_minor == minor
	payment = paying.capture_payment(payment)
	frappe.db.set_default("currency_precision", "")
	frappe.db.commit()
	assert (payment.state, payment.attention_reason, payment.last_error) == (states.POSTED, None, None)
	assert get_outstanding(invoice) == 0


def get_balance(customer):
	"""What the customer owes by the Payment Ledger, in the accounts' own currency."""
	rows = frappe.get_all(
		"Payment Ledger Entry",
		{"party": customer.name, "delinked": 0},
		["sum(amount_in_account_currency) as balance"],
	)
	return flt(rows[0].balance, 6)


def undo(payment):
	"""Its invoices are open again, and nothing is known of the payment."""
	frappe.get_doc("Payment Entry", payment.payment_entry).cancel()
	for doctype, field in (("Portal Payment Allocation", "parent"), (states.DOCTYPE, "name")):
		frappe.db.delete(doctype, {field: payment.name})
	frappe.db.commit()


def test_many_foreign_invoices_leave_no_rounding(customer, gateway):
	"""Each reference is converted by itself. Seven times a third of a cent, up or down, is nobody's money."""
	invoices = [make_foreign_invoice(customer, rate=33.33) for _number in range(7)]
	for exchange_rate in (1.2345, 1.2311, 1.2999, 0.8881):
		for is_one_cancelled in (False, True):
			set_rate("EUR", exchange_rate)
			undo(assert_no_rounding(customer, invoices, is_one_cancelled))
			if is_one_cancelled:
				invoices[-1] = make_foreign_invoice(customer, rate=33.33)


def assert_no_rounding(customer, invoices, is_one_cancelled):
	"""Pay all of them, with the last one cancelled meanwhile; the payment."""
	assert [get_outstanding(invoice) for invoice in invoices] == [33.33] * len(invoices)
	payment = paying.begin(customer, [invoice.name for invoice in invoices])
	if is_one_cancelled:
		*invoices, last = invoices
		last.reload().cancel()
		frappe.db.commit()
	payment = paying.capture_payment(payment)
	case = (
		frappe.db.get_value("Payment Entry", payment.payment_entry, "source_exchange_rate"),
		is_one_cancelled,
	)
	assert (payment.state, payment.last_error) == (states.POSTED, None), case
	assert [get_outstanding(invoice) for invoice in invoices] == [0] * len(invoices), case
	entry = frappe.get_doc("Payment Entry", payment.payment_entry)
	# ERPNext counts back what is unallocated from cents of the company's currency
	assert entry.unallocated_amount == pytest.approx(33.33 if is_one_cancelled else 0, abs=0.005), case
	assert get_balance(customer) == pytest.approx(-33.33 if is_one_cancelled else 0, abs=0.005), case
	assert sum(company for company, _account in get_ledger(entry.name).values()) == pytest.approx(0), case
	return payment


def test_the_fee_is_deducted(customer, gateway):
	fees = paying.make_fee_account()
	gateway(fee_account=fees)
	invoice = factories.make_sales_invoice(customer, rate=100)
	payment = paying.begin(customer, [invoice.name])
	payment = paying.capture_payment(payment, fee_minor=320, fee_currency="usd")
	assert (payment.state, payment.fee_minor, payment.fee_currency) == (states.POSTED, 320, "USD")
	assert get_ledger(payment.payment_entry) == {
		invoice.debit_to: (-100, -100),
		fees: (3.2, 3.2),
		paying.make_gateway()["account"]: (96.8, 96.8),
	}
	assert get_outstanding(invoice) == 0


@pytest.mark.parametrize(("fee", "currency", "in_usd"), [(320, "EUR", 4.16), (416, "USD", 4.16)])
def test_the_fee_of_a_foreign_payment(customer, gateway, fee, currency, in_usd):
	fees = paying.make_fee_account()
	gateway(fee_account=fees)
	set_rate("EUR", 1.30)
	invoice = make_foreign_invoice(customer)
	payment = paying.begin(customer, [invoice.name])
	payment = paying.capture_payment(payment, fee_minor=fee, fee_currency=currency)
	assert (payment.state, payment.last_error) == (states.POSTED, None)
	ledger = get_ledger(payment.payment_entry)
	assert ledger[fees] == (in_usd, in_usd)
	assert ledger[paying.make_gateway()["account"]] == (125.84, 125.84)
	assert get_outstanding(invoice) == 0


def test_without_a_fee_account_the_whole_is_booked(customer, gateway):
	invoice = factories.make_sales_invoice(customer, rate=100)
	payment = paying.capture_payment(
		paying.begin(customer, [invoice.name]), fee_minor=320, fee_currency="USD"
	)
	assert get_ledger(payment.payment_entry)[paying.make_gateway()["account"]] == (100, 100)


def test_an_invoice_paid_meanwhile_leaves_the_rest_on_account(customer, gateway):
	first, second = (factories.make_sales_invoice(customer, rate=rate) for rate in (100, 50))
	payment = paying.begin(customer, [first.name, second.name])
	factories.make_payment_entry(customer, 60, [first])
	frappe.db.commit()
	payment = paying.capture_payment(payment)
	assert payment.state == states.POSTED
	entry = frappe.get_doc("Payment Entry", payment.payment_entry)
	assert {row.reference_name: row.allocated_amount for row in entry.references} == {
		first.name: 40,
		second.name: 50,
	}
	assert entry.unallocated_amount == 60
	assert [get_outstanding(first), get_outstanding(second)] == [0, 0]
	assert first.name in payment.attention_reason and "60.00" in payment.attention_reason


def test_a_cancelled_invoice_leaves_the_money_on_account(customer, gateway):
	invoice = factories.make_sales_invoice(customer, rate=100)
	payment = paying.begin(customer, [invoice.name])
	invoice.cancel()
	frappe.db.commit()
	payment = paying.capture_payment(payment)
	entry = frappe.get_doc("Payment Entry", payment.payment_entry)
	assert (payment.state, entry.unallocated_amount, entry.references) == (states.POSTED, 100, [])
	assert invoice.name in payment.attention_reason


def test_what_erpnext_refuses_for_its_documents_stays_on_account(customer, gateway, monkeypatch):
	"""ERPNext may have a rule that this app does not know: the money is posted all the same."""
	from erpnext.accounts.doctype.payment_entry.payment_entry import PaymentEntry

	def refuse(self):
		if self.references:
			frappe.throw("Not this invoice")

	monkeypatch.setattr(PaymentEntry, "validate_paid_invoices", refuse)
	invoice = factories.make_sales_invoice(customer, rate=100)
	payment = paying.capture_payment(paying.begin(customer, [invoice.name]))
	assert payment.state == states.POSTED
	assert frappe.db.get_value("Payment Entry", payment.payment_entry, "unallocated_amount") == 100
	assert "Not this invoice" in payment.attention_reason
	assert get_outstanding(invoice) == 100


@pytest.fixture
def freeze(accounts_settings):
	"""Close the books up to a day; an empty one opens them again."""

	def change(day):
		accounts_settings(acc_frozen_upto=day)
		frappe.db.commit()

	return change


def test_a_capture_in_a_closed_period_is_posted_today(customer, gateway, freeze):
	invoice = factories.make_sales_invoice(customer, rate=100)
	payment = paying.begin(customer, [invoice.name])
	freeze(add_days(getdate(), -1))
	payment = paying.capture_payment(payment, captured_on=now_datetime() - timedelta(days=2))
	entry = frappe.get_doc("Payment Entry", payment.payment_entry)
	assert (payment.state, entry.posting_date) == (states.POSTED, getdate())
	assert entry.reference_date == getdate() - timedelta(days=2)
	assert get_outstanding(invoice) == 0


def test_while_today_is_closed_the_money_waits_and_is_tried_again(customer, gateway, freeze):
	invoice = factories.make_sales_invoice(customer, rate=100)
	payment = paying.begin(customer, [invoice.name])
	freeze(getdate())
	payment = paying.capture_payment(payment)
	assert (payment.state, payment.tries, payment.payment_entry) == (states.PAID, 1, None)
	assert payment.last_error and payment.next_try_on > now_datetime()
	assert payment.name not in retry.get_due()
	freeze("")
	payment.db_set("next_try_on", now_datetime() - timedelta(minutes=1))
	frappe.db.commit()
	assert payment.name in retry.get_due()
	retry.run()
	assert payment.reload().state == states.POSTED
	assert len(paying.get_entries(payment)) == 1
	assert get_outstanding(invoice) == 0


def test_after_the_last_try_a_person_must_look(customer, gateway, freeze):
	invoice = factories.make_sales_invoice(customer, rate=100)
	payment = paying.begin(customer, [invoice.name])
	freeze(getdate())
	payment = paying.capture_payment(payment)
	waits = []
	while payment.state == states.PAID:
		waits.append(payment.next_try_on)
		posting.post(payment.name)
		payment.reload()
	assert (payment.state, payment.tries) == (states.NEEDS_ATTENTION, 7)
	assert waits == sorted(waits) and payment.last_error in payment.attention_reason
	assert payment.captured_minor == 10000


def test_a_gateway_without_an_account_waits(customer, gateway, portal_settings):
	invoice = factories.make_sales_invoice(customer, rate=100)
	payment = paying.begin(customer, [invoice.name])
	portal_settings(payment_gateways=[])
	frappe.db.commit()
	payment = paying.capture_payment(payment)
	assert (payment.state, payment.tries) == (states.PAID, 1)
	assert paying.GATEWAY in payment.last_error


@pytest.mark.parametrize(
	"values", [{"amount_minor": 9999}, {"amount_minor": 10001}, {"currency": "EUR"}, {"currency": "JPY"}]
)
def test_what_was_not_asked_for_needs_a_person(customer, gateway, values):
	invoice = factories.make_sales_invoice(customer, rate=100)
	payment = paying.capture_payment(paying.begin(customer, [invoice.name]), **values)
	assert (payment.state, payment.payment_entry) == (states.NEEDS_ATTENTION, None)
	assert payment.captured_minor == values.get("amount_minor", 10000)
	assert payment.captured_currency == values.get("currency", "USD")
	assert "100.00 USD were asked for" in payment.attention_reason
	assert (paying.get_entries(payment), get_outstanding(invoice)) == ([], 100)


@pytest.mark.parametrize("end", [capture.expire, capture.cancel, lambda name: capture.fail(name, "Declined")])
def test_money_that_comes_after_the_end_is_posted(customer, gateway, end):
	invoice = factories.make_sales_invoice(customer, rate=100)
	payment = paying.begin(customer, [invoice.name])
	end(payment.name)
	assert payment.reload().state in states.ENDED_WITHOUT_MONEY
	payment = paying.capture_payment(payment)
	assert (payment.state, get_outstanding(invoice)) == (states.POSTED, 0)
	for late in (capture.expire, capture.cancel):
		late(payment.name)
	capture.fail(payment.name, "Declined")
	assert payment.reload().state == states.POSTED


def test_a_second_payment_of_the_same_intent_is_money_too(customer, gateway):
	invoice = factories.make_sales_invoice(customer, rate=100)
	payment = paying.capture_payment(paying.begin(customer, [invoice.name]))
	for _time in range(2):
		capture.record(payment.name, paying.make_captured(payment, provider_payment="pay_again"))
	both = frappe.get_all(
		states.DOCTYPE,
		{"customer": customer.name},
		["name", "state", "captured_minor", "attention_reason"],
		order_by="creation",
	)
	assert [(row.state, row.captured_minor) for row in both] == [
		(states.POSTED, 10000),
		(states.NEEDS_ATTENTION, 10000),
	]
	assert payment.name in both[1].attention_reason
	assert len(paying.get_entries(payment)) == 1


@pytest.mark.parametrize("values", [{"amount_minor": 0}, {"amount_minor": -1}, {"provider_payment": ""}])
def test_nothing_is_no_capture(customer, gateway, values):
	payment = paying.begin(customer, [factories.make_sales_invoice(customer, rate=100).name])
	with pytest.raises(ValueError, match="nothing was captured"):
		capture.record(payment.name, paying.make_captured(payment, **values))
	assert payment.reload().state == states.INITIATED


def test_an_opening_balance_is_paid(customer, gateway):
	entry = factories.make_journal_entry(customer, 80)
	payment = paying.capture_payment(paying.begin(customer, [entry.name]))
	assert (payment.state, payment.attention_reason) == (states.POSTED, None)
	assert open_items.get_accounts(customer.name) == []


def test_advances_in_an_account_of_their_own(customer, gateway):
	"""A company that books advances as a liability: what pays an invoice is no advance, what is over is one."""
	company = factories.get_company()
	before = frappe.db.get_value(
		"Company",
		company,
		["book_advance_payments_in_separate_party_account", "default_advance_received_account"],
		as_dict=True,
	)
	account = paying.make_account(company, "Advances Received", "Receivable", "Current Liabilities")
	frappe.db.set_value(
		"Company",
		company,
		{
			"book_advance_payments_in_separate_party_account": 1,
			"default_advance_received_account": account,
		},
	)
	frappe.clear_document_cache("Company", company)
	try:
		invoice = factories.make_sales_invoice(customer, rate=100)
		payment = paying.capture_payment(paying.begin(customer, [invoice.name]))
		assert (payment.state, payment.attention_reason) == (states.POSTED, None)
		assert get_outstanding(invoice) == 0
		second = factories.make_sales_invoice(customer, rate=100)
		payment = paying.begin(customer, [second.name])
		second.cancel()
		frappe.db.commit()
		payment = paying.capture_payment(payment)
		assert payment.state == states.POSTED
		assert get_ledger(payment.payment_entry)[account] == (-100, -100)
		third = factories.make_sales_invoice(customer, rate=150)
		(found,) = open_items.get_accounts(customer.name)
		assert [credit.unallocated for credit in found.credits] == [Decimal(100)]
		payment = paying.capture_payment(paying.begin(customer, [third.name], use_credit="1"))
		assert (payment.amount, payment.attention_reason) == (50, None)
		assert get_outstanding(third) == 0
	finally:
		frappe.db.rollback()
		frappe.db.set_value("Company", company, before)
		frappe.db.commit()
		frappe.clear_document_cache("Company", company)


def test_money_goes_to_the_account_of_the_currency(customer, gateway, portal_settings):
	set_rate("EUR", 1.30)
	other = factories.make_customer()
	any_currency, euro = paying.make_gateway(), paying.make_gateway(currency="EUR")
	euro["for_currency"] = "EUR"
	portal_settings(payment_gateways=[any_currency, euro])
	payment = paying.capture_payment(paying.begin(customer, [make_foreign_invoice(customer).name]))
	assert frappe.db.get_value("Payment Entry", payment.payment_entry, "paid_to") == euro["account"]
	payment = paying.capture_payment(paying.begin(other, [factories.make_sales_invoice(other, rate=1).name]))
	assert frappe.db.get_value("Payment Entry", payment.payment_entry, "paid_to") == any_currency["account"]


def test_the_factory_account_is_no_money_account(customer, gateway):
	"""What the assertions above compare with is the gateway's own account, not the one other payments go to."""
	assert paying.make_gateway()["account"] != get_money_account(factories.get_company())
