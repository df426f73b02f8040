"""The customer with 2,000 ledger rows: weekly lists of shipments, their settlements, and many invoices."""

import random

from frappe.utils import flt

from . import customers
from .dates import get_day
from .receivables import RECEIVABLE
from .vouchers import get_party_row, get_row, make_invoice, make_journal, pay, receive

WEEKS = 25
SHIPMENTS_PER_WEEK = 80
INVOICES = 32
# A weekly list settled, and one left open, in turn from the oldest; the newest are all open.
OPEN_WEEKS = frozenset({6, 13, 19, 22, 23, 24, 25})


def make() -> None:
	for week in range(1, WEEKS + 1):
		days_ago = (WEEKS - week) * 7 + 2
		book_shipments(week, days_ago)
	for number in range(INVOICES):
		days_ago = 170 - number * 170 // INVOICES
		invoice = make_invoice(
			customers.BUSY,
			days_ago,
			[("WP-PART", 1 + number % 9, 12.75), ("WP-HOUR", 1 + number % 4, 96)],
			po_no=f"HLG-{7000 + number}",
		)
		if number % 3 == 0 and days_ago > 20:
			pay("Sales Invoice", invoice.name, days_ago - 18)


def book_shipments(week: int, days_ago: int) -> None:
	"""One debit row per shipment, each with its own reference, against freight income."""
	charges = [flt(random.randint(900, 48_000) / 100, 2) for _ in range(SHIPMENTS_PER_WEEK)]
	rows = [
		get_party_row(
			customers.BUSY,
			RECEIVABLE,
			debit=charge,
			user_remark=f"Shipment {week:02d}-{number:03d}",
		)
		for number, charge in enumerate(charges, start=1)
	]
	total = flt(sum(charges), 2)
	journal = make_journal(
		days_ago,
		[*rows, get_row("Sales - WP", credit=total)],
		f"Shipments of week {week}",
		due_date=get_day(days_ago - 21),
		cheque_no=f"FREIGHT-{week:02d}",
		cheque_date=get_day(days_ago),
	)
	if week not in OPEN_WEEKS:
		receive(customers.BUSY, max(days_ago - 20, 1), total, f"ACH FREIGHT-{week:02d}", journal=journal.name)
