"""What a payment or refund says it paid: fees, credit notes paid out, refunds of payments, the counter, journals, discounts."""

import re
from decimal import Decimal
from io import BytesIO
from types import SimpleNamespace

import frappe
from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry
from frappe.utils import getdate
from pypdf import PdfReader

from customer_portal_ext.documents import invoices, kinds, list_pages, payments, pdf
from customer_portal_ext.documents.filters import Filters
from customer_portal_ext.documents.lists import get_named_rows
from tests import factories
from tests.factories import paying
from tests.factories.booking import set_rate
from tests.factories.documents import save
from tests.factories.masters import get_company, get_money_account
from tests.factories.visitors import make_visitor


def page_of(customer, document, **options):
	name = getattr(document, "name", document)
	return payments.get_page(
		make_visitor(customer, **options), kinds.find(kinds.PAYMENT, (customer.name,), name)
	)


def row_of(customer, document):
	filters = Filters(sort="date", size=20)
	found = get_named_rows([(kinds.PAYMENT, {document.name})], (customer.name,), filters, getdate())
	return list_pages.get_row(found[0], getdate())


def invoice_page_of(customer, document):
	key = "credit_note" if document.is_return else "invoice"
	return invoices.get_page(
		make_visitor(customer), key, kinds.find(kinds.KINDS[key], (customer.name,), document.name)
	)


def print_of(customer, document) -> str:
	record = kinds.find(kinds.PAYMENT, (customer.name,), document.name)
	_name, content = pdf.get_file(SimpleNamespace(language=None), "payment", record)
	return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def deduct(amount: float, account: str | None = None) -> list[dict]:
	company = get_company()
	write_off, cost_center = frappe.get_cached_value("Company", company, ["write_off_account", "cost_center"])
	return [{"account": account or write_off, "cost_center": cost_center, "amount": amount}]


def test_a_fee_is_no_part_of_what_was_paid(customer, allow):
	allow(payment_gateways=[paying.make_gateway(fee_account=paying.make_fee_account())])
	invoice = factories.make_sales_invoice(customer, 100)
	payment = paying.capture_payment(
		paying.begin(customer, [invoice.name]), fee_minor=320, fee_currency="USD"
	)
	entry = frappe.get_doc("Payment Entry", payment.payment_entry)
	assert entry.paid_amount == 96.8
	page = page_of(customer, entry)
	assert (page["amount"], page["unallocated"], page["difference"], page["discount"]) == (100, 0, 0, 0)
	assert row_of(customer, entry)["amount"] == 100
	text = print_of(customer, entry)
	assert "$100.00" in text and "96.80" not in text and f"Invoice {invoice.name}" in text


def test_a_fee_of_money_that_is_partly_unallocated(customer):
	invoice = factories.make_sales_invoice(customer, 60)
	entry = factories.make_payment_entry(customer, 96.8, [invoice], deductions=deduct(3.2))
	page = page_of(customer, entry)
	assert (page["amount"], page["unallocated"]) == (100, 40)
	row = row_of(customer, entry)
	assert (row["amount"], row["outstanding"]) == (100, -40)


def test_a_discount_is_named(customer):
	account = paying.make_account(get_company(), "Cash Discount", "", "Indirect Expenses")
	frappe.db.set_value("Company", get_company(), "default_discount_account", account)
	frappe.clear_document_cache("Company", get_company())
	invoice = factories.make_sales_invoice(customer, 1000)
	entry = factories.make_payment_entry(customer, 980, deductions=deduct(20, account), do_not_submit=True)
	entry.append(
		"references",
		{"reference_doctype": "Sales Invoice", "reference_name": invoice.name, "allocated_amount": 1000},
	)
	entry.save().submit()
	page = page_of(customer, entry)
	assert (page["amount"], page["discount"], page["difference"]) == (1000, 20, 0)


def test_the_other_currency_is_said_whole(customer):
	set_rate("EUR", 1.25)
	account = factories.make_receivable_account("EUR")
	entry = factories.make_payment_entry(
		customer, 80, paid_from=account, received_amount=100, source_exchange_rate=1.25
	)
	page = page_of(customer, entry)
	assert (page["amount"], page["currency"]) == (80, "EUR")
	assert (page["other_amount"], page["other_currency"]) == (100, "USD")


def test_a_credit_note_that_is_paid_out(customer):
	"""By the button of ERPNext on the credit note."""
	invoice = factories.make_sales_invoice(customer, 100)
	factories.make_payment_entry(customer, 100, [invoice])
	note = factories.make_credit_note(invoice, update_outstanding_for_self=1)
	entry = get_payment_entry("Sales Invoice", note.name, bank_account=get_money_account(get_company()))
	entry.update({"reference_no": "BACK", "reference_date": getdate()})
	entry = save(entry, False)
	page = page_of(customer, entry)
	assert (page["amount"], page["unallocated"], page["difference"]) == (100, 0, 0)
	(row,) = page["allocations"]
	assert (row["label"], row["amount"], row["due_date"]) == ("Credit note", 100, None)
	assert row["link"]["url"] == f"/portal/credit-notes/{note.name}"
	denied = page_of(customer, entry, without=("credit_notes",))["allocations"][0]
	assert (denied["label"], denied["link"]) == ("Credit note", None)
	assert row_of(customer, entry)["amount"] == 100
	text = print_of(customer, entry)
	assert f"Credit note {note.name}" in text and not re.search(r"[-−]\s*\$|\$\s*[-−]", text)
	assert re.search(rf"Credit note {note.name} 100\.00", text), "a credit note is due on no day"


