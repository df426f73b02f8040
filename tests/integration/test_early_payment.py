"""An early payment discount is offered, charged and booked as ERPNext's own payment entry of the same day has it."""

import random

import frappe
import pytest
from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry
from frappe.utils import flt

from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.payments import open_items, states
from tests import factories
from tests.factories import discounts, paying
from tests.factories.booking import get_ledger, get_outstanding, set_rate
from tests.factories.discounts import HALVES, get_deductions, get_own_entry, make_discounted
from tests.factories.masters import get_company, make_receivable_account
from tests.factories.terms import take_off

# due after the others, with a discount up to the same day
LATER = ((100, 40, 2, 10),)


@pytest.fixture(autouse=True)
def account(allow):
	"""Paying is allowed and the company has its discount account, whose name this is."""
	before = frappe.db.get_value("Company", get_company(), "default_discount_account")
	yield discounts.make_discount_account()
	frappe.db.rollback()
	discounts.set_company(get_company(), default_discount_account=before)
	frappe.db.commit()


@pytest.fixture
def split_tax(db):
	"""ERPNext books what of the discount is tax on the tax's account; returns that of the tests' tax."""
	before = frappe.db.get_single_value("Accounts Settings", "book_tax_discount_loss")

	def change(value):
		frappe.db.set_single_value("Accounts Settings", "book_tax_discount_loss", value)
		frappe.clear_document_cache("Accounts Settings", "Accounts Settings")
		frappe.db.commit()

	change(1)
	yield paying.make_account(get_company(), "Discounted Tax", "Tax", "Duties and Taxes")
	frappe.db.rollback()
	change(before)


def pay(customer, keys, **form):
	payment = paying.begin(customer, keys, **form)
	asked = payment.amount
	payment = paying.capture_payment(payment)
	assert (payment.state, payment.attention_reason, payment.last_error) == (states.POSTED, None, None)
	assert paying.get_entries(payment) == [payment.payment_entry]
	return asked, frappe.get_doc("Payment Entry", payment.payment_entry), payment


def tax(account, rate=10, **fields):
	return {
		"taxes": [
			{
				"charge_type": "On Net Total",
				"account_head": account,
				"description": "Tax",
				"rate": rate,
				**fields,
			}
		]
	}


@pytest.mark.parametrize("by_term", [False, True])
@pytest.mark.parametrize(
	("rate", "discount_type", "discount", "asked"),
	[(1000, "Percentage", 2, 980), (1000, "Amount", 12.5, 987.5), (333.33, "Percentage", 2, 326.66)],
)
def test_a_whole_invoice(customer, account, by_term, rate, discount_type, discount, asked):
	invoice = make_discounted(customer, rate, ((100, 30, discount, 10),), by_term, discount_type)
	own = get_own_entry(invoice)
	amount, entry, payment = pay(customer, [invoice.name])
	assert amount == flt(own.paid_amount, 2) == asked
	assert payment.discount == flt(rate - asked, 2)
	assert get_deductions(entry) == get_deductions(own) == {account: flt(rate - asked, 2)}
	assert (entry.paid_amount, entry.unallocated_amount, entry.difference_amount) == (asked, 0, 0)
	assert get_ledger(entry.name) == {
		invoice.debit_to: (-rate, -rate),
		paying.make_gateway()["account"]: (asked, asked),
		account: (flt(rate - asked, 2), flt(rate - asked, 2)),
	}
	assert get_outstanding(invoice) == 0
	assert invoice.reload().status == "Paid"
	# ERPNext writes what was paid into the schedule where it allocates by term alone
	((left, paid, taken_off),) = discounts.get_schedule(invoice)
	assert (left, flt(paid, 2), flt(taken_off, 2)) == (
		(0, asked, flt(rate - asked, 2)) if by_term else (rate, 0, 0)
	)
	assert not open_items.get_accounts(customer.name)


@pytest.mark.parametrize("by_term", [False, True])
def test_all_at_once(customer, account, by_term):
	"""Two invoices with a discount, one in instalments, and one without."""
	whole = make_discounted(customer, 1000, by_term=by_term)
	parts = make_discounted(customer, 500, HALVES, by_term)
	plain = factories.make_sales_invoice(customer, 70)
	own = [get_own_entry(invoice) for invoice in (whole, parts, plain)]
	assert [entry.paid_amount for entry in own] == [980, 475, 70]
	amount, entry, payment = pay(customer, [], of="all")
	assert (amount, payment.discount) == (1525, 45)
	assert get_deductions(entry) == {account: 45}
	assert [get_outstanding(invoice) for invoice in (whole, parts, plain)] == [0, 0, 0]
	if by_term:
		assert discounts.get_schedule(parts) == [(0, 240, 10), (0, 235, 15)]
	assert not open_items.get_accounts(customer.name)


