"""What is left of a credit: only what is nobody else's is offered, and of several all are used or none."""

from decimal import Decimal

import frappe

from customer_portal_ext.payments import capture, credits, open_items, states
from tests import factories
from tests.factories import paying
from tests.factories.booking import get_outstanding
from tests.factories.paying import make_due


def pay_with_advance_on_order(customer, amount, advance):
	"""A Payment Entry of which ``advance`` is for an order, and the order."""
	order = factories.make_sales_order(customer, rate=100)
	entry = factories.make_payment_entry(customer, amount, do_not_submit=True)
	entry.append(
		"references",
		{"reference_doctype": "Sales Order", "reference_name": order.name, "allocated_amount": advance},
	)
	entry.save()
	entry.submit()
	return entry.reload(), order


def test_of_a_payment_with_an_advance_on_an_order_the_rest_alone_is_credit(customer, allow):
	invoice = make_due(customer, 0)
	entry, order = pay_with_advance_on_order(customer, 30, 20)
	(account,) = open_items.get_accounts(customer.name)
	assert [(credit.name, credit.row, credit.unallocated) for credit in account.credits] == [
		(entry.name, None, 10)
	]
	payment = paying.capture_payment(paying.begin(customer, [invoice.name], use_credit="1"))
	assert (payment.state, payment.attention_reason, payment.amount) == (states.POSTED, None, 90)
	assert get_outstanding(invoice) == 0
	assert frappe.db.get_value("Sales Order", order.name, "advance_paid") == 20
	entry.reload()
	assert entry.unallocated_amount == 0
	assert {row.reference_name: row.allocated_amount for row in entry.references} == {
		order.name: 20,
		invoice.name: 10,
	}


def use_elsewhere(customer, credit, amount):
	"""Staff set the credit against another invoice."""
	other = make_due(customer, 5, amount)
	(account,) = open_items.get_accounts(customer.name)
	credits.apply(
		customer.name,
		account.company,
		account.party_account,
		[
			(
				{"doctype": credit.doctype, "name": credit.name, "row": None},
				{"doctype": other.doctype, "name": other.name},
				Decimal(amount),
			)
		],
	)
	frappe.db.commit()


def test_of_two_credits_neither_is_used_where_one_is_gone(customer, allow):
	invoice = make_due(customer, 0)
	first = factories.make_payment_entry(customer, 10, posting_date=frappe.utils.add_days(None, -1))
	second = factories.make_payment_entry(customer, 20)
	payment = paying.begin(customer, [invoice.name], use_credit="1")
	assert [row.reference_name for row in payment.credits] == [first.name, second.name]
	use_elsewhere(customer, second, 20)
	payment = paying.capture_payment(payment)
	assert payment.state == states.POSTED and "could not be applied" in payment.attention_reason
	assert frappe.db.get_value("Payment Entry", first.name, "unallocated_amount") == 10
	assert get_outstanding(invoice) == 30
	assert frappe.get_all("Payment Entry Reference", {"parent": first.name}) == []


def test_money_that_came_twice_uses_the_credit_once(customer, allow):
	invoice = make_due(customer, 0)
	factories.make_payment_entry(customer, 25)
	payment = paying.capture_payment(paying.begin(customer, [invoice.name], use_credit="1"))
	capture.record(payment.name, paying.make_captured(payment, provider_payment="pay_again"))
	frappe.db.rollback()
	(name,) = frappe.get_all(
		states.DOCTYPE, {"customer": customer.name, "name": ("!=", payment.name)}, pluck="name"
	)
	second = frappe.get_doc(states.DOCTYPE, name)
	assert (second.state, second.captured_minor) == (states.NEEDS_ATTENTION, 7500)
	assert (second.allocations, second.credits, second.credit_amount) == ([], [], 0)
	assert (second.payment_entry, second.form_key) == (None, None)
