"""Terms by which ERPNext finds an instalment, and one that stands on two of them."""

from frappe.utils import flt

from customer_portal_ext.documents import early_payment
from customer_portal_ext.payments import open_items, states
from tests.factories import paying
from tests.factories.booking import get_outstanding
from tests.factories.terms import make_in_instalments
from tests.integration.one_answer import assert_one_answer


def test_a_term_that_stands_on_two_instalments_names_neither(customer, allow):
	invoice = make_in_instalments(customer, 300)
	first, second, _third = invoice.payment_schedule
	second.db_set("payment_term", first.payment_term)
	(account,) = open_items.get_accounts(customer.name)
	assert [(item.outstanding, item.payment_term, item.allocatable) for item in account.items] == [
		(102, None, 0),
		(99, None, 0),
		(99, None, 0),
	]
	payment = paying.capture_payment(paying.begin(customer, [f"{invoice.name}#1"]))
	assert (payment.state, payment.attention_reason, get_outstanding(invoice)) == (states.POSTED, None, 198)
	assert [flt(row.paid_amount) for row in invoice.reload().payment_schedule] == [0, 0, 0]
	assert_one_answer(customer.name)
	payment = paying.capture_payment(paying.begin(customer, [invoice.name]))
	assert (payment.state, payment.attention_reason, get_outstanding(invoice)) == (states.POSTED, None, 0)


def test_a_schedule_that_erpnext_can_name():
	def is_unambiguous(*terms):
		return early_payment.is_unambiguous(terms)

	assert is_unambiguous("First") and is_unambiguous("First", "Second")
	for terms in ((), (None,), ("",), ("First", None), ("First", ""), ("First", "Second", "First")):
		assert not is_unambiguous(*terms), terms
