"""Instalments: what is open of each and which is late is one answer everywhere, and what is paid in full is closed."""

from decimal import Decimal

import frappe
import pytest
from frappe.utils import add_days, flt, getdate

from customer_portal_ext.desk.template_functions import portal_reminder_address
from customer_portal_ext.documents import invoices, kinds, lists
from customer_portal_ext.documents.filters import Filters
from customer_portal_ext.payments import open_items, states
from customer_portal_ext.statement import ledger
from tests import factories
from tests.factories import paying
from tests.factories.terms import (
	HALVES,
	THIRDS,
	make_in_instalments,
	pay_instalment,
	set_in_ledger,
	take_off,
)
from tests.integration.one_answer import assert_one_answer, get_outstanding, get_pay_page, make_visitor


def get_page(invoice):
	visitor = make_visitor(invoice.customer)
	return invoices.get_page(visitor, "invoice", kinds.find(kinds.INVOICE, visitor.row_scope, invoice.name))


def get_row(invoice):
	(row,) = [
		row
		for row in lists.get_rows([kinds.INVOICE], (invoice.customer,), Filters(size=100), getdate()).rows
		if row["name"] == invoice.name
	]
	return row


def get_schedule(invoice):
	return [(line["amount"], line["open"], line["status"]["text"]) for line in get_page(invoice)["schedule"]]


def get_items(customer):
	(account,) = open_items.get_accounts(customer.name)
	return account.items


def pay_all(customer, **form):
	return paying.capture_payment(paying.begin(customer, of="all", **form))


# What is paid in full is closed to the cent


def test_a_schedule_a_cent_short_is_paid_in_full(customer, allow):
	invoice = make_in_instalments(customer, 112.95)
	assert flt(sum(row.payment_amount for row in invoice.payment_schedule), 2) == 112.94
	other = factories.make_sales_invoice(customer, rate=1000)
	assert sum(item.outstanding for item in get_items(customer)) == Decimal("1112.95")
	payment = pay_all(customer)
	assert (payment.state, payment.amount, payment.attention_reason) == (states.POSTED, 1112.95, None)
	assert get_outstanding(invoice, other) == [0, 0]
	assert frappe.db.get_value("Payment Entry", payment.payment_entry, "unallocated_amount") == 0
	assert open_items.get_accounts(customer.name) == []
	assert [row.outstanding for row in invoice.reload().payment_schedule] == [0, 0, 0]
	assert_one_answer(customer.name)


def test_the_cent_that_a_schedule_is_short_of_can_be_paid_by_itself(customer, allow):
	invoice = make_in_instalments(customer, 112.95)
	for number in (1, 2, 3):
		pay_instalment(invoice, number)
	(item,) = get_items(customer)
	assert (item.outstanding, get_outstanding(invoice)) == (Decimal("0.01"), [0.01])
	other = factories.make_sales_invoice(customer, rate=1000)
	payment = pay_all(customer)
	assert (payment.state, payment.attention_reason) == (states.POSTED, None)
	assert get_outstanding(invoice, other) == [0, 0]


@pytest.mark.parametrize("left", [0.05, 0.10])
def test_next_to_nothing_left_of_an_instalment(customer, allow, left):
	invoice = make_in_instalments(customer, 300)
	pay_instalment(invoice, 1, 102 - left)
	other = factories.make_sales_invoice(customer, rate=1000)
	payment = pay_all(customer)
	assert (payment.state, payment.attention_reason) == (states.POSTED, None)
	assert get_outstanding(invoice, other) == [0, 0]
	assert open_items.get_accounts(customer.name) == []


@pytest.fixture
def one_account_for_all_currencies(db):
	field = "allow_multi_currency_invoices_against_single_party_account"
	before = frappe.db.get_single_value("Accounts Settings", field)
	frappe.db.set_single_value("Accounts Settings", field, 1)
	yield
	frappe.db.rollback()
	frappe.db.set_single_value("Accounts Settings", field, before)
	frappe.db.commit()


def test_terms_in_another_currency_than_the_accounts(customer, allow, one_account_for_all_currencies):
	invoice = make_in_instalments(customer, 112.95, currency="EUR", conversion_rate=1.3333)
	assert_one_answer(customer.name, with_report=False)
	payment = paying.capture_payment(paying.begin(customer, [f"{invoice.name}#2"]))
	assert (payment.state, payment.attention_reason) == (states.POSTED, None)
	assert_one_answer(customer.name, with_report=False)
	payment = pay_all(customer)
	assert (payment.state, payment.attention_reason) == (states.POSTED, None)
	assert get_outstanding(invoice) == [0]