def test_a_refund_that_is_set_against_its_payment(customer):
	entry = factories.make_payment_entry(customer, 100)
	refund = factories.make_refund(customer, 100)
	reconcile(customer, entry, refund)
	page = page_of(customer, refund)
	assert (page["amount"], page["unallocated"], page["difference"]) == (100, 0, 0)
	assert [(row["label"], row["name"], row["amount"], row["due_date"]) for row in page["allocations"]] == [
		("Payment", entry.name, 100, None)
	]
	assert page["allocations"][0]["link"]["url"] == f"/portal/payments/{entry.name}"
	page = page_of(customer, entry)
	assert (page["amount"], page["unallocated"], page["status"]["text"]) == (100, 0, "Received")
	assert [(row["label"], row["name"], row["amount"]) for row in page["allocations"]] == [
		("Refund", refund.name, 100)
	]
	assert [row_of(customer, each)["outstanding"] for each in (entry, refund)] == [0, 0]
	assert "Not yet set against" not in print_of(customer, entry) + print_of(customer, refund)


def reconcile(customer, credit, charge):
	"""By ERPNext's Payment Reconciliation."""
	tool = frappe.get_doc(
		{
			"doctype": "Payment Reconciliation",
			"company": get_company(),
			"party_type": "Customer",
			"party": customer.name,
			"receivable_payable_account": frappe.get_cached_value(
				"Company", get_company(), "default_receivable_account"
			),
		}
	)
	tool.get_unreconciled_entries()
	tool.allocate_entries(
		{
			"payments": [row.as_dict() for row in tool.payments if row.reference_name == credit.name],
			"invoices": [row.as_dict() for row in tool.invoices if row.invoice_number == charge.name],
		}
	)
	tool.reconcile()


def test_a_refund_that_is_set_against_nothing(customer):
	page = page_of(customer, factories.make_refund(customer, 30))
	assert (page["amount"], page["unallocated"], page["allocations"]) == (30, 30, [])


def test_a_return_at_the_counter(customer):
	fields = {
		"is_pos": 1,
		"payments": [{"mode_of_payment": "Cash", "amount": 20, "account": get_money_account(get_company())}],
	}
	sale = factories.make_sales_invoice(customer, 20, **fields)
	note = factories.make_credit_note(sale)
	assert (note.is_pos, note.outstanding_amount) == (1, 0)
	page = invoice_page_of(customer, note)
	assert [(row["label"], row["amount"]) for row in page["settlements"]] == [("Refund", 20)]
	assert page["total"] + sum(row["amount"] for row in page["settlements"]) == page["outstanding"]
	assert [(row["label"], row["amount"]) for row in invoice_page_of(customer, sale)["settlements"]] == [
		("Payment", 20)
	]


def test_a_journal_that_settles_two_invoices_links_neither_to_the_other(customer):
	company = get_company()
	settled = [factories.make_sales_invoice(customer, amount) for amount in (30, 70)]
	entry = factories.make_journal_entry(
		customer,
		-30,
		reference=settled[0],
		do_not_submit=True,
		voucher_type="Bank Entry",
		cheque_no="1",
		cheque_date=getdate(),
		against=get_money_account(company),
	)
	entry.accounts[1].debit_in_account_currency = 100
	entry.append(
		"accounts",
		{
			**{key: entry.accounts[0].get(key) for key in ("account", "party_type", "party", "cost_center")},
			"credit_in_account_currency": 70,
			"reference_type": "Sales Invoice",
			"reference_name": settled[1].name,
		},
	)
	entry.save().submit()
	for invoice, amount in zip(settled, (30, 70), strict=True):
		(row,) = invoice_page_of(customer, invoice.reload())["settlements"]
		assert (row["label"], row["amount"], row["link"]) == ("Payment", Decimal(amount), None)


def test_a_credit_note_set_by_a_journal_and_its_invoice_link_to_each_other(customer):
	invoice = factories.make_sales_invoice(customer, 100)
	note = factories.make_credit_note(
		factories.make_sales_invoice(customer, 40), update_outstanding_for_self=1
	)
	reconcile(customer, note, invoice)
	for document, other in ((invoice, note), (note, invoice)):
		rows = invoice_page_of(customer, document.reload())["settlements"]
		assert [row["link"]["name"] for row in rows if row["link"]] == [other.name]
