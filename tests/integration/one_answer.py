"""What is open, and which part of it is late: every page of the portal and ERPNext's Accounts Receivable must say the same."""

from collections import defaultdict
from decimal import Decimal

import frappe
from frappe.utils import flt, getdate

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.documents import invoices, kinds, lists
from customer_portal_ext.documents.filters import Filters
from customer_portal_ext.documents.smallest import as_shown
from customer_portal_ext.payments import open_items
from customer_portal_ext.statement import ageing
from tests.integration.erpnext_reports import get_receivable_rows

CAPABILITIES = frozenset({"statement", "invoices", "credit_notes", "payments", "payments_history"})
ZERO = Decimal(0)


def make_visitor(customer):
	return Visitor("token", customer, customer, (customer,), CAPABILITIES, "en", "test")


def get_pay_page(customer):
	"""``{(company, currency): {"parts": {document: [(due date, open)]}, "credit"}}`` of what can be paid."""
	found = {}
	for account in open_items.get_accounts(customer):
		parts = defaultdict(list)
		for item in account.items:
			parts[item.name].append((item.due_date, item.outstanding))
		found[account.company, account.currency] = {"parts": dict(parts), "credit": account.unallocated}
	return found


def get_report(customer, company, currency):
	"""``(parts, credit)`` of Accounts Receivable, based on payment terms.

	Where it shows an invoice's own overpayment as a row beside its open instalments, the portal sets it against them. It knows
	no finance books: what is of another than the company's is left out here.
	"""
	parts, credit, over = defaultdict(list), ZERO, defaultdict(lambda: ZERO)
	rows = get_receivable_rows(customer, company, currency, getdate(), by_terms=True)
	elsewhere = frappe.get_all("Journal Entry", {"finance_book": ("is", "set")}, pluck="name")
	rows = [row for row in rows if row["voucher_no"] not in elsewhere]
	owed = {row["voucher_no"] for row in rows if row["outstanding"] > 0}
	for row in rows:
		amount = Decimal(repr(flt(row["outstanding"], 6)))
		if amount > 0:
			parts[row["voucher_no"]].append([getdate(row.get("due_date") or row["posting_date"]), amount])
		elif row["voucher_no"] in owed:
			over[row["voucher_no"]] -= amount
		else:
			credit -= as_shown(amount, currency)
	for voucher, amount in over.items():
		for part in sorted(parts[voucher]):
			taken = min(part[1], amount)
			part[1] -= taken
			amount -= taken
	return parts, credit


def assert_one_answer(customer, with_report: bool = True, said: str = "") -> dict:
	"""Compare all of them today; returns the pay page's part of it."""
	today, visitor = getdate(), make_visitor(customer)
	pay_page = get_pay_page(customer)
	accounts = {(row["company"], row["currency"]): row for row in ageing.get_accounts(visitor, today)}
	assert set(pay_page) <= set(accounts), said
	for place, account in accounts.items():
		parts = pay_page.get(place, {"parts": {}})["parts"]
		due = [part for found in parts.values() for part in found]
		owed = sum((bucket["amount"] for bucket in account["buckets"]), ZERO)
		assert owed == sum((amount for _day, amount in due), ZERO), (said, place, parts)
		late = [(day, amount) for day, amount in due if day < today]
		assert account["overdue"] == sum((amount for _day, amount in late), ZERO), (said, place, parts)
		assert owed - account["credit"] == account["balance"], (said, place)
		if place in pay_page:
			assert pay_page[place]["credit"] == account["credit"], (said, place)
		if with_report:
			assert_report_agrees(customer, place, parts, account)
	assert_lists_agree(customer, visitor, pay_page, today)
	return pay_page


def assert_report_agrees(customer, place, parts, account):
	expected, credit = get_report(customer, *place)
	assert account["credit"] == credit, (place, account["credit"], credit)
	for name in {*parts, *expected}:
		found = {day: amount for day, amount in parts.get(name, [])}
		reported = defaultdict(lambda: ZERO)
		for day, amount in expected.get(name, []):
			reported[day] += amount
		for day in {*found, *reported}:
			# a schedule may be some cents off its invoice, which that report does not see
			difference = abs(found.get(day, ZERO) - reported[day])
			assert difference <= Decimal("0.10"), (name, day, dict(found), dict(reported))


def assert_lists_agree(customer, visitor, pay_page, today):
	open_parts = {name: parts for account in pay_page.values() for name, parts in account["parts"].items()}
	rows = lists.get_rows([kinds.INVOICE], (customer,), Filters(size=100), today).rows
	late = lists.get_rows([kinds.INVOICE], (customer,), Filters(size=100, status="overdue"), today).rows
	assert {row["name"] for row in late} == {row["name"] for row in rows if row["status"] == "overdue"}
	for row in rows:
		parts = sorted(open_parts.get(row["name"], []))
		assert row["outstanding"] == sum((amount for _day, amount in parts), ZERO), row
		first = parts[0][0] if parts else None
		assert (row["status"] == "overdue") == bool(first and first < today), (row, parts)
		if parts:
			assert row["due_date"] == first, (row, parts)
			assert row["overdue_from"] == (first if first < today else None)
		assert_page_agrees(row, visitor, parts, today)


def assert_page_agrees(row, visitor, parts, today):
	record = kinds.find(kinds.INVOICE, visitor.row_scope, row["name"])
	page = invoices.get_page(visitor, "invoice", record)
	assert page["outstanding"] == row["outstanding"]
	assert page["next_due_date"] == (parts[0][0] if parts else None)
	if page["schedule"]:
		opened = [(line["due_date"], line["open"]) for line in page["schedule"] if line["open"]]
		assert opened == parts, (row["name"], opened, parts)
		assert page["due_date"] == page["schedule"][-1]["due_date"]
	asked = page["total"] if page["currency"] == page["account_currency"] else None
	if asked is not None:
		assert asked + sum(line["amount"] for line in page["settled_sums"]) == page["outstanding"]


def get_outstanding(*documents):
	return [
		flt(frappe.db.get_value(document.doctype, document.name, "outstanding_amount"), 6)
		for document in documents
	]
