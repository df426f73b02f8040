"""The customer with 2,000 ledger rows and a statement of more than 400 lines, which is paged on its page and made in the
background as a PDF: lists of shipments for each tour, their weekly settlements, and many invoices.

A statement's line is one voucher, however many ledger rows it has.
"""

import random

from frappe.utils import flt

from . import customers
from .dates import get_day
from .receivables import RECEIVABLE
from .vouchers import get_party_row, get_row, make_invoice, make_journal, pay, receive

WEEKS = 25
TOURS_PER_WEEK = 16
SHIPMENTS_PER_TOUR = 5
INVOICES = 32
# A week settled, and one left open, in turn from the oldest; the newest are all open.
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
	"""A list of shipments for each tour, from the fifth day before on, and what was paid for the week's lists together."""
	journals = {}
	for tour in range(1, TOURS_PER_WEEK + 1):
		total, journal = book_tour(f"{week:02d}-{tour:02d}", days_ago + 4 - (tour - 1) % 5)
		journals[journal.name] = total
	if week not in OPEN_WEEKS:
		total = flt(sum(journals.values()), 2)
		receive(customers.BUSY, max(days_ago - 20, 1), total, f"ACH FREIGHT-{week:02d}", journals)


def book_tour(tour: str, days_ago: int):
	"""One debit row per shipment, each with its own reference, against freight income: the total and the Journal Entry."""
	charges = [flt(random.randint(900, 48_000) / 100, 2) for _ in range(SHIPMENTS_PER_TOUR)]
	rows = [
		get_party_row(customers.BUSY, RECEIVABLE, debit=charge, user_remark=f"Shipment {tour}-{number}")
		for number, charge in enumerate(charges, start=1)
	]
	total = flt(sum(charges), 2)
	journal = make_journal(
		days_ago,
		[*rows, get_row("Sales - WP", credit=total)],
		f"Shipments of tour {tour}",
		due_date=get_day(days_ago - 21),
		cheque_no=f"FREIGHT-{tour}",
		cheque_date=get_day(days_ago),
	)
	return total, journal
