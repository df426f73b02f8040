"""ERPNext's own General Ledger and Accounts Receivable reports, called as Desk calls them, for tests to compare with."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import frappe
from frappe.utils import flt, getdate

CENT = Decimal("0.01")


def get_receivable_accounts(company: str, currency: str) -> list[str]:
	filters = {"company": company, "account_type": "Receivable", "account_currency": currency, "is_group": 0}
	return frappe.get_all("Account", filters, pluck="name")


def get_general_ledger(customer: str, company: str, currency: str, from_date: date, to_date: date) -> dict:
	"""``opening, debit, credit, closing`` of the General Ledger report in account currency, in Decimal."""
	from erpnext.accounts.report.general_ledger.general_ledger import execute

	filters = frappe._dict(
		company=company,
		from_date=getdate(from_date),
		to_date=getdate(to_date),
		account=get_receivable_accounts(company, currency),
		party_type="Customer",
		party=[customer],
		categorize_by="Categorize by Voucher (Consolidated)",
		include_default_book_entries=1,
		show_opening_entries=1,
	)
	_columns, rows = execute(filters)
	opening, total, closing = rows[0], rows[-2], rows[-1]
	return {
		"opening": get_net(opening),
		"debit": to_decimal(total["debit_in_account_currency"]),
		"credit": to_decimal(total["credit_in_account_currency"]),
		"closing": get_net(closing),
		"lines": [row for row in rows[1:-2] if row.get("voucher_no")],
	}


def get_receivable_rows(customer: str, company: str, currency: str, as_of: date, by_terms: bool) -> list:
	from erpnext.accounts.report.accounts_receivable.accounts_receivable import execute

	rows = []
	for account in get_receivable_accounts(company, currency):
		filters = {
			"company": company,
			"report_date": as_of,
			"ageing_based_on": "Due Date",
			"calculate_ageing_with": "Report Date",
			# the first range, 0, is what falls due on the very day
			"range": "0, 30, 60, 90",
			"party_type": "Customer",
			"party": [customer],
			"party_account": account,
			"in_party_currency": 1,
			"based_on_payment_terms": int(by_terms),
		}
		rows += [row for row in execute(filters)[1] if row.get("voucher_no")]
	return rows


def get_receivable_ageing(customer: str, company: str, currency: str, as_of: date) -> dict[str, Decimal]:
	"""The Accounts Receivable report by due date, summed into the portal's buckets.

	Invoices with several instalments come from the report "based on payment terms", all other vouchers from the plain
	one (based on payment terms, the report mixes currencies where an invoice's differs from its account's).
	"""
	plain = get_receivable_rows(customer, company, currency, as_of, by_terms=False)
	split = get_invoices_with_instalments([row["voucher_no"] for row in plain])
	rows = [row for row in plain if row["voucher_no"] not in split]
	if split:
		by_terms = get_receivable_rows(customer, company, currency, as_of, by_terms=True)
		rows += [row for row in by_terms if row["voucher_no"] in split]
	ageing = defaultdict(Decimal)
	for row in rows:
		outstanding = to_decimal(row["outstanding"])
		if outstanding < 0:
			ageing["credit"] -= outstanding
			continue
		due = [to_decimal(row[f"range{number}"]) for number in range(1, 6)]
		ageing["not_due"] += outstanding - sum(due) + due[0]
		for key, amount in zip(("1_30", "31_60", "61_90", "over_90"), due[1:], strict=True):
			ageing[key] += amount
	return ageing


def get_receivable_total(customer: str, company: str, currency: str, as_of: date) -> Decimal:
	rows = get_receivable_rows(customer, company, currency, as_of, by_terms=False)
	return sum((to_decimal(row["outstanding"]) for row in rows), Decimal(0))


def get_invoices_with_instalments(names: list[str]) -> set[str]:
	rows = frappe.get_all(
		"Payment Schedule",
		{"parenttype": "Sales Invoice", "parent": ("in", names or [""])},
		["parent", "count(name) as instalments"],
		group_by="parent",
	)
	return {row.parent for row in rows if row.instalments > 1}


def get_net(row) -> Decimal:
	return to_exact(flt(row["debit_in_account_currency"]) - flt(row["credit_in_account_currency"]))


def to_exact(value) -> Decimal:
	return Decimal(repr(flt(value, 6)))


def to_decimal(value) -> Decimal:
	return Decimal(repr(flt(value))).quantize(CENT)
