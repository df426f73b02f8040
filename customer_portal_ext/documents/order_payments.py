"""What has been invoiced and paid of an order. ERPNext keeps how much of it is billed, not how much is paid."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import frappe
from pypika.functions import Max, Sum

from customer_portal_ext.documents import progress, together, totals

AMOUNTS = (
	*("currency", "party_account_currency", "outstanding_amount", "disable_rounded_total"),
	*("grand_total", "rounded_total", "base_grand_total", "base_rounded_total", "base_net_total"),
)


@dataclass(frozen=True)
class Billing:
	"""`invoices`: as ``progress.get_paid_percent`` wants them, each also with `name`, `date` and `paid_on`, the day of the
	latest payment for it. `advances`: `amount`, in the order's currency, and `date`."""

	invoices: list[dict]
	advances: list[dict]


def get_billing(record: Mapping) -> Billing:
	"""The invoices and credit notes with lines of this order, and what was paid for the order itself. One statement."""
	found = together.fetch(
		{
			"invoices": get_invoices(record),
			"payments": get_advances_by_payment(record["name"]),
			"journals": get_advances_by_journal(record["name"]),
		}
	)
	invoices = [get_invoice(row, record) for row in found["invoices"]]
	return Billing(
		invoices=sorted(invoices, key=lambda row: (row["date"], row["name"])),
		advances=[get_advance(row, record) for row in found["payments"] + found["journals"]],
	)


def get_invoices(record: Mapping) -> together.Part:
	invoice, item = frappe.qb.DocType("Sales Invoice"), frappe.qb.DocType("Sales Invoice Item")
	ledger = frappe.qb.DocType("Payment Ledger Entry")
	paid_on = (
		frappe.qb.from_(ledger)
		.select(Max(ledger.posting_date))
		.where((ledger.against_voucher_no == invoice.name) & (ledger.delinked == 0))
		.where(ledger.voucher_type.isin(("Payment Entry", "Journal Entry")))
	)
	query = (
		frappe.qb.from_(item)
		.inner_join(invoice)
		.on((invoice.name == item.parent) & (invoice.docstatus == 1))
		.where((item.sales_order == record["name"]) & (invoice.customer == record["customer"]))
		.groupby(invoice.name)
	)
	return query, {
		"name": invoice.name,
		"date": invoice.posting_date,
		**{field: invoice[field] for field in AMOUNTS},
		"base_net_amount": Sum(item.base_net_amount),
		"paid_on": paid_on,
	}


def get_advances_by_payment(order: str) -> together.Part:
	"""What was paid for the order itself.

	What has since been set against an invoice is that invoice's payment: ERPNext then moves the payment's reference, but
	leaves the order's own `advance_paid` as it was.
	"""
	payment, reference = frappe.qb.DocType("Payment Entry"), frappe.qb.DocType("Payment Entry Reference")
	query = (
		frappe.qb.from_(reference)
		.inner_join(payment)
		.on((payment.name == reference.parent) & (payment.docstatus == 1))
		.where((reference.reference_doctype == "Sales Order") & (reference.reference_name == order))
	)
	return query, {"amount": reference.allocated_amount, "date": payment.posting_date}


def get_advances_by_journal(order: str) -> together.Part:
	journal, line = frappe.qb.DocType("Journal Entry"), frappe.qb.DocType("Journal Entry Account")
	query = (
		frappe.qb.from_(line)
		.inner_join(journal)
		.on((journal.name == line.parent) & (journal.docstatus == 1))
		.where((line.reference_type == "Sales Order") & (line.reference_name == order))
	)
	amount = line.credit_in_account_currency - line.debit_in_account_currency
	return query, {"amount": amount, "date": journal.posting_date}


def get_invoice(row: Mapping, record: Mapping) -> dict:
	total = totals.get_total_in_account_currency(row)
	net_total = row["base_net_total"]
	same_currency = row["currency"] == record["currency"]
	return {
		"name": row["name"],
		"date": row["date"],
		"paid_on": row["paid_on"],
		"total": total,
		"settled": total - row["outstanding_amount"],
		"part": row["base_net_amount"] / net_total if net_total else Decimal(1),
		"amount": totals.get_total(row) if same_currency else from_base(row["base_grand_total"], record),
	}


def get_advance(row: Mapping, record: Mapping) -> dict:
	in_order_currency = record["party_account_currency"] in (record["currency"], None, "")
	amount = row["amount"] if in_order_currency else from_base(row["amount"], record)
	return {"amount": amount, "date": row["date"]}


def get_paid(record: Mapping, billing: Billing) -> dict | None:
	"""`{"percent", "date"}`, or None when the order asks for nothing."""
	total = totals.get_total(record)
	if not total:
		return None
	days = [row["date"] for row in billing.advances]
	days += [row["paid_on"] for row in billing.invoices if row["paid_on"]]
	advanced = sum((row["amount"] for row in billing.advances), Decimal(0))
	return {
		"percent": progress.get_paid_percent(billing.invoices, advanced, total, record["per_billed"]),
		"date": max(days, default=None),
	}


def from_base(amount: Decimal, record: Mapping) -> Decimal:
	"""An amount of the company's currency in the order's, at the order's own rate."""
	base_total = record["base_grand_total"]
	return amount * record["grand_total"] / base_total if base_total else Decimal(0)
