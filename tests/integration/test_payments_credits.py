"""Credits and instalments among what is paid: used first, one by one, and by one payment at a time."""

from decimal import Decimal

import frappe
import pytest
from frappe.utils import add_days, getdate

from customer_portal_ext.exceptions import PaymentUnderWay
from customer_portal_ext.payments import open_items, posting, states
from customer_portal_ext.payments.credits import CreditGone
from customer_portal_ext.statement import ageing
from tests import factories
from tests.factories import paying
from tests.factories.booking import get_outstanding, make_foreign_invoice, set_rate
from tests.factories.paying import make_due
from tests.integration.one_answer import assert_one_answer, make_visitor
from tests.integration.test_payments_choosing import EUR, get_parts


def test_credits_first(customer, allow):
	first, second = make_due(customer, 0, 100), make_due(customer, 5, 50)
	paid = factories.make_sales_invoice(customer, rate=30)
	note = factories.make_credit_note(paid, update_outstanding_for_self=1)
	factories.make_payment_entry(customer, 30, [paid])
	advance = factories.make_payment_entry(customer, 40)
	journal = factories.make_journal_entry(customer, -5)
	(account,) = open_items.get_accounts(customer.name)
	assert {credit.name: credit.unallocated for credit in account.credits} == {
		note.name: 30,
		advance.name: 40,
		journal.name: 5,
	}
	chosen = paying.choose(customer, [first.name, second.name], use_credit="1")
	assert (chosen.total, chosen.credit_amount, chosen.amount, chosen.due_after) == (150, 75, 75, 0)
	chosen = paying.choose(customer, of="amount", amount="25", use_credit="1")
	assert get_parts(chosen) == {first.name: 100}
	assert (chosen.amount, chosen.credit_amount) == (25, 75)
	payment = paying.capture_payment(paying.begin(customer, of="amount", amount="25", use_credit="1"))
	assert (payment.state, payment.attention_reason, payment.credit_amount) == (states.POSTED, None, 75)
	assert [get_outstanding(first), get_outstanding(second)] == [0, 50]
	(account,) = open_items.get_accounts(customer.name)
	assert (account.outstanding, account.credits) == (50, ())


def test_credit_alone_pays(customer, allow):
	invoice = make_due(customer, 0, 60)
	factories.make_payment_entry(customer, 100)
	payment = paying.begin(customer, [invoice.name], use_credit="1")
	assert (payment.amount_minor, payment.gateway, payment.credit_amount) == (0, None, 60)
	for _time in range(2):
		posting.post_credits(payment.name)
	assert (payment.reload().state, payment.payment_entry) == (states.POSTED, None)
	assert get_outstanding(invoice) == 0
	other = make_due(customer, 0, 50)
	(account,) = open_items.get_accounts(customer.name)
	assert (account.outstanding, account.unallocated) == (50, 40)
	chosen = paying.choose(customer, [other.name], use_credit="1")
	assert (chosen.credit_amount, chosen.amount) == (40, 10)


def test_credit_that_is_gone_is_not_applied_and_the_money_is_posted(customer, allow):
	invoice, other = make_due(customer, 0, 100), make_due(customer, 5, 40)
	advance = factories.make_payment_entry(customer, 40)
	payment = paying.begin(customer, [invoice.name], use_credit="1")
	(account,) = open_items.get_accounts(customer.name)
	posting.credits.apply(
		customer.name,
		account.company,
		account.party_account,
		[
			(
				{"doctype": "Payment Entry", "name": advance.name, "row": None},
				{"doctype": "Sales Invoice", "name": other.name},
				Decimal(40),
			)
		],
	)
	frappe.db.commit()
	payment = paying.capture_payment(payment)
	assert payment.state == states.POSTED
	assert "credit" in payment.attention_reason
	assert [get_outstanding(invoice), get_outstanding(other)] == [40, 0]


