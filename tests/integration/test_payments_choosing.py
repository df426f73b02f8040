"""Choosing what to pay: what is open, what settings allow, and nothing that only a form says."""

from decimal import Decimal

import frappe
import pytest
from frappe.utils import add_days, getdate

from customer_portal_ext.exceptions import InvalidInput, PaymentUnderWay
from customer_portal_ext.payments import capture, choice, intents, open_items, states
from tests import factories
from tests.factories import paying
from tests.factories.booking import get_outstanding, make_foreign_invoice, set_rate
from tests.factories.paying import make_due

EUR, USD = "EUR", "USD"


def get_parts(chosen):
	return {part.item.key: part.amount for part in chosen.parts}


def refused(customer, keys=(), **form):
	with pytest.raises(InvalidInput) as refusal:
		paying.choose(customer, keys, **form)
	return refusal.value


def test_what_is_open_by_due_date(customer, allow):
	later, overdue, today = make_due(customer, 5, 30), make_due(customer, -5, 10), make_due(customer, 0, 20)
	factories.make_sales_invoice(customer, rate=1, do_not_submit=True)
	factories.make_payment_entry(customer, 5, [overdue])
	(account,) = open_items.get_accounts(customer.name)
	assert [(item.name, item.outstanding) for item in account.items] == [
		(overdue.name, Decimal(5)),
		(today.name, Decimal(20)),
		(later.name, Decimal(30)),
	]
	assert (account.currency, account.outstanding, account.credits) == (USD, Decimal(55), ())


def test_one_several_overdue_and_all(customer, allow):
	overdue, older, later = make_due(customer, -1, 10), make_due(customer, -9, 20), make_due(customer, 5, 30)
	assert get_parts(paying.choose(customer, [later.name])) == {later.name: 30}
	assert get_parts(paying.choose(customer, [later.name, older.name])) == {older.name: 20, later.name: 30}
	assert get_parts(paying.choose(customer, of="overdue")) == {older.name: 20, overdue.name: 10}
	chosen = paying.choose(customer, of="all")
	assert get_parts(chosen) == {older.name: 20, overdue.name: 10, later.name: 30}
	assert (chosen.amount, chosen.credit_amount, chosen.due_after) == (60, 0, 0)


def test_what_is_due_today_is_not_overdue(customer, allow):
	make_due(customer, 0)
	assert refused(customer, of="overdue").field == "of"


def test_an_own_amount_goes_to_the_oldest_first(customer, allow):
	second, first = make_due(customer, 3, 0.20), make_due(customer, 1, 0.10)
	third = make_due(customer, 9, 100)
	chosen = paying.choose(customer, of="amount", amount="50.35")
	assert get_parts(chosen) == {
		first.name: Decimal("0.10"),
		second.name: Decimal("0.20"),
		third.name: Decimal("50.05"),
	}
	assert chosen.due_after == Decimal("49.95")


NO_AMOUNTS = (
	"",
	"0",
	"0.00",
	"-1",
	"1e3",
	"NaN",
	"Infinity",
	"1,50",
	"1.005",
	"100.01",
	"１００",
	" ",
	"0x10",
	"9" * 30,
	"1_0",
)


def test_an_amount_that_is_none(customer, allow):
	make_due(customer, 0)
	for text in NO_AMOUNTS:
		assert refused(customer, of="amount", amount=text).field == "amount", text


def test_a_part_of_one_document(customer, allow):
	first, second = make_due(customer, 0, 10), make_due(customer, 1, 20)
	chosen = paying.choose(customer, [first.name, second.name], **{f"amount-{second.name}": "7.5"})
	assert get_parts(chosen) == {first.name: 10, second.name: Decimal("7.50")}
	for text in ("20.01", "0", "-5", "x"):
		refusal = refused(customer, [second.name], **{f"amount-{second.name}": text})
		assert refusal.field == f"amount-{second.name}"


def test_parts_only_where_settings_allow_them(customer, allow):
	allow(allow_partial_payments=0)
	first, second = make_due(customer, 0, 10), make_due(customer, 1, 20)
	refused(customer, [first.name], **{f"amount-{first.name}": "5"})
	refused(customer, of="amount", amount="15")
	assert get_parts(paying.choose(customer, of="amount", amount="10")) == {first.name: 10}
	assert get_parts(paying.choose(customer, of="amount", amount="30")) == {first.name: 10, second.name: 20}