@pytest.mark.parametrize("by_term", [False, True])
def test_one_instalment_of_several(customer, account, by_term):
	"""A percentage is one of the whole invoice, as ERPNext has it; the other instalment keeps its own."""
	invoice = make_discounted(customer, 1000, HALVES, by_term)
	amount, entry, _payment = pay(customer, [f"{invoice.name}#1"])
	assert (amount, get_deductions(entry)) == (480, {account: 20})
	assert get_outstanding(invoice) == 500
	amount, entry, _payment = pay(customer, [invoice.name])
	assert (amount, get_deductions(entry)) == (470, {account: 30})
	assert get_outstanding(invoice) == 0
	if by_term:
		assert discounts.get_schedule(invoice) == [(0, 480, 20), (0, 470, 30)]


def test_tax_is_taken_off_where_it_was_charged(customer, account, split_tax):
	invoice = make_discounted(customer, 1000, **tax(split_tax))
	own = get_own_entry(invoice)
	assert (own.paid_amount, get_deductions(own)) == (1078, {account: 20, split_tax: 2})
	amount, entry, payment = pay(customer, [invoice.name])
	assert (amount, payment.discount, get_deductions(entry)) == (1078, 22, get_deductions(own))
	assert get_ledger(entry.name)[split_tax] == (2, 2)
	assert get_outstanding(invoice) == 0


@pytest.mark.parametrize("rate", [333.33, 99.95, 1234.56])
def test_cents_of_a_split_discount(customer, account, split_tax, rate):
	invoice = make_discounted(customer, rate, disable_rounded_total=1, **tax(split_tax, 19))
	own = get_own_entry(invoice)
	amount, entry, _payment = pay(customer, [invoice.name])
	assert amount == flt(own.paid_amount, 2)
	assert flt(sum(row.amount for row in entry.deductions), 2) == flt(invoice.grand_total - amount, 2)
	assert (entry.unallocated_amount, entry.difference_amount, get_outstanding(invoice)) == (0, 0, 0)


@pytest.mark.parametrize(
	("fields", "income", "taxes"),
	[
		# ERPNext's own entry takes 20 and 1.82 off here, and leaves 1.82 on the customer's account
		({"included_in_print_rate": 1}, 18.18, 1.82),
		({}, 18, 1.8),
	],
)
def test_a_split_is_no_more_than_the_discount(customer, account, split_tax, fields, income, taxes):
	more = {} if fields else {"apply_discount_on": "Net Total", "discount_amount": 100}
	invoice = make_discounted(customer, 1000, **more, **tax(split_tax, **fields))
	amount, entry, _payment = pay(customer, [invoice.name])
	assert amount == flt(invoice.grand_total - income - taxes, 2)
	assert get_deductions(entry) == {account: income, split_tax: taxes}
	assert (entry.unallocated_amount, get_outstanding(invoice)) == (0, 0)


@pytest.mark.parametrize("day_rate", [1.25, 1.3])
@pytest.mark.parametrize(("discount_type", "discount"), [("Percentage", 2), ("Amount", 5)])
def test_a_foreign_invoice(customer, account, allow, day_rate, discount_type, discount):
	"""100 EUR booked at 1.25: the discount is booked at that rate, the rest is an exchange difference."""
	set_rate("EUR", day_rate)
	allow(payment_gateways=[paying.make_gateway(currency="EUR")])
	invoice = make_discounted(
		customer,
		100,
		((100, 30, discount, 10),),
		discount_type=discount_type,
		currency="EUR",
		conversion_rate=1.25,
		disable_rounded_total=1,
		debit_to=make_receivable_account("EUR"),
	)
	own = get_own_entry(invoice)
	amount, entry, payment = pay(customer, [invoice.name])
	assert (payment.currency, amount, payment.discount) == ("EUR", 100 - discount, discount)
	assert amount == own.paid_amount
	deductions = get_deductions(entry)
	assert deductions.pop(account) == get_deductions(own)[account] == flt(discount * 1.25, 2)
	assert flt(sum(deductions.values()), 2) == flt(discount * (day_rate - 1.25), 2)
	assert (entry.unallocated_amount, entry.difference_amount, get_outstanding(invoice)) == (0, 0, 0)
	assert get_ledger(entry.name)[invoice.debit_to] == (-100 * day_rate, -100)


