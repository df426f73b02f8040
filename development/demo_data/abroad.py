"""Receivables in the customer's own currency, exchange differences, and the second company."""

import frappe
from frappe.utils import flt

from . import customers
from .companies import BANK, EURO_RECEIVABLE, SECOND_COMPANY, YEN_RECEIVABLE
from .dates import get_day
from .site_setup import COMPANY
from .vouchers import build_payment, credit_invoice, make_invoice, pay


def make() -> None:
	make_yen_customer()
	make_euro_customer()
	make_customer_of_both_companies()
	make_german_customer()


def make_yen_customer() -> None:
	name = customers.YEN
	set_receivable_account(name, YEN_RECEIVABLE)
	# Sold at 0.0066 dollars per yen and paid at 0.0070: a gain. The second is paid in part, at a loss.
	gained = sell(name, 100, [("WP-INVERTER-6", 2, 209_000)], "JPY", YEN_RECEIVABLE, po_no="注文 41")
	pay_in_dollars(gained, 35, 0.0070)
	lost = sell(name, 38, [("WP-BLADES", 3, 127_500)], "JPY", YEN_RECEIVABLE, po_no="注文 42")
	pay_in_dollars(lost, 1, 0.0064, 200_000)
	sell(name, 10, [("WP-MONITOR", 6, 6_450)], "JPY", YEN_RECEIVABLE, po_no="注文 43")
	sell(name, 70, [("WP-CABLE", 33, 2_197)], "JPY", YEN_RECEIVABLE, po_no="注文 44")


def make_euro_customer() -> None:
	name = customers.EURO
	set_receivable_account(name, EURO_RECEIVABLE)
	paid = sell(name, 110, [("WP-BEARING", 10, 119.5)], "EUR", EURO_RECEIVABLE, po_no="BC-2210")
	pay_in_dollars(paid, 60, 1.09)
	returned = sell(name, 90, [("WP-MAST-12", 2, 1936.9)], "EUR", EURO_RECEIVABLE, po_no="BC-2214")
	credit_invoice(returned, 75, qty=1)
	sell(name, 30, [("WP-HOUR", 12, 86.5)], "EUR", EURO_RECEIVABLE, po_no="BC-2231")
	revalue(EURO_RECEIVABLE)


def sell(customer: str, days_ago: int, lines, currency: str, account: str, **values):
	return make_invoice(customer, days_ago, lines, currency=currency, debit_to=account, taxed=False, **values)


def set_receivable_account(customer: str, account: str) -> None:
	document = frappe.get_doc("Customer", customer)
	document.append("accounts", {"company": COMPANY, "account": account})
	document.save()


def pay_in_dollars(invoice, days_ago: int, rate: float, amount: float | None = None) -> None:
	"""The bank credited dollars at `rate`; ERPNext books the difference to the invoice's own rate."""
	payment = build_payment("Sales Invoice", invoice.name, days_ago, amount)
	payment.paid_to = BANK
	payment.source_exchange_rate = rate
	payment.target_exchange_rate = 1
	payment.base_paid_amount = flt(payment.paid_amount * rate, 2)
	payment.received_amount = payment.base_received_amount = payment.base_paid_amount
	payment.insert()
	payment.submit()


def revalue(account: str) -> None:
	"""Month end: the open euros are worth something else in dollars now."""
	revaluation = frappe.get_doc(
		{
			"doctype": "Exchange Rate Revaluation",
			"company": COMPANY,
			"posting_date": get_day(2),
			"rounding_loss_allowance": 0.05,
		}
	)
	for row in revaluation.get_accounts_data():
		if row["account"] == account:
			revaluation.append("accounts", row)
	revaluation.insert()
	revaluation.submit()
	journal = frappe.get_doc("Journal Entry", revaluation.make_jv_entries()["revaluation_jv"])
	journal.submit()


def make_customer_of_both_companies() -> None:
	name = customers.BOTH_COMPANIES
	first = make_invoice(name, 85, [("WP-HOUR", 10, 96)], po_no="IC-9")
	pay("Sales Invoice", first.name, 50)
	make_invoice(name, 40, [("WP-INSPECT", 2, 340)], po_no="IC-12")
	in_euros = make_invoice(
		name, 62, [("WP-HOUR", 16, 91.2)], company=SECOND_COMPANY, currency="EUR", po_no="IC-EU-1"
	)
	pay("Sales Invoice", in_euros.name, 30, 500, "IC-EU-1 part")
	make_invoice(
		name, 6, [("WP-MONITOR", 12, 42.75)], company=SECOND_COMPANY, currency="EUR", po_no="IC-EU-2"
	)


def make_german_customer() -> None:
	name = customers.GERMAN
	for number, days_ago in enumerate((170, 110, 64, 28, 7), start=1):
		invoice = make_invoice(
			name,
			days_ago,
			[
				("WP-INSPECT", 1, 323, "Jährliche Prüfung der Windkraftanlage"),
				("WP-HOUR", 2.5 * number, 91.2, "Technikerstunden"),
			],
			due_in=14,
			company=SECOND_COMPANY,
			currency="EUR",
			po_no=f"Bestellung {300 + number}",
		)
		if number < 3:
			pay("Sales Invoice", invoice.name, days_ago - 12)
	credit_invoice(invoice, 2, qty=1)
