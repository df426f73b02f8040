"""The everyday customers: paid up, overdue in every bucket, partly paid, returns, an advance."""

import frappe

from . import customers
from .catalogue import LONG_DESCRIPTION_ITEM
from .companies import INSTALMENTS
from .dates import get_day
from .site_setup import COMPANY
from .vouchers import build_sale, credit_invoice, make_invoice, pay, receive

RECEIVABLE = "Debtors - WP"


def make() -> None:
	make_paid_up()
	make_every_bucket()
	make_partly_paid()
	make_returns()
	make_advance()
	make_settled_and_disabled()


def make_paid_up() -> None:
	for number, days_ago in enumerate((200, 140, 95, 50, 12), start=1):
		invoice = make_invoice(
			customers.PAID_UP,
			days_ago,
			[("WP-INSPECT", 1, 340), ("WP-HOUR", 2 + number, 96), ("WP-PART", 4 * number, 12.75)],
			po_no=f"AB-{1000 + number}",
		)
		if number == 3:
			pay("Sales Invoice", invoice.name, days_ago - 10, 400, "First part of AB-1003")
		pay("Sales Invoice", invoice.name, max(days_ago - 20, 2))


def make_every_bucket() -> None:
	"""Due dates in the middle and on both edges of each bucket: not due, 1-30, 31-60, 61-90, over 90."""
	overdue_by = (-25, -10, 0, 1, 15, 30, 31, 45, 60, 61, 75, 90, 91, 130, 250)
	for number, days in enumerate(overdue_by, start=1):
		make_invoice(
			customers.EVERY_BUCKET,
			days + 30,
			[("WP-BEARING", number, 132.4), ("WP-CABLE", 10 + number, 14.5), ("WP-HOUR", 1.5, 96)],
			po_no=f"BH/{2026 + number}" if number % 2 else f"Order of store {number}",
		)
	make_invoice(customers.EVERY_BUCKET, 0, get_eighty_lines(), po_no="BH/SPARES")


def get_eighty_lines() -> list[tuple]:
	return [
		("WP-PART", 1 + number % 7, round(3.25 + number * 1.15, 2), f"Part no. {4200 + number}, bag {number}")
		for number in range(1, 81)
	]


def make_partly_paid() -> None:
	name = customers.PARTLY_PAID
	simple = make_invoice(name, 55, [("WP-TURBINE-5", 1, 6400), ("WP-MAST-12", 1, 2150)], po_no="CF 77")
	pay("Sales Invoice", simple.name, 20, 4000, "Part payment CF 77")
	instalments = make_invoice(
		name,
		50,
		[(LONG_DESCRIPTION_ITEM, 1, 18500)],
		po_no="CF 81",
		payment_terms_template=INSTALMENTS,
	)
	# All of the first instalment and a part of the second.
	pay("Sales Invoice", instalments.name, 30, 8000, "CF 81, first")
	make_invoice(
		name, 4, [("WP-MONITOR", 12, 45)], payment_terms_template=INSTALMENTS, po_no="CF 90", taxed=False
	)


def make_returns() -> None:
	name = customers.RETURNS
	paid = make_invoice(name, 120, [("WP-INVERTER-6", 3, 1380)], po_no="O'B 12")
	pay("Sales Invoice", paid.name, 95)
	# Returned after it was paid: the credit stays on the account.
	credit_invoice(paid, 60, qty=1, keep_as_credit=True)
	partly_returned = make_invoice(name, 70, [("WP-BLADES", 4, 890)], po_no="O'B 15")
	credit_invoice(partly_returned, 58, qty=1)
	wholly_returned = make_invoice(name, 48, [("WP-BEARING", 6, 132.4)], po_no="O'B 16")
	credit_invoice(wholly_returned, 40)
	goodwill = build_sale(
		"Sales Invoice", name, 30, [("WP-HOUR", -5, 96, "Goodwill for the delayed visit")], is_return=1
	)
	goodwill.insert()
	goodwill.submit()
	open_invoice = make_invoice(name, 25, [("WP-INSPECT", 2, 340)], po_no="O'B 19")
	reconcile(name, goodwill.name, open_invoice.name)
	receive(name, 6, 750, "Paid twice by mistake")


def reconcile(customer: str, payment_name: str, invoice_name: str) -> None:
	"""Set a credit off against an invoice with ERPNext's Payment Reconciliation."""
	tool = frappe.get_doc("Payment Reconciliation")
	tool.company = COMPANY
	tool.party_type = "Customer"
	tool.party = customer
	tool.receivable_payable_account = RECEIVABLE
	tool.get_unreconciled_entries()
	invoices = [row.as_dict() for row in tool.invoices if row.invoice_number == invoice_name]
	payments = [row.as_dict() for row in tool.payments if row.reference_name == payment_name]
	tool.allocate_entries(frappe._dict(invoices=invoices, payments=payments))
	tool.reconcile()


def make_advance() -> None:
	"""Money for an order that is not invoiced yet, and money for nothing in particular."""
	order = build_sale(
		"Sales Order",
		customers.ADVANCE,
		18,
		[("WP-TURBINE-5", 2, 6400), ("WP-INVERTER-6", 2, 1380)],
		po_no="DP-2044",
		delivery_date=get_day(-30),
		set_warehouse="Stores - WP",
	)
	order.insert()
	order.submit()
	pay("Sales Order", order.name, 15, 5000, "Down payment DP-2044")
	receive(customers.ADVANCE, 9, 1200, "For coming visits")


def make_settled_and_disabled() -> None:
	"""A customer nobody can write to, and one that has left."""
	make_invoice(customers.NO_EMAIL, 33, [("WP-INSPECT", 1, 340)], due_in=14)
	settled = make_invoice(customers.DISABLED, 240, [("WP-INSPECT", 1, 340)])
	pay("Sales Invoice", settled.name, 215)
	frappe.db.set_value("Customer", customers.DISABLED, "disabled", 1)