def test_a_foreign_invoice_on_the_companys_account(customer, account):
	before = frappe.db.get_single_value(
		"Accounts Settings", "allow_multi_currency_invoices_against_single_party_account"
	)
	frappe.db.set_single_value(
		"Accounts Settings", "allow_multi_currency_invoices_against_single_party_account", 1
	)
	try:
		invoice = make_discounted(customer, 100, currency="EUR", conversion_rate=1.3333)
		own = get_own_entry(invoice)
		amount, entry, _payment = pay(customer, [invoice.name])
	finally:
		frappe.db.rollback()
		frappe.db.set_single_value(
			"Accounts Settings", "allow_multi_currency_invoices_against_single_party_account", before
		)
		frappe.db.commit()
	assert amount == flt(own.paid_amount, 2) == 130.66
	assert get_deductions(entry) == get_deductions(own) == {account: 2.67}
	assert get_outstanding(invoice) == 0


def test_yen_have_no_cents(customer, account, allow):
	set_rate("JPY", 0.0066)
	invoice = make_discounted(
		customer,
		1234,
		currency="JPY",
		conversion_rate=0.0066,
		disable_rounded_total=1,
		debit_to=make_receivable_account("JPY"),
	)
	payment = paying.begin(customer, [invoice.name])
	assert (payment.amount_minor, payment.discount) == (1209, 25)
	payment = paying.capture_payment(payment)
	assert (payment.state, payment.attention_reason) == (states.POSTED, None)
	assert get_outstanding(invoice) == 0


def test_the_invoices_cost_center_has_the_loss(customer, account):
	company = get_company()
	parent = frappe.db.get_value("Cost Center", {"company": company, "is_group": 1})
	name = f"Discounts {frappe.generate_hash(length=6)}"
	center = frappe.get_doc(
		{"doctype": "Cost Center", "cost_center_name": name, "company": company, "parent_cost_center": parent}
	).insert()
	invoice = make_discounted(customer, 1000, cost_center=center.name)
	_amount, entry, _payment = pay(customer, [invoice.name])
	assert [row.cost_center for row in entry.deductions] == [center.name]


def test_the_fee_is_another_deduction(customer, account, allow):
	fees = paying.make_fee_account()
	allow(payment_gateways=[paying.make_gateway(fee_account=fees)])
	invoice = make_discounted(customer, 1000)
	payment = paying.begin(customer, [invoice.name])
	payment = paying.capture_payment(payment, fee_minor=1450, fee_currency="USD")
	entry = frappe.get_doc("Payment Entry", payment.payment_entry)
	assert get_deductions(entry) == {account: 20, fees: 14.5}
	assert (entry.paid_amount, entry.unallocated_amount, get_outstanding(invoice)) == (965.5, 0, 0)


def test_a_payment_request_for_all_of_it_is_paid(customer, account):
	from erpnext.accounts.doctype.payment_request.payment_request import make_payment_request

	invoice = make_discounted(customer, 1000)
	request = make_payment_request(
		dt="Sales Invoice",
		dn=invoice.name,
		recipient_id="a@example.com",
		submit_doc=1,
		return_doc=1,
		mute_email=1,
	)
	pay(customer, [invoice.name])
	assert request.reload().status == "Paid"


def test_a_part_has_no_discount(customer, account):
	invoice = make_discounted(customer, 1000)
	key = f"amount-{invoice.name}"
	with pytest.raises(InvalidInput):
		paying.choose(customer, [invoice.name], **{key: "980.01"})
	with pytest.raises(InvalidInput):
		paying.choose(customer, [], of="amount", amount="1000")
	for form in ({key: "980"}, {}):
		chosen = paying.choose(customer, [invoice.name], **form)
		assert (chosen.amount, chosen.discount, chosen.due_after) == (980, 20, 0)
	own = paying.choose(customer, [], of="amount", amount="980")
	assert (own.amount, own.discount) == (980, 20)
	part = paying.choose(customer, [invoice.name], **{key: "979.99"})
	assert (str(part.amount), part.discount, str(part.due_after)) == ("979.99", 0, "20.01")
	_amount, entry, _payment = pay(customer, [invoice.name], **{key: "300"})
	assert (get_deductions(entry), get_outstanding(invoice)) == ({}, 700)
	# the rest, in time: ERPNext gives what it announces
	assert get_own_entry(invoice).paid_amount == 680
	amount, entry, _payment = pay(customer, [invoice.name])
	assert (amount, get_deductions(entry), get_outstanding(invoice)) == (680, {account: 20}, 0)


def test_an_own_amount_pays_discounted_wholes_first(customer, account):
	first = make_discounted(customer, 1000)
	second = make_discounted(customer, 500, LATER)
	amount, entry, payment = pay(customer, [], of="amount", amount="1000")
	assert (amount, payment.discount, get_deductions(entry)) == (1000, 20, {account: 20})
	assert (get_outstanding(first), get_outstanding(second)) == (0, 480)


