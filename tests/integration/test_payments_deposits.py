"""The deposit that an accepted quotation asks for: an advance on its order, by the order's own terms or the settings."""

from decimal import Decimal

import frappe
import pytest
from frappe.utils import add_days, flt, getdate

from customer_portal_ext.exceptions import InvalidInput, PaymentUnderWay
from customer_portal_ext.payments import deposits, intents, states
from customer_portal_ext.quotes import responses
from tests import factories
from tests.factories import paying
from tests.factories.booking import get_ledger, set_rate
from tests.factories.staff_beside import payment_begins_first, staff_begin_first
from tests.integration.test_payments_credits import make_template


@pytest.fixture
def percent(portal_settings):
	"""Sets the settings' deposit; 20 % at first."""

	def change(value):
		row = paying.make_gateway()
		portal_settings(
			allow_payments=1, allow_partial_payments=0, deposit_percent=value, payment_gateways=[row]
		)
		frappe.db.commit()

	change(20)
	return change


def accept(customer, rate=500, do_not_submit=False, **fields):
	"""A quotation, the order it became, and the recorded answer."""
	quotation = factories.make_quotation(customer, rate=rate)
	order = factories.order_from_quotation(quotation, do_not_submit=do_not_submit, **fields)
	responses.record(
		responses.ACCEPTED, quotation.name, responses.Origin(customer.name), sales_order=order.name
	)
	frappe.db.commit()
	return quotation, order


def begin(quotation):
	chosen = deposits.get(quotation.name)
	origin = intents.Origin(chosen.account.customer)
	payment, _is_new = intents.create(chosen, paying.GATEWAY, intents.make_form_key(), origin)
	return payment.reload()


def get_advance(order):
	return flt(frappe.db.get_value("Sales Order", order.name, "advance_paid"))


def test_a_share_of_the_order_by_settings(customer, percent):
	quotation, order = accept(customer)
	payment = begin(quotation)
	assert (payment.amount, payment.quotation, payment.currency) == (100, quotation.name, "USD")
	payment = paying.capture_payment(payment)
	assert (payment.state, payment.attention_reason) == (states.POSTED, None)
	(row,) = frappe.get_doc("Payment Entry", payment.payment_entry).references
	assert (row.reference_doctype, row.reference_name, row.allocated_amount) == (
		"Sales Order",
		order.name,
		100,
	)
	assert get_advance(order) == 100
	assert deposits.get(quotation.name) is None


@pytest.mark.parametrize("by_term", [False, True])
def test_the_first_term_of_the_order_that_is_due_at_once(customer, percent, by_term):
	"""The order's own terms say 30 %, and the settings' 20 % do not count."""
	quotation, order = accept(customer, payment_terms_template=make_template(by_term), payment_schedule=[])
	chosen = deposits.get(quotation.name)
	assert chosen.amount == 150
	assert bool(chosen.parts[0].item.payment_term) == by_term
	payment = paying.capture_payment(begin(quotation))
	assert (payment.state, payment.attention_reason) == (states.POSTED, None)
	assert get_advance(order) == 150
	if by_term:
		assert [row.outstanding for row in order.reload().payment_schedule] == [0, 150, 200]


def test_no_deposit(customer, percent):
	quotation, order = accept(customer)
	percent(0)
	assert deposits.get(quotation.name) is None
	percent(20)
	assert deposits.get(factories.make_quotation(customer).name) is None
	draft, _order = accept(customer, do_not_submit=True)
	assert deposits.get(draft.name) is None
	factories.invoice_order(order)
	assert deposits.get(quotation.name) is None
	cancelled, gone = accept(customer)
	gone.cancel()
	assert deposits.get(cancelled.name) is None


def test_what_is_paid_of_it_is_not_asked_for_again(customer, percent):
	quotation, order = accept(customer)
	entry = factories.make_payment_entry(customer, 30, do_not_submit=True)
	entry.append(
		"references",
		{"reference_doctype": "Sales Order", "reference_name": order.name, "allocated_amount": 30},
	)
	entry.save()
	entry.submit()
	assert deposits.get(quotation.name).amount == 70


def test_a_deposit_that_is_under_way(customer, percent):
	quotation, _order = accept(customer)
	payment = begin(quotation)
	with pytest.raises(PaymentUnderWay) as refusal:
		begin(quotation)
	assert refusal.value.payment == payment.name


def test_a_deposit_that_changed_since_the_page_was_opened(customer, percent):
	quotation, order = accept(customer)
	chosen = deposits.get(quotation.name)
	order.reload().cancel()
	frappe.db.commit()
	with pytest.raises(InvalidInput, match="no longer"):
		intents.create(chosen, paying.GATEWAY, intents.make_form_key(), intents.Origin(customer.name))


def test_an_order_that_was_cancelled_meanwhile_leaves_the_money_on_account(customer, percent):
	quotation, order = accept(customer)
	payment = begin(quotation)
	order.reload().cancel()
	frappe.db.commit()
	payment = paying.capture_payment(payment)
	assert payment.state == states.POSTED and order.name in payment.attention_reason
	assert frappe.db.get_value("Payment Entry", payment.payment_entry, "unallocated_amount") == 100


def test_a_foreign_order_on_the_companys_receivable_account(customer, percent):
	set_rate("EUR", 1.30)
	quotation, _order = accept(customer, currency="EUR", conversion_rate=1.25)
	chosen = deposits.get(quotation.name)
	assert (chosen.account.currency, chosen.amount) == ("USD", Decimal("125.00"))
	payment = paying.capture_payment(begin(quotation))
	assert (payment.state, payment.attention_reason) == (states.POSTED, None)
	assert get_ledger(payment.payment_entry)[payment.party_account] == (-125, -125)
	assert deposits.get(quotation.name) is None


def test_the_deposit_becomes_part_of_the_invoice(customer, percent):
	quotation, order = accept(customer)
	paying.capture_payment(begin(quotation))
	invoice = factories.invoice_order(order, allocate_advances_automatically=1)
	assert invoice.outstanding_amount == 400
	assert invoice.due_date <= add_days(getdate(), 0)


def make_staffs_advance(customer, order):
	"""A draft by which staff book an advance of all of the order, paid otherwise."""
	entry = factories.make_payment_entry(customer, 500, do_not_submit=True)
	reference = {"reference_doctype": "Sales Order", "reference_name": order.name}
	entry.append("references", {**reference, "allocated_amount": 500})
	return entry.save()


def test_staff_who_began_to_book_an_advance_before_the_deposit_are_refused_after_it(site, customer, percent):
	quotation, order = accept(customer)
	payment = begin(quotation)
	draft = make_staffs_advance(customer, order)
	refused, nothing = staff_begin_first(site, draft, payment)
	assert nothing is None
	assert isinstance(refused, frappe.ValidationError) and "Nothing was booked" in str(refused)
	assert payment.reload().state == states.POSTED
	assert get_advance(order) == 100


def test_a_deposit_that_began_before_staffs_advance_goes_to_the_customers_account(
	site, customer, percent, monkeypatch
):
	quotation, order = accept(customer)
	payment = begin(quotation)
	draft = make_staffs_advance(customer, order)
	results = payment_begins_first(site, draft, payment, monkeypatch)
	assert results == [None, None]
	assert payment.reload().state == states.POSTED
	assert get_advance(order) == 500
	assert frappe.db.get_value("Payment Entry", payment.payment_entry, "unallocated_amount") == 100
