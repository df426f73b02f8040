"""Invoices, credit notes, payments and journal entries, made and submitted through ERPNext itself."""

import frappe
from frappe.utils import flt, getdate

from development.demo_data.vouchers import is_plain
from tests.factories.masters import ensure_fiscal_year, get_company, get_money_account, make_usual_item


def make_sales_invoice(
	customer,
	rate: float = 100,
	qty: float = 1,
	posting_date=None,
	due_date=None,
	currency: str | None = None,
	company: str | None = None,
	do_not_submit: bool = False,
	items: list[dict] | None = None,
	**fields,
):
	"""A Sales Invoice of one line, or of ``items``. In a foreign currency at 1.25 unless ``conversion_rate`` is given."""
	company = company or get_company()
	posting_date = getdate(posting_date)
	ensure_fiscal_year(posting_date)
	lines = items or [{"rate": rate, "qty": qty}]
	company_currency, cost_center = frappe.get_cached_value(
		"Company", company, ["default_currency", "cost_center"]
	)
	currency = currency or company_currency
	if currency != company_currency:
		fields.setdefault("conversion_rate", 1.25)
	invoice = frappe.get_doc(
		{
			"doctype": "Sales Invoice",
			"customer": getattr(customer, "name", customer),
			"company": company,
			"currency": currency,
			"set_posting_time": 1,
			"posting_date": posting_date,
			"due_date": getdate(due_date) if due_date else posting_date,
			"cost_center": cost_center,
			"items": [{"item_code": make_usual_item(), "cost_center": cost_center, **line} for line in lines],
			**fields,
		}
	)
	return save(invoice, do_not_submit)


def make_credit_note(
	invoice, qty: float | None = None, posting_date=None, do_not_submit: bool = False, **fields
):
	"""A return against ``invoice``: all of it, or ``qty`` of its first line."""
	from erpnext.accounts.doctype.sales_invoice.sales_invoice import make_sales_return

	note = make_sales_return(invoice.name)
	note.set_posting_time = 1
	note.posting_date = getdate(posting_date or invoice.posting_date)
	if qty is not None:
		note.items = note.items[:1]
		note.items[0].qty = -qty
	note.update(fields)
	return save(note, do_not_submit)


def make_payment_entry(
	customer,
	amount: float,
	invoices: list | None = None,
	posting_date=None,
	company: str | None = None,
	do_not_submit: bool = False,
	**fields,
):
	"""Money received from the customer in the company's currency, put against ``invoices`` in order; the rest unallocated."""
	company = company or (invoices[0].company if invoices else get_company())
	posting_date = getdate(posting_date)
	ensure_fiscal_year(posting_date)
	left, references = flt(amount), []
	for invoice in invoices or []:
		allocated = min(left, flt(invoice.reload().outstanding_amount))
		left -= allocated
		references.append(
			{
				"reference_doctype": invoice.doctype,
				"reference_name": invoice.name,
				"allocated_amount": allocated,
			}
		)
	payment = frappe.get_doc(
		{
			"doctype": "Payment Entry",
			"payment_type": "Receive",
			"party_type": "Customer",
			"party": getattr(customer, "name", customer),
			"company": company,
			"posting_date": posting_date,
			"paid_from": frappe.get_cached_value("Company", company, "default_receivable_account"),
			"paid_to": get_money_account(company),
			"paid_amount": amount,
			"received_amount": amount,
			"source_exchange_rate": 1,
			"target_exchange_rate": 1,
			"reference_no": f"TEST-{frappe.generate_hash(length=6)}",
			"reference_date": posting_date,
			"references": references,
			**fields,
		}
	)
	payment.setup_party_account_field()
	payment.set_missing_values()
	return save(payment, do_not_submit)


def make_refund(customer, amount: float, **fields):
	"""Money paid back to the customer in the company's currency, set against nothing."""
	company = get_company()
	receivable = frappe.get_cached_value("Company", company, "default_receivable_account")
	paid = {"payment_type": "Pay", "paid_from": get_money_account(company), "paid_to": receivable}
	return make_payment_entry(customer, amount, **{**paid, **fields})


def make_journal_entry(
	customer,
	amount: float,
	against: str | None = None,
	posting_date=None,
	company: str | None = None,
	reference=None,
	do_not_submit: bool = False,
	**fields,
):
	"""Debit the customer with ``amount`` (credit when negative) against another account, by default the write-off one."""
	company = company or get_company()
	posting_date = getdate(posting_date)
	ensure_fiscal_year(posting_date)
	receivable, write_off, cost_center = frappe.get_cached_value(
		"Company", company, ["default_receivable_account", "write_off_account", "cost_center"]
	)
	debit, credit = max(amount, 0), max(-amount, 0)
	party_row = {
		"account": receivable,
		"party_type": "Customer",
		"party": getattr(customer, "name", customer),
		"debit_in_account_currency": debit,
		"credit_in_account_currency": credit,
		"cost_center": cost_center,
	}
	if reference:
		party_row.update(reference_type=reference.doctype, reference_name=reference.name)
	entry = frappe.get_doc(
		{
			"doctype": "Journal Entry",
			"voucher_type": "Journal Entry",
			"company": company,
			"posting_date": posting_date,
			"accounts": [
				party_row,
				{
					"account": against or write_off,
					"debit_in_account_currency": credit,
					"credit_in_account_currency": debit,
					"cost_center": cost_center,
				},
			],
			**fields,
		}
	)
	return save(entry, do_not_submit)


def save(document, do_not_submit: bool):
	if do_not_submit:
		return document.insert()
	if not is_plain(document):
		document.insert()
	document.submit()
	return document.reload()