def test_terms_without_a_name_are_paid_all_the_same(customer, allow):
	"""ERPNext finds an instalment by its term; two without one are none to it."""
	invoice = make_in_instalments(customer, 300)
	frappe.db.set_value("Payment Schedule", {"parent": invoice.name}, "payment_term", None)
	payment = pay_all(customer)
	assert (payment.state, payment.attention_reason) == (states.POSTED, None)
	assert get_outstanding(invoice) == [0]


def test_a_part_that_is_refused_costs_that_part_alone(customer, allow, monkeypatch):
	from erpnext.accounts.doctype.payment_entry.payment_entry import PaymentEntry

	documents = [factories.make_sales_invoice(customer, rate=rate) for rate in (10, 20, 30, 40, 50)]
	refused = {documents[1].name, documents[4].name}

	def refuse(self):
		if refused & {row.reference_name for row in self.references}:
			frappe.throw("Not this invoice")

	monkeypatch.setattr(PaymentEntry, "validate_paid_invoices", refuse)
	payment = pay_all(customer)
	assert payment.state == states.POSTED
	assert get_outstanding(*documents) == [0, 20, 0, 0, 50]
	assert frappe.db.get_value("Payment Entry", payment.payment_entry, "unallocated_amount") == 70
	assert "Not this invoice" in payment.attention_reason
	assert all(name in payment.attention_reason for name in refused)
	assert documents[0].name not in payment.attention_reason
	assert len(paying.get_entries(payment)) == 1


# Which part is late


def test_a_credit_note_on_an_invoice_by_term(customer, allow):
	invoice = make_in_instalments(customer, 300)
	take_off(invoice, 150)
	assert_one_answer(customer.name)
	assert [(item.due_date < getdate(), item.outstanding) for item in get_items(customer)] == [
		(True, 51),
		(False, 99),
	]
	payment = pay_all(customer)
	assert (payment.state, payment.attention_reason, get_outstanding(invoice)) == (states.POSTED, None, [0])


def test_a_credit_note_goes_to_the_instalment_begun_by_name(customer, allow):
	invoice = make_in_instalments(customer, 300)
	pay_instalment(invoice, 3, 40)
	take_off(invoice, 150)
	assert_one_answer(customer.name)
	assert [item.outstanding for item in get_items(customer)] == [11, 99]


def test_a_credit_used_on_one_instalment(customer, allow):
	invoice = make_in_instalments(customer, 300)
	factories.make_payment_entry(customer, 99)
	payment = paying.begin(customer, [f"{invoice.name}#2"], use_credit="1")
	from customer_portal_ext.payments import posting

	posting.post_credits(payment.name)
	assert get_outstanding(invoice) == [201]
	assert_one_answer(customer.name)
	assert [item.outstanding for item in get_items(customer)] == [3, 99, 99]
	pay_all(customer)
	assert get_outstanding(invoice) == [0]


def test_a_journal_that_stands_for_a_bill_is_due_on_its_day(customer, allow):
	posted, due = add_days(getdate(), -20), add_days(getdate(), 15)
	factories.make_journal_entry(
		customer, 45, posting_date=posted, bill_no="B-1", bill_date=posted, due_date=due
	)
	factories.make_journal_entry(customer, 30, posting_date=posted)
	assert_one_answer(customer.name)
	assert [(item.due_date, item.outstanding) for item in get_items(customer)] == [(posted, 30), (due, 45)]


# Instalments on the invoice's page


def allocate_advance(customer, amount, rate, parts, by_term=False, days_ago=30):
	"""An invoice in instalments with an advance allocated on it."""
	posted = add_days(getdate(), -days_ago)
	advance = factories.make_payment_entry(customer, amount, posting_date=posted)
	invoice = make_in_instalments(customer, rate, parts, by_term, days_ago, do_not_submit=True)
	invoice.append(
		"advances",
		{
			"reference_type": "Payment Entry",
			"reference_name": advance.name,
			"advance_amount": amount,
			"allocated_amount": amount,
			"ref_exchange_rate": 1,
		},
	)
	invoice.set("payment_schedule", [])
	invoice.save()
	invoice.submit()
	return invoice.reload()


@pytest.mark.parametrize("by_term", [False, True])
def test_an_advance_is_no_payment_of_the_first_instalment(customer, allow, by_term):
	invoice = allocate_advance(customer, 200, 500, THIRDS, by_term)
	assert [row.payment_amount for row in invoice.payment_schedule] == [102, 99, 99]
	assert get_schedule(invoice) == [
		(102, 102, "Overdue by 20 days"),
		(99, 99, "Overdue by 10 days"),
		(99, 99, "Unpaid"),
	]
	assert_one_answer(customer.name)
	pay_all(customer)
	assert get_outstanding(invoice) == [0]