def test_a_foreign_credit_note(customer, allow):
	set_rate(EUR, 1.30)
	invoice, paid = (
		make_foreign_invoice(customer),
		make_foreign_invoice(customer, rate=30, conversion_rate=1.2),
	)
	note = factories.make_credit_note(paid, update_outstanding_for_self=1)
	(account,) = open_items.get_accounts(customer.name)
	assert [(credit.name, credit.unallocated) for credit in account.credits] == [(note.name, 30)]
	payment = paying.capture_payment(paying.begin(customer, [invoice.name], use_credit="1"))
	assert (payment.state, payment.attention_reason, payment.amount) == (states.POSTED, None, 70)
	assert (get_outstanding(invoice), get_outstanding(note)) == (0, 0)


def test_an_advance_on_an_order_is_no_credit(customer, allow):
	invoice = make_due(customer, 0)
	order = factories.make_sales_order(customer, rate=50)
	entry = factories.make_payment_entry(customer, 20, do_not_submit=True)
	entry.append(
		"references",
		{"reference_doctype": "Sales Order", "reference_name": order.name, "allocated_amount": 20},
	)
	entry.save()
	entry.submit()
	(account,) = open_items.get_accounts(customer.name)
	assert ([item.name for item in account.items], account.credits) == ([invoice.name], ())


def make_template(by_term: bool):
	name = f"Thirds {'by term' if by_term else 'together'}"
	if frappe.db.exists("Payment Terms Template", name):
		return name
	terms = []
	for number, (portion, days) in enumerate(((30, 0), (30, 10), (40, 20)), 1):
		term = f"{name} {number}"
		frappe.get_doc(
			{
				"doctype": "Payment Term",
				"payment_term_name": term,
				"invoice_portion": portion,
				"due_date_based_on": "Day(s) after invoice date",
				"credit_days": days,
			}
		).insert()
		terms.append(
			{
				"payment_term": term,
				"invoice_portion": portion,
				"due_date_based_on": "Day(s) after invoice date",
				"credit_days": days,
			}
		)
	frappe.get_doc(
		{
			"doctype": "Payment Terms Template",
			"template_name": name,
			"allocate_payment_based_on_payment_terms": int(by_term),
			"terms": terms,
		}
	).insert()
	return name


def make_in_instalments(customer, by_term: bool, rate=100, **fields):
	invoice = factories.make_sales_invoice(
		customer,
		rate=rate,
		payment_terms_template=make_template(by_term),
		due_date=add_days(getdate(), 30),
		**fields,
	)
	assert len(invoice.payment_schedule) == 3
	return invoice


@pytest.mark.parametrize("by_term", [False, True])
def test_instalments_are_paid_one_by_one(customer, allow, by_term):
	allow(allow_partial_payments=0)
	invoice = make_in_instalments(customer, by_term, rate=99.9)
	(account,) = open_items.get_accounts(customer.name)
	amounts = [Decimal("29.97"), Decimal("29.97"), Decimal("39.96")]
	assert [item.outstanding for item in account.items] == amounts
	assert [item.key for item in account.items] == [f"{invoice.name}#{number}" for number in (1, 2, 3)]
	payment = paying.capture_payment(paying.begin(customer, [f"{invoice.name}#1"]))
	assert (payment.state, payment.amount, payment.attention_reason) == (states.POSTED, 29.97, None)
	assert get_outstanding(invoice) == 69.93
	(account,) = open_items.get_accounts(customer.name)
	assert [item.outstanding for item in account.items] == amounts[1:]
	# the document's own name stands for all that is open of it
	payment = paying.capture_payment(paying.begin(customer, [invoice.name]))
	assert (payment.state, payment.attention_reason) == (states.POSTED, None)
	assert (payment.amount, get_outstanding(invoice)) == (69.93, 0)
	if by_term:
		invoice.reload()
		assert [row.outstanding for row in invoice.payment_schedule] == [0, 0, 0]


