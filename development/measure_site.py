"""What the measured site holds beside the demo's data. Runs inside the bench's Python."""

import frappe
from frappe.utils import add_days, getdate

from development.growth import Copies, analyze, copy_to_other_customers, copy_voucher
from tests import factories
from tests.factories import answers

BUYER = "Measured Buyer"
USER = "measured.buyer@example.com"
PASSWORD = "copper-lantern-orchard-31"
LEDGER = "Measured Ledger"
INVOICES = 25
QUOTATIONS = 9
PAID, UNPAID = 4_000, 2_000  # 4,000 invoices with their payments and 2,000 without: 10,000 ledger rows
SMALL_SITE = 1_000


def prepare() -> None:
	"""A buyer with more than a page of invoices and a sign-in, on a site of a thousand invoices."""
	buyer = factories.make_customer(BUYER, email=USER)
	invoices = [
		factories.make_sales_invoice(
			buyer,
			posting_date=add_days(getdate(), -3 * number),
			items=[{"rate": 40 + number, "qty": quantity} for quantity in (1, 2, 5)],
		)
		for number in range(INVOICES)
	]
	factories.make_payment_entry(buyer, invoices[3].grand_total, invoices=[invoices[3]])
	make_user(buyer)
	for number in range(QUOTATIONS):
		factories.make_quotation(
			buyer, items=[{"rate": 70 + number, "qty": quantity} for quantity in (1, 2, 5)]
		)
	settings = frappe.get_single("Customer Portal Settings")
	settings.update(answers.SETTINGS | {"order_created_as": "Submitted"})  # the longer way of the two
	settings.save()
	copy_to_other_customers(invoices[0].name, max(SMALL_SITE - frappe.db.count("Sales Invoice"), 0), "Small")
	analyze()
	frappe.db.commit()  # a command line run has no request that would commit


def make_user(buyer) -> None:
	frappe.get_doc(
		{
			"doctype": "User",
			"email": USER,
			"first_name": "Measured",
			"user_type": "Website User",
			"send_welcome_email": 0,
			"new_password": PASSWORD,
			"roles": [{"role": "Customer"}],
		}
	).insert()
	buyer.reload()
	buyer.append("portal_users", {"user": USER})
	buyer.save()


def make_ledger() -> None:
	"""A customer with 10,000 ledger rows."""
	customer = factories.make_customer(LEDGER, email="measured.ledger@example.com")
	paid = factories.make_sales_invoice(customer, rate=80)
	payment = factories.make_payment_entry(customer, 80, invoices=[paid])
	unpaid = factories.make_sales_invoice(customer, rate=95)
	copy_voucher(Copies("Sales Invoice", paid.name, "LEDGER-PAID-"), PAID - 1)
	copy_voucher(Copies("Payment Entry", payment.name, "LEDGER-PAYMENT-", settles="LEDGER-PAID-"), PAID - 1)
	copy_voucher(Copies("Sales Invoice", unpaid.name, "LEDGER-OPEN-"), UNPAID - 1)
	analyze()


def grow(invoices: str) -> None:
	"""The same site with ``invoices`` further Sales Invoices, of other customers."""
	like = frappe.db.get_value("Sales Invoice", {"customer": BUYER, "docstatus": 1})
	copy_to_other_customers(like, int(invoices), "Grown")
	analyze()
	frappe.db.commit()  # a command line run has no request that would commit