def test_what_was_begun_by_term_has_had_its_discount(customer, account):
	"""ERPNext counts the discount as given with the first part of a term, and does not take it off again."""
	invoice = make_discounted(customer, 1000, by_term=True)
	pay(customer, [invoice.name], **{f"amount-{invoice.name}": "300"})
	assert discounts.get_schedule(invoice) == [(700, 280, 20)]
	assert get_payment_entry("Sales Invoice", invoice.name).deductions == []
	chosen = paying.choose(customer, [invoice.name])
	assert (chosen.amount, chosen.discount) == (700, 0)


def test_a_credit_note_leaves_the_discount(customer, account):
	invoice = make_discounted(customer, 1000)
	take_off(invoice, 200)
	own = get_own_entry(invoice)
	amount, entry, _payment = pay(customer, [invoice.name])
	assert (amount, get_deductions(entry)) == (own.paid_amount, get_deductions(own)) == (780, {account: 20})
	assert get_outstanding(invoice) == 0


def test_a_discount_that_would_be_all_is_none(customer, account):
	invoice = make_discounted(customer, 1000)
	factories.make_payment_entry(customer, 980, [invoice])
	assert paying.choose(customer, [invoice.name]).amount == 20


def test_credit_and_discount(customer, account):
	credit = factories.make_payment_entry(customer, 300)
	invoice = make_discounted(customer, 1000)
	amount, entry, payment = pay(customer, [invoice.name], use_credit="1")
	assert (amount, payment.credit_amount, payment.discount) == (680, 300, 20)
	assert get_deductions(entry) == {account: 20}
	assert get_outstanding(invoice) == 0
	assert frappe.db.get_value("Payment Entry", credit.name, "unallocated_amount") == 0


def test_credit_by_term_and_discount(customer, account):
	factories.make_payment_entry(customer, 300)
	invoice = make_discounted(customer, 1000, by_term=True)
	amount, entry, payment = pay(customer, [invoice.name], use_credit="1")
	assert (amount, payment.discount, get_deductions(entry)) == (680, 20, {account: 20})
	assert get_outstanding(invoice) == 0
	assert not open_items.get_accounts(customer.name)


def test_credit_for_one_and_money_for_another(customer, account):
	"""What credit settles has its discount too, as long as money is paid with it."""
	factories.make_payment_entry(customer, 980)
	invoices = [make_discounted(customer, 1000), make_discounted(customer, 500, LATER)]
	amount, entry, payment = pay(customer, [invoice.name for invoice in invoices], use_credit="1")
	assert (amount, payment.discount, get_deductions(entry)) == (490, 30, {account: 30})
	assert [get_outstanding(invoice) for invoice in invoices] == [0, 0]


def test_credit_alone_has_none(customer, account):
	"""There is no payment that ERPNext could book the discount with."""
	factories.make_payment_entry(customer, 1500)
	invoice = make_discounted(customer, 1000)
	chosen = paying.choose(customer, [invoice.name], use_credit="1")
	assert (chosen.amount, chosen.credit_amount, chosen.discount) == (0, 1000, 0)


@pytest.mark.parametrize("seed", [3, 11, 29])
def test_paying_all_that_is_offered_leaves_nothing(customer, account, split_tax, seed):
	"""Invoices of all sorts, some begun: what is asked for is what ERPNext's own entries ask for, but for a cent an instalment."""
	chance = random.Random(seed)
	invoices = []
	for _number in range(6):
		fields = tax(split_tax, chance.choice([7, 19])) if chance.random() < 0.6 else {}
		by_term = chance.random() < 0.5
		invoice = make_discounted(
			customer,
			chance.randint(2000, 200000) / 100,
			chance.choice([HALVES, LATER, ((100, 30, 3, 0),), ((60, 20, None, None), (40, 40, 2, 10))]),
			by_term=by_term,
			days_ago=chance.choice([0, 0, 15]),
			disable_rounded_total=1,
			**fields,
		)
		# ERPNext's button refuses what was begun by term: it asks for the discount once more
		if not by_term and chance.random() < 0.5:
			factories.make_payment_entry(customer, chance.randint(100, 900) / 100, [invoice])
		invoices.append(invoice)
	asked = sum(flt(get_own_entry(invoice).paid_amount, 2) for invoice in invoices)
	amount, entry, payment = pay(customer, [], of="all")
	assert abs(flt(amount - asked, 2)) <= 0.01 * len(invoices)
	assert flt(amount + payment.discount, 2) == flt(sum(row.allocated_amount for row in entry.references), 2)
	assert [get_outstanding(invoice) for invoice in invoices] == [0] * len(invoices)
	assert (entry.unallocated_amount, entry.difference_amount) == (0, 0)
	assert not open_items.get_accounts(customer.name)
