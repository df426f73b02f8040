"""Making and submitting the documents a story is told with, each through ERPNext's own functions."""

import frappe
from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry
from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return
from erpnext.accounts.party import get_party_account
from erpnext.controllers.accounts_controller import get_taxes_and_charges
from frappe.utils import flt

from .companies import BANK, EURO_PRICES, INVOICE_SERIES, SALES_TAX, SECOND_COMPANY, VAT
from .dates import get_day
from .site_setup import COMPANY

TERMS = "Standard terms"


def build_sale(doctype: str, customer: str, days_ago: int, lines, company=COMPANY, taxed=True, **values):
	"""An unsaved sales document. A line is (item code, quantity, rate[, description])."""
	template = None
	if taxed:
		template = SALES_TAX if company == COMPANY else VAT
	letter_head = frappe.get_cached_value("Company", company, "default_letter_head")
	document = frappe.get_doc(
		{
			"doctype": doctype,
			"company": company,
			"customer": customer,
			"set_posting_time": 1,
			"posting_date": get_day(days_ago),
			"transaction_date": get_day(days_ago),
			"letter_head": letter_head,
			"taxes_and_charges": template,
			"tc_name": TERMS,
			"terms": frappe.get_cached_value("Terms and Conditions", TERMS, "terms"),
			"items": [get_line(*line) for line in lines],
			**values,
		}
	)
	if company == SECOND_COMPANY:
		document.selling_price_list = EURO_PRICES
	if template:
		document.set("taxes", get_taxes_and_charges("Sales Taxes and Charges Template", template))
	return document


def get_line(item_code: str, qty: float, rate: float, description: str | None = None) -> dict:
	line = {"item_code": item_code, "qty": qty, "rate": rate}
	if description:
		line["description"] = description
	return line


def make_invoice(customer: str, days_ago: int, lines, due_in: int = 30, submit: bool = True, **values):
	"""A Sales Invoice dated `days_ago`, due `due_in` days later unless it has payment terms."""
	if not values.get("payment_terms_template"):
		values["due_date"] = get_day(days_ago - due_in)
	if values.get("company") == SECOND_COMPANY:
		values.setdefault("naming_series", INVOICE_SERIES)
	invoice = build_sale("Sales Invoice", customer, days_ago, lines, **values)
	return keep(invoice, submit)


def credit_invoice(invoice, days_ago: int, qty: float | None = None, keep_as_credit: bool = False):
	"""A credit note against an invoice: for all of it, or for `qty` of its first line.

	It lowers what is open on the invoice, unless it is kept as credit on the customer's account.
	"""
	credit_note = make_sales_return(invoice.name)
	credit_note.naming_series = invoice.naming_series
	credit_note.set_posting_time = 1
	credit_note.posting_date = get_day(days_ago)
	credit_note.due_date = get_day(days_ago)
	credit_note.update_outstanding_for_self = int(keep_as_credit)
	credit_note.set("payment_schedule", [])
	if qty:
		credit_note.items = credit_note.items[:1]
		credit_note.items[0].qty = -qty
	return keep(credit_note)


def pay(doctype: str, name: str, days_ago: int, amount: float | None = None, reference: str | None = None):
	"""A submitted Payment Entry for an invoice or order, for all that is open or for `amount`."""
	payment = build_payment(doctype, name, days_ago, amount, reference)
	return keep(payment)


def build_payment(doctype: str, name: str, days_ago: int, amount=None, reference: str | None = None):
	payment = get_payment_entry(doctype, name, party_amount=amount)
	payment.posting_date = get_day(days_ago)
	payment.reference_date = get_day(days_ago)
	payment.reference_no = reference or f"WIRE {name}"
	payment.mode_of_payment = "Wire Transfer"
	if amount and len(payment.references) > 1:
		spread_over_terms(payment, amount)
	return payment


def spread_over_terms(payment, amount: float) -> None:
	"""Allocate to the earliest instalments first; ERPNext allocates all of each."""
	for row in payment.references:
		row.allocated_amount = min(flt(row.allocated_amount), amount)
		amount = flt(amount - row.allocated_amount, 2)
	payment.references = [row for row in payment.references if row.allocated_amount]


def receive(
	customer: str, days_ago: int, amount: float, reference: str, journals: dict[str, float] | None = None
):
	"""Money for journal entries (name -> amount), or for no document at all: then it stays as credit on the account."""
	references = [
		{
			"reference_doctype": "Journal Entry",
			"reference_name": journal,
			"allocated_amount": allocated,
		}
		for journal, allocated in (journals or {}).items()
	]
	payment = frappe.get_doc(
		{
			"doctype": "Payment Entry",
			"payment_type": "Receive",
			"company": COMPANY,
			"posting_date": get_day(days_ago),
			"mode_of_payment": "Wire Transfer",
			"party_type": "Customer",
			"party": customer,
			"paid_from": get_party_account("Customer", customer, COMPANY),
			"paid_to": BANK,
			"paid_amount": amount,
			"received_amount": amount,
			"source_exchange_rate": 1,
			"target_exchange_rate": 1,
			"reference_no": reference,
			"reference_date": get_day(days_ago),
			"references": references,
		}
	)
	return keep(payment)


def make_journal(days_ago: int, rows: list[dict], remark: str, submit: bool = True, **values):
	"""A Journal Entry in the first company; a row names its account and a debit or credit in its currency."""
	journal = frappe.get_doc(
		{
			"doctype": "Journal Entry",
			"voucher_type": "Journal Entry",
			"company": COMPANY,
			"posting_date": get_day(days_ago),
			"user_remark": remark,
			"accounts": rows,
			**values,
		}
	)
	return keep(journal, submit)


def get_party_row(customer: str, account: str, debit: float = 0, credit: float = 0, **values) -> dict:
	return {
		"account": account,
		"party_type": "Customer",
		"party": customer,
		"debit_in_account_currency": debit,
		"credit_in_account_currency": credit,
		**values,
	}


def get_row(account: str, debit: float = 0, credit: float = 0) -> dict:
	return {
		"account": account,
		"debit_in_account_currency": debit,
		"credit_in_account_currency": credit,
		"cost_center": "Main - WP",
	}


def keep(document, submit: bool = True):
	"""The document as it became, submitted or a draft."""
	if not submit:
		return document.insert()
	if not is_plain(document):
		document.insert()
	document.submit()
	return document.reload()


def is_plain(document) -> bool:
	"""Whether it may be inserted as submitted, which spares checking it twice. ERPNext decides some things of returns, sales at
	the counter and others when a draft is saved."""
	if document.doctype == "Sales Invoice":
		return not (document.is_return or document.is_pos)
	return document.doctype == "Payment Entry"
