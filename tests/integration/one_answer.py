"""What is open, and which part of it is late: every page of the portal and ERPNext's Accounts Receivable must say the same."""

from collections import defaultdict
from decimal import Decimal

import frappe
from frappe.utils import flt, getdate

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.base.currencies import get_decimals
from customer_portal_ext.documents import invoices, kinds, lists
from customer_portal_ext.documents.filters import Filters
from customer_portal_ext.documents.smallest import as_shown
from customer_portal_ext.payments import open_items
from customer_portal_ext.statement import ageing
from tests.integration.erpnext_reports import get_receivable_rows, to_exact

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
	"""``(parts, credit, refunded)`` of Accounts Receivable, based on payment terms.

	Where it shows an invoice's own overpayment as a row beside its open instalments, the portal sets it against them. What the
	schedule is short of its invoice (some cents; an advance that was cancelled since), that mode does not see at all: without
	terms the report does, and the portal's last instalment has it. The report knows no finance books: what is of another than the
	company's is left out here.
	"""
	elsewhere = frappe.get_all("Journal Entry", {"finance_book": ("is", "set")}, pluck="name")
	by_terms, plain = (
		[
			row
			for row in get_receivable_rows(customer, company, currency, getdate(), by_terms=by_terms)
			if row["voucher_no"] not in elsewhere
		]
		for by_terms in (True, False)
	)
	parts, sums, missing = defaultdict(list), defaultdict(lambda: ZERO), defaultdict(lambda: ZERO)
	credit = refunded = ZERO
	for row in plain:
		amount = to_exact(row["outstanding"])
		if row["voucher_type"] == "Payment Entry" and amount > 0:
			refunded += as_shown(amount, currency)
		elif amount < 0:
			credit -= as_shown(amount, currency)
		else:
			sums[row["voucher_no"]] = missing[row["voucher_no"]] = amount
	for row in by_terms:
		if row["voucher_no"] in sums:
			missing[row["voucher_no"]] -= to_exact(row["outstanding"])
			parts[row["voucher_no"]].append(
				[getdate(row.get("due_date") or row["posting_date"]), to_exact(row["outstanding"])]
			)
	for voucher, rows in parts.items():
		rows.sort()
		over = -sum((amount for _day, amount in rows if amount < 0), ZERO)
		parts[voucher] = rows = [row for row in rows if row[1] > 0]
		if missing[voucher] > 0:
			rows[-1][1] += missing[voucher]
		take_from(rows, over)
		take_from(reversed(rows), -missing[voucher])
	return parts, credit, refunded


def take_from(rows, amount) -> None:
	for row in rows:
		taken = max(min(row[1], amount), ZERO)
		row[1] -= taken
		amount -= taken


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
		expected, credit, refunded = get_report(customer, *place)
		# a refund takes from the credit first; what is beyond it waits for its credit note
		waiting = max(refunded - credit, ZERO)
		assert owed == sum((amount for _day, amount in due), waiting), (said, place, parts)
		late = [(day, amount) for day, amount in due if day < today]
		assert account["overdue"] == sum((amount for _day, amount in late), ZERO), (said, place, parts)
		assert owed - account["credit"] == account["balance"], (said, place)
		if place in pay_page:
			assert pay_page[place]["credit"] == account["credit"], (said, place)
		if with_report:
			assert account["credit"] == max(credit - refunded, ZERO), (said, place, credit, refunded)
			assert_report_agrees(expected, parts, place[1], said)
	assert_lists_agree(customer, visitor, pay_page, today)
	return pay_page


def assert_report_agrees(expected, parts, currency, said):
	unit = Decimal(1).scaleb(-get_decimals(currency))
	for name in {*parts, *expected}:
		found = {day: amount for day, amount in parts.get(name, [])}
		reported = defaultdict(lambda: ZERO)
		for day, amount in expected.get(name, []):
			reported[day] += amount
		# in another currency an advance's amount is kept with a fraction of a coin
		differences = [abs(found.get(day, ZERO) - reported[day]) for day in {*found, *reported}]
		assert all(difference < unit for difference in differences), (said, name, found, dict(reported))


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