def test_the_smallest_payment(customer, allow):
	allow(smallest_payment=15)
	make_due(customer, 0, 20)
	refused(customer, of="amount", amount="14.99")
	assert paying.choose(customer, of="amount", amount="15").amount == 15
	small = factories.make_customer()
	make_due(small, 0, 3)
	# what is open as a whole can always be paid
	assert paying.choose(small, of="amount", amount="3").amount == 3


def test_the_smallest_payment_in_another_currency(customer, allow):
	allow(smallest_payment=13)
	set_rate(EUR, 1.30)
	make_foreign_invoice(customer)
	refused(customer, of="amount", amount="9.99")
	assert paying.choose(customer, of="amount", amount="10.01").account.currency == EUR


def test_two_currencies_are_two_payments(customer, allow):
	dollars, euros = make_due(customer, -1), None
	other = factories.make_customer()
	set_rate(EUR, 1.30)
	euros = make_foreign_invoice(other)
	accounts = open_items.get_accounts(customer.name) + open_items.get_accounts(other.name)
	for form, keys in (({"of": "all"}, []), ({}, [dollars.name, euros.name])):
		with pytest.raises(InvalidInput) as refusal:
			choice.read(form, keys, accounts, getdate())
		assert "more than one" in refusal.value.message
	by_key = choice.read({"of": "all", "account": accounts[1].key}, [], accounts, getdate())
	assert (by_key.account.currency, by_key.amount) == (EUR, 100)
	# only one of them has something overdue: nothing to ask
	assert choice.read({"of": "overdue"}, [], accounts[:1], getdate()).amount == 100


def test_two_companies_are_two_payments(customer, allow):
	other_company = next(
		name
		for name in frappe.get_all("Company", {"default_currency": USD}, pluck="name", order_by="name")
		if name != factories.get_company()
	)
	here, there = make_due(customer, 0), None
	accounts = open_items.get_accounts(customer.name)
	moved = open_items.Account("other", customer.name, other_company, "X", USD, accounts[0].items, ())
	there = [moved.items[0].key]
	with pytest.raises(InvalidInput) as refusal:
		choice.read({}, [here.name, *there], [accounts[0], moved], getdate())
	assert "company" in refusal.value.message


def test_what_is_not_open_is_not_chosen(customer, allow):
	mine, paid, foreign = make_due(customer, 0), make_due(customer, 0), make_due(factories.make_customer(), 0)
	factories.make_payment_entry(customer, 100, [paid])
	draft = factories.make_sales_invoice(customer, do_not_submit=True)
	for name in (paid.name, foreign.name, draft.name, "", "nonsense", f"{mine.name}#1", "%"):
		assert refused(customer, [mine.name, name]).field == "invoice"
	assert refused(customer).field == "invoice"
	assert refused(customer, of="everything").field == "of"
	assert refused(customer, of="all", account="0" * 12).field == "account"


def test_a_form_says_nothing_but_names_and_parts(customer, allow):
	"""Whatever else is sent with it, the same is chosen, and the intent says what the database says."""
	invoice = make_due(customer, 0, 100)
	tampered = {
		"customer": "Somebody Else",
		"company": "Wind Power LLC (Demo)",
		"currency": "JPY",
		"party_account": "Cash - WP",
		"total": "0.01",
		"amount": "0.01",
		"amount_minor": "1",
		"outstanding": "0.01",
		"credit_amount": "99.99",
		"exponent": "0",
		"state": "Paid",
		"captured_minor": "10000",
		"redirect": "https://evil.example/",
		"success_url": "https://evil.example/",
		"quotation": "X",
		"reference_doctype": "Sales Order",
		"email": "x@example.com",
	}
	accounts = open_items.get_accounts(customer.name)
	chosen = choice.read(tampered, [invoice.name], accounts, getdate())
	assert chosen == paying.choose(customer, [invoice.name])
	frappe.db.commit()
	origin = intents.Origin(customer.name)
	payment, _is_new = intents.create(chosen, paying.GATEWAY, intents.make_form_key(), origin)
	payment.reload()
	assert (payment.customer, payment.currency, payment.amount_minor) == (customer.name, USD, 10000)
	assert (payment.state, payment.captured_minor, payment.exponent) == (states.INITIATED, 0, 2)
	assert not payment.captured_on and not payment.quotation


