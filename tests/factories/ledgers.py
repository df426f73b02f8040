"""Ledgers of any length, written straight to the tables: submitting ten thousand documents would take half an hour.

The rows are what ERPNext itself writes for an invoice paid by a payment entry (one receivable row in each ledger).
"""

from datetime import timedelta

import frappe
from frappe.utils import getdate, now_datetime

from tests.factories.masters import ensure_fiscal_year, get_company

OPEN_INVOICES = 200


def make_long_ledger(customer, vouchers: int = 10_000, until=None, company: str | None = None) -> None:
	"""``vouchers`` ledger rows of one customer: invoices of 100.01 and so on, each but the last ones paid 20 days later."""
	company = company or get_company()
	until = getdate(until)
	ensure_fiscal_year(until)
	account, currency = frappe.get_cached_value(
		"Company", company, ["default_receivable_account", "default_currency"]
	)
	customer = getattr(customer, "name", customer)
	prefix = f"LONG-{frappe.generate_hash(length=6)}"
	start = until.replace(month=1, day=1)
	days = max((until - start).days, 1)
	created = now_datetime()
	invoices, payments, ledger, receivables = [], [], [], []
	count = vouchers // 2
	open_invoices = min(OPEN_INVOICES, count // 5)
	for number in range(count):
		day = start + timedelta(days=number * days // count)
		due, amount = day + timedelta(days=30), 100 + number % 997 + 0.01
		invoice, payment = f"{prefix}-I-{number:06}", f"{prefix}-P-{number:06}"
		invoices.append((invoice, 1, customer, company, day, due, currency, 1, amount, f"PO {number}"))
		rows = [(invoice, "Sales Invoice", day, amount, 0)]
		if number < count - open_invoices:
			paid = min(day + timedelta(days=20), until)
			payments.append((payment, 1, "Customer", customer, company, paid, "Receive", f"TT {number}"))
			rows.append((payment, "Payment Entry", paid, 0, amount))
		for voucher, doctype, posted, debit, credit in rows:
			common = (
				created + timedelta(microseconds=len(ledger)),
				posted,
				company,
				account,
				currency,
				"Customer",
				customer,
				doctype,
				voucher,
			)
			name = f"{prefix}-{len(ledger):06}"
			ledger.append((name, *common, debit, debit, credit, credit, "Sales Invoice", invoice, "No"))
			receivables.append(
				(name, *common, "Receivable", "Sales Invoice", invoice, debit - credit, debit - credit, due)
			)
	insert(
		"Sales Invoice",
		"name docstatus customer company posting_date due_date currency conversion_rate grand_total po_no",
		invoices,
	)
	insert(
		"Payment Entry",
		"name docstatus party_type party company posting_date payment_type reference_no",
		payments,
	)
	shared = (
		"name creation posting_date company account account_currency party_type party voucher_type voucher_no"
	)
	insert(
		"GL Entry",
		f"{shared} debit debit_in_account_currency credit credit_in_account_currency against_voucher_type against_voucher is_opening",
		ledger,
	)
	insert(
		"Payment Ledger Entry",
		f"{shared} account_type against_voucher_type against_voucher_no amount amount_in_account_currency due_date",
		receivables,
	)


def insert(doctype: str, fields: str, rows: list[tuple]) -> None:
	frappe.db.bulk_insert(doctype, fields.split(), rows, chunk_size=2_000)