def test_instalments_of_a_foreign_invoice_on_the_companys_account(customer, allow, monkeypatch):
	set_rate(EUR, 1.30)
	invoice = make_in_instalments(
		customer, True, currency=EUR, conversion_rate=1.2345, debit_to=factories.make_receivable_account(EUR)
	)
	payment = paying.capture_payment(paying.begin(customer, [f"{invoice.name}#1"]))
	assert (payment.state, payment.attention_reason, payment.currency) == (states.POSTED, None, EUR)
	assert get_outstanding(invoice) == 70


def test_a_part_of_an_instalment(customer, allow):
	invoice = make_in_instalments(customer, True)
	payment = paying.capture_payment(paying.begin(customer, of="amount", amount="45.5"))
	assert (payment.state, payment.attention_reason) == (states.POSTED, None)
	invoice.reload()
	assert [row.outstanding for row in invoice.payment_schedule] == [0, 14.5, 40]


def test_a_credit_is_used_by_one_payment_at_a_time(customer, allow):
	first, second = make_due(customer, 0), make_due(customer, 5)
	factories.make_payment_entry(customer, 30)
	payment = paying.begin(customer, [first.name], use_credit="1")
	with pytest.raises(PaymentUnderWay) as refusal:
		paying.begin(customer, [second.name], use_credit="1")
	assert refusal.value.payment == payment.name
	assert paying.begin(customer, [second.name]).amount == 100


@pytest.mark.parametrize(("paid_back", "credit", "asked", "waits"), [(70, 30, 170, 0), (120, 0, 200, 20)])
def test_what_was_paid_back_is_no_credit_any_more(customer, allow, paid_back, credit, asked, waits):
	"""Staff return an advance by a Payment Entry, which ERPNext sets against nothing: it cannot be used once more. Nobody is
	late with what was returned beyond it, such as before a credit note is made."""
	factories.make_payment_entry(customer, 60, posting_date=add_days(getdate(), -9))
	factories.make_payment_entry(customer, 40, posting_date=add_days(getdate(), -8))
	factories.make_refund(customer, paid_back, posting_date=add_days(getdate(), -7))
	invoice = make_due(customer, 5, 200)
	(account,) = open_items.get_accounts(customer.name)
	assert account.unallocated == credit
	offered = assert_one_answer(customer.name)
	(parts,) = offered.values()
	assert (parts["credit"], sum(amount for _day, amount in parts["parts"][invoice.name])) == (credit, 200)
	(standing,) = ageing.get_accounts(make_visitor(customer.name), getdate())
	assert (standing["overdue"], standing["credit"], standing["balance"]) == (0, credit, 100 + paid_back)
	assert standing["buckets"][0]["amount"] == 200 + waits
	payment = paying.begin(customer, [invoice.name], use_credit="1")
	assert payment.amount == asked
	payment = paying.capture_payment(payment)
	assert (payment.state, payment.attention_reason) == (states.POSTED, None)
	assert get_outstanding(invoice) == 0
	assert_one_answer(customer.name)


def test_a_credit_that_is_paid_back_while_the_customer_pays_is_not_used(customer, allow):
	invoice = make_due(customer, 0, 100)
	factories.make_payment_entry(customer, 30)
	payment = paying.begin(customer, [invoice.name], use_credit="1")
	factories.make_refund(customer, 30)
	frappe.db.commit()
	payment = paying.capture_payment(payment)
	assert (payment.state, get_outstanding(invoice)) == (states.POSTED, 30)
	assert "The credit could not be applied" in payment.attention_reason
	other = make_due(customer, 0, 20)
	factories.make_payment_entry(customer, 20)
	payment = paying.begin(customer, [other.name], use_credit="1")
	factories.make_refund(customer, 20)
	frappe.db.commit()
	with pytest.raises(CreditGone):
		posting.post_credits(payment.name)
	assert get_outstanding(other) == 20