def test_half_of_it_paid_in_advance(customer):
	invoice = allocate_advance(customer, 15_000, 30_000, HALVES)
	assert [(amount, part) for amount, part, _status in get_schedule(invoice)] == [(7500, 7500), (7500, 7500)]
	assert get_row(invoice)["status"] == "overdue"
	assert get_page(invoice)["status"]["text"] == "Overdue by 20 days"
	assert_one_answer(customer.name)


def test_an_instalment_paid_by_name_stays_paid(customer):
	invoice = make_in_instalments(customer, 300)
	pay_instalment(invoice, 3)
	assert [(amount, part) for amount, part, _status in get_schedule(invoice)] == [
		(102, 102),
		(99, 99),
		(99, 0),
	]
	assert_one_answer(customer.name)


def test_a_schedule_that_does_not_sum_to_its_invoice_is_shown_so_that_it_does(customer):
	invoice = make_in_instalments(customer, 112.95)
	schedule = get_schedule(invoice)
	assert sum(amount for amount, _open, _status in schedule) == Decimal("112.95")
	assert sum(part for _amount, part, _status in schedule) == Decimal("112.95")
	assert_one_answer(customer.name)


# When it is due


def test_the_list_shows_the_earliest_part_that_is_open(customer):
	invoice = make_in_instalments(customer, 300, days_ago=15)
	posted = invoice.posting_date
	assert (get_row(invoice)["due_date"], get_row(invoice)["status"]) == (add_days(posted, 10), "overdue")
	assert get_page(invoice)["next_due_date"] == add_days(posted, 10)
	pay_instalment(invoice, 1)
	assert (get_row(invoice)["due_date"], get_row(invoice)["status"]) == (add_days(posted, 20), "partly_paid")
	assert get_page(invoice)["next_due_date"] == add_days(posted, 20)


def test_where_erpnext_and_the_schedule_disagree_the_schedule_counts(customer):
	invoice = make_in_instalments(customer, 300, days_ago=15)
	invoice.db_set("due_date", add_days(getdate(), 400))
	last = invoice.payment_schedule[-1].due_date
	assert get_page(invoice)["due_date"] == last
	((account, opening),) = ledger.get_openings(customer.name, getdate()).items()
	with ledger.every_line(account, invoice.posting_date, getdate(), opening) as lines:
		assert [line["due_date"] for line in lines] == [last]
	for number in (1, 2):
		pay_instalment(invoice, number)
	assert get_row(invoice)["due_date"] == last
	pay_instalment(invoice, 3)
	assert (get_row(invoice)["due_date"], get_row(invoice)["status"]) == (last, "paid")
	single = factories.make_sales_invoice(
		customer, 10, posting_date=add_days(getdate(), -9), due_date=add_days(getdate(), -5)
	)
	single.db_set("due_date", add_days(getdate(), 30))
	assert (get_row(single)["due_date"], get_row(single)["status"]) == (add_days(getdate(), -5), "overdue")
	assert_one_answer(customer.name)


@pytest.mark.parametrize(
	("name", "paid", "phrase"),
	[
		("Portal: Invoice Due Soon", 0, "was due on"),
		("Portal: Invoice Due Soon", 1, "is due on"),
		("Portal: Invoice Overdue", 0, "was due on"),
	],
)
def test_a_reminder_names_the_earliest_part_that_is_open(customer, name, paid, phrase):
	invoice = make_in_instalments(customer, 300, days_ago=15)
	for number in range(paid):
		pay_instalment(invoice, number + 1)
	message = frappe.db.get_value("Notification", name, "message")
	text = frappe.render_template(message, {"doc": invoice.reload()})
	day = frappe.utils.format_date(invoice.payment_schedule[paid].due_date)
	assert f"{invoice.name} {phrase} {day}." in text


def test_nobody_is_reminded_of_less_than_a_coin(customer):
	invoice = factories.make_sales_invoice(customer, rate=100)
	invoice.contact_email = "buyer@example.com"
	assert portal_reminder_address(invoice) == "buyer@example.com"
	invoice.outstanding_amount = 0.004
	assert portal_reminder_address(invoice) == ""


# Payment Requests


def make_request(invoice, amount=None):
	from erpnext.accounts.doctype.payment_request.payment_request import make_payment_request

	request = make_payment_request(
		dt=invoice.doctype, dn=invoice.name, recipient_id="buyer@example.com", mute_email=1, return_doc=1
	)
	if amount:
		request.grand_total = amount
	return (request.insert() if request.is_new() else request).submit()


