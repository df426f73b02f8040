"""Invoices in foreign currencies, the day's rate, and what the ledger says of a document."""

import frappe
from frappe.utils import flt, getdate

from tests.factories.documents import make_sales_invoice
from tests.factories.masters import make_receivable_account


def get_outstanding(document):
	return flt(frappe.db.get_value(document.doctype, document.name, "outstanding_amount"), 6)


def get_ledger(entry):
	"""Per account: debit less credit in the company's currency, and in the account's."""
	rows = frappe.get_all(
		"GL Entry",
		{"voucher_no": entry, "is_cancelled": 0},
		["account", "debit", "credit", "debit_in_account_currency", "credit_in_account_currency"],
	)
	found = {}
	for row in rows:
		company, account = found.get(row.account, (0, 0))
		found[row.account] = (
			flt(company + row.debit - row.credit, 6),
			flt(account + row.debit_in_account_currency - row.credit_in_account_currency, 6),
		)
	return found


def set_rate(currency: str, rate: float, to_currency: str = "USD") -> None:
	"""Today's rate, so that nobody asks the Internet."""
	for source, target, value in ((currency, to_currency, rate), (to_currency, currency, 1 / rate)):
		found = {"from_currency": source, "to_currency": target, "date": getdate()}
		if name := frappe.db.exists("Currency Exchange", found):
			frappe.db.set_value("Currency Exchange", name, "exchange_rate", value)
		else:
			frappe.get_doc({"doctype": "Currency Exchange", "exchange_rate": value, **found}).insert()


def make_foreign_invoice(customer, currency="EUR", rate=100.0, conversion_rate=1.25):
	return make_sales_invoice(
		customer,
		rate=rate,
		currency=currency,
		conversion_rate=conversion_rate,
		disable_rounded_total=1,
		debit_to=make_receivable_account(currency),
	)
