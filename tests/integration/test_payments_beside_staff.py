"""Staff and a customer who settle one invoice at the same moment: all that is booked fits it, and nothing of it twice."""

import threading

import frappe
import pytest
from frappe.utils import flt

from customer_portal_ext.payments import states
from tests import factories
from tests.factories import paying
from tests.factories.staff_beside import (
	LONGEST_WAIT,
	capture_in_full,
	payment_begins_first,
	staff_begin_first,
	submit,
)
from tests.factories.threads import at_once


@pytest.fixture(autouse=True)
def paying_is_allowed(allow):
	"""In every test of this file."""


def make_staffs_voucher(kind, customer, document):
	"""A draft by which staff settle 100 of the document."""
	if kind == "Payment Entry":
		entry = factories.make_payment_entry(customer, 100, do_not_submit=True)
		reference = {"reference_doctype": document.doctype, "reference_name": document.name}
		entry.append("references", {**reference, "allocated_amount": 100})
		return entry.save()
	if kind == "Credit Note":
		return factories.make_credit_note(document, update_outstanding_for_self=0, do_not_submit=True)
	return factories.make_journal_entry(
		customer, -100, reference=document, voucher_type="Write Off Entry", do_not_submit=True
	)


def make_document(kind, customer):
	"""100 to pay: an invoice, or an opening balance."""
	if kind == "Sales Invoice":
		return factories.make_sales_invoice(customer, rate=100)
	return factories.make_journal_entry(customer, 100)


def get_ledger(document):
	"""What is open by the Payment Ledger, as anybody sees it now."""
	frappe.db.rollback()
	amount = frappe.db.get_value(
		"Payment Ledger Entry",
		{"against_voucher_no": document.name, "delinked": 0},
		"sum(amount_in_account_currency)",
	)
	return flt(amount, 6)


def get_outstanding(document):
	if document.doctype == "Journal Entry":
		return get_ledger(document)
	return flt(frappe.db.get_value(document.doctype, document.name, "outstanding_amount"), 6)


PAIRS = [
	("Sales Invoice", "Payment Entry"),
	("Sales Invoice", "Credit Note"),
	("Sales Invoice", "Journal Entry"),
	("Journal Entry", "Payment Entry"),
]


@pytest.mark.parametrize(("document", "voucher"), PAIRS)
def test_staff_who_began_before_the_customers_payment_are_refused_after_it(site, customer, document, voucher):
	document = make_document(document, customer)
	payment = paying.begin(customer, [document.name])
	draft = make_staffs_voucher(voucher, customer, document)
	refused, nothing = staff_begin_first(site, draft, payment)
	assert nothing is None
	assert isinstance(refused, frappe.ValidationError) and "Nothing was booked" in str(refused)
	assert frappe.db.get_value(draft.doctype, draft.name, "docstatus") == 0
	assert payment.reload().state == states.POSTED
	assert (get_ledger(document), get_outstanding(document)) == (0, 0)


@pytest.mark.parametrize(("document", "voucher"), PAIRS)
def test_a_payment_that_began_before_staffs_goes_to_the_customers_account(
	site, customer, monkeypatch, document, voucher
):
	document = make_document(document, customer)
	payment = paying.begin(customer, [document.name])
	draft = make_staffs_voucher(voucher, customer, document)
	results = payment_begins_first(site, draft, payment, monkeypatch)
	assert results == [None, None]
	assert payment.reload().state == states.POSTED
	assert (get_ledger(document), get_outstanding(document)) == (0, 0)
	entry = frappe.db.get_value(
		"Payment Entry", payment.payment_entry, ["paid_amount", "unallocated_amount"], as_dict=True
	)
	assert entry == {"paid_amount": 100, "unallocated_amount": 100}
	assert "stay on the customer's account" in payment.attention_reason


@pytest.mark.parametrize(("document", "voucher"), PAIRS)
def test_however_the_two_meet_the_document_is_settled_once(site, customer, document, voucher):
	document = make_document(document, customer)
	payment = paying.begin(customer, [document.name])
	draft = make_staffs_voucher(voucher, customer, document)

	by_hand, ours = at_once(
		site, [lambda: submit(draft.doctype, draft.name), lambda: capture_in_full(payment)]
	)
	assert ours is None
	assert payment.reload().state == states.POSTED
	assert len(paying.get_entries(payment)) == 1
	assert (get_ledger(document), get_outstanding(document)) == (0, 0)
	docstatus = frappe.db.get_value(draft.doctype, draft.name, "docstatus")
	assert docstatus == (0 if isinstance(by_hand, Exception) else 1)
	unallocated = frappe.db.get_value("Payment Entry", payment.payment_entry, "unallocated_amount")
	assert unallocated == (100 if docstatus else 0)


def test_of_two_who_pay_by_hand_the_second_is_refused(site, customer):
	"""ERPNext alone lets both through: each sees the invoice open."""
	invoice = factories.make_sales_invoice(customer, rate=100)
	drafts = [factories.make_payment_entry(customer, 100, [invoice], do_not_submit=True) for _who in range(2)]
	both_began = threading.Barrier(2, timeout=LONGEST_WAIT)

	def submit(name):
		doc = frappe.get_doc("Payment Entry", name)
		get_outstanding(invoice)
		both_began.wait()
		doc.submit()
		frappe.db.commit()

	results = at_once(site, [lambda name=draft.name: submit(name) for draft in drafts])
	assert sorted(type(result) is type(None) for result in results) == [False, True]
	assert (get_ledger(invoice), get_outstanding(invoice)) == (0, 0)