def test_the_same_form_is_the_same_payment(customer, allow):
	first, second = make_due(customer, 0), make_due(customer, 5)
	key = intents.make_form_key()
	payment = paying.begin(customer, [first.name], form_key=key)
	# sent again, or sent again with something else in it: what was begun stands
	for keys in ([first.name], [second.name]):
		assert paying.begin(customer, keys, form_key=key).name == payment.name
	assert frappe.db.count(states.DOCTYPE, {"customer": customer.name}) == 1


def test_a_forms_key_opens_nothing_of_another_customers(customer, allow):
	key = intents.make_form_key()
	payment = paying.begin(customer, [make_due(customer, 0).name], form_key=key)
	other = factories.make_customer()
	theirs = paying.begin(other, [make_due(other, 0).name], form_key=key)
	assert theirs.name != payment.name and theirs.customer == other.name


NO_KEYS = ("", "short", "x" * 65, "'; drop table --", None, "é" * 20)


def test_a_form_without_a_key(customer, allow):
	invoice = make_due(customer, 0)
	chosen = paying.choose(customer, [invoice.name])
	for key in NO_KEYS:
		with pytest.raises(InvalidInput):
			intents.create(chosen, paying.GATEWAY, key, intents.Origin(customer.name))
			pytest.fail(f"taken as a form's key: {key!r}")
	assert frappe.db.count(states.DOCTYPE, {"customer": customer.name}) == 0


def test_a_document_that_is_being_paid(customer, allow):
	first, second = make_due(customer, 0), make_due(customer, 5)
	payment = paying.begin(customer, [first.name])
	with pytest.raises(PaymentUnderWay) as refusal:
		paying.begin(customer, of="all")
	assert refusal.value.payment == payment.name
	assert paying.begin(customer, [second.name]).name != payment.name
	# once it has ended, its documents are free
	capture.cancel(payment.name)
	again = paying.begin(customer, [first.name])
	again.db_set("expires_on", add_days(getdate(), -1))
	frappe.db.commit()
	third = paying.begin(customer, [first.name])
	assert len({payment.name, again.name, third.name}) == 3


def test_money_that_waits_for_a_person_holds_its_documents(customer, allow):
	invoice = make_due(customer, 0)
	payment = paying.capture_payment(paying.begin(customer, [invoice.name]), amount_minor=1)
	payment.db_set("expires_on", add_days(getdate(), -1))
	with pytest.raises(PaymentUnderWay):
		paying.begin(customer, [invoice.name])
	payment.db_set("settled_on", getdate())
	assert paying.begin(customer, [invoice.name]).state == states.INITIATED


def test_what_changed_since_the_page_was_opened(customer, allow):
	invoice = make_due(customer, 0)
	chosen = paying.choose(customer, [invoice.name])
	factories.make_payment_entry(customer, 50, [invoice])
	frappe.db.commit()
	with pytest.raises(InvalidInput, match="changed"):
		intents.create(chosen, paying.GATEWAY, intents.make_form_key(), intents.Origin(customer.name))
	assert frappe.db.count(states.DOCTYPE, {"customer": customer.name}) == 0


def test_a_billion_to_the_cent(customer, allow):
	invoice = make_due(customer, 0, 999_999_999.99)
	payment = paying.capture_payment(paying.begin(customer, [invoice.name]))
	assert (payment.amount_minor, payment.state) == (99_999_999_999, states.POSTED)
	assert get_outstanding(invoice) == 0


def test_a_hundred_documents_at_most(customer, allow, monkeypatch):
	monkeypatch.setattr("customer_portal_ext.payments.limits.MOST_DOCUMENTS", 2)
	names = [make_due(customer, number).name for number in range(3)]
	assert refused(customer, names).field == "invoice"
	assert refused(customer, of="all").field == "invoice"
	assert paying.choose(customer, names[:2]).amount == 200