@pytest.mark.parametrize("by_term", [None, False, True])
def test_what_was_asked_for_by_a_payment_request_is_paid(customer, allow, by_term):
	if by_term is None:
		invoice = factories.make_sales_invoice(customer, rate=300)
	else:
		invoice = make_in_instalments(customer, 300, by_term=by_term)
	request = make_request(invoice)
	assert request.reload().status == "Requested"
	payment = paying.capture_payment(paying.begin(customer, of="amount", amount="120"))
	assert (payment.state, payment.attention_reason) == (states.POSTED, None)
	request.reload()
	assert (request.status, request.outstanding_amount) == ("Partially Paid", 180)
	payment = pay_all(customer)
	assert (payment.state, payment.attention_reason) == (states.POSTED, None)
	assert (request.reload().status, request.outstanding_amount) == ("Paid", 0)
	assert get_outstanding(invoice) == [0]


def test_two_payment_requests_and_more_than_they_ask_for(customer, allow):
	invoice = factories.make_sales_invoice(customer, rate=300)
	requests = [make_request(invoice, amount) for amount in (100, 50)]
	payment = pay_all(customer)
	assert (payment.state, payment.attention_reason) == (states.POSTED, None)
	assert [request.reload().status for request in requests] == ["Paid", "Paid"]
	assert get_outstanding(invoice) == [0]


# Finance books


def test_what_the_statement_does_not_count_is_not_offered(customer, allow):
	book = frappe.db.exists("Finance Book", "Portal Tax") or (
		frappe.get_doc({"doctype": "Finance Book", "finance_book_name": "Portal Tax"}).insert().name
	)
	factories.make_journal_entry(customer, 10)
	factories.make_journal_entry(customer, 5, finance_book=book)
	factories.make_journal_entry(customer, -3, finance_book=book)
	assert [item.outstanding for item in get_items(customer)] == [10]
	assert get_pay_page(customer.name) == assert_one_answer(customer.name, with_report=False)
	payment = pay_all(customer)
	assert (payment.amount, payment.attention_reason) == (10, None)
	assert open_items.get_accounts(customer.name) == []


# Less than the smallest coin


@pytest.mark.parametrize(("left", "shown"), [(0.004, 0), (0.005, 0), (0.006, Decimal("0.01"))])
def test_less_than_half_a_cent_is_nothing(customer, allow, left, shown):
	invoice = factories.make_sales_invoice(
		customer, rate=100, posting_date=add_days(getdate(), -9), due_date=add_days(getdate(), -5)
	)
	factories.make_payment_entry(customer, 100, [invoice])
	set_in_ledger(invoice, 100 + left)
	assert get_outstanding(invoice) == [left]
	assert get_row(invoice)["status"] == ("overdue" if shown else "paid")
	assert get_page(invoice)["outstanding"] == shown
	assert get_page(invoice)["status"]["text"] == ("Overdue by 5 days" if shown else "Paid")
	assert_one_answer(customer.name, with_report=False)


def test_fractions_of_yen_add_up_as_they_are_shown(db, allow):
	yen = factories.make_receivable_account("JPY")
	buyer = factories.make_customer(
		default_currency="JPY", accounts=[{"company": factories.get_company(), "account": yen}]
	)
	posted = add_days(getdate(), -30)
	made = [
		factories.make_sales_invoice(
			buyer,
			rate=1085,
			posting_date=posted,
			due_date=add_days(posted, days),
			currency="JPY",
			conversion_rate=0.0066,
			debit_to=yen,
			disable_rounded_total=1,
		)
		for days in (10, 20)
	]
	for invoice in made:
		own = {"voucher_no": invoice.name, "against_voucher_no": invoice.name}
		frappe.db.set_value("Payment Ledger Entry", own, "amount_in_account_currency", 1085.4)
		entries = {"voucher_no": invoice.name, "party": buyer.name, "debit": (">", 0)}
		frappe.db.set_value("GL Entry", entries, "debit_in_account_currency", 1085.4)
		invoice.db_set("outstanding_amount", 1085.4)
	assert [item.outstanding for item in get_items(buyer)] == [1085, 1085]
	assert_one_answer(buyer.name, with_report=False)


def test_instalments_of_a_fraction_add_up_as_they_are_shown(customer, allow):
	invoice = make_in_instalments(customer, 300, HALVES, by_term=False)
	set_in_ledger(invoice, 300.008)
	frappe.db.set_value("Payment Schedule", {"parent": invoice.name}, "payment_amount", 150.004)
	invoice.db_set("grand_total", 300.008)
	assert [item.outstanding for item in get_items(customer)] == [150, Decimal("150.01")]
	assert_one_answer(customer.name, with_report=False)
	payment = pay_all(customer)
	assert (payment.state, payment.attention_reason) == (states.POSTED, None)
	assert get_outstanding(invoice) == [0]
