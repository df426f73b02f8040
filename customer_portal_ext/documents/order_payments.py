"""What has been invoiced and paid of an order. ERPNext keeps how much of it is billed, not how much is paid."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

import frappe
from pypika.functions import Max, Sum

from customer_portal_ext.documents import progress, totals
from customer_portal_ext.documents.decimals import to_decimal, with_decimals

AMOUNTS = (
	*("currency", "party_account_currency", "outstanding_amount", "disable_rounded_total"),
	*("grand_total", "rounded_total", "base_grand_total", "base_rounded_total", "base_net_total"),
)


def get_invoices(record: Mapping) -> list[dict]:
	"""The invoices and credit notes with lines of this order, as ``progress.get_paid_percent`` wants them. One statement.

	Each also has `name`, `date`, and `paid_on`: the day of the latest payment for it.
	"""
	invoice, item = frappe.qb.DocType("Sales Invoice"), frappe.qb.DocType("Sales Invoice Item")
	ledger = frappe.qb.DocType("Payment Ledger Entry")
	paid_on = (
		frappe.qb.from_(ledger)
		.select(Max(ledger.posting_date))
		.where((ledger.against_voucher_no == invoice.name) & (ledger.delinked == 0))
		.where(ledger.voucher_type.isin(("Payment Entry", "Journal Entry")))
	)
	rows = (
		frappe.qb.from_(item)
		.inner_join(invoice)
		.on((invoice.name == item.parent) & (invoice.docstatus == 1))
		.select(
			invoice.name,
			invoice.posting_date.as_("date"),
			*(invoice[field] for field in AMOUNTS),
			Sum(item.base_net_amount).as_("base_net_amount"),
			paid_on.as_("paid_on"),
		)
		.where((item.sales_order == record["name"]) & (invoice.customer == record["customer"]))
		.groupby(invoice.name)
		.orderby(invoice.posting_date)
		.limit(200)
	).run(as_dict=True)
	return [get_invoice(with_decimals(row), record) for row in rows]


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


def get_paid(record: Mapping, invoices: Iterable[Mapping]) -> dict | None:
	"""`{"percent", "date"}`, or None when the order asks for nothing. One statement, for the advances."""
	total = totals.get_total(record)
	if not total:
		return None
	invoices = list(invoices)
	advances = get_advances(record)
	advanced = sum((row["amount"] for row in advances), Decimal(0))
	days = [row["date"] for row in advances] + [row["paid_on"] for row in invoices if row["paid_on"]]
	return {
		"percent": progress.get_paid_percent(invoices, advanced, total, record["per_billed"]),
		"date": max(days, default=None),
	}


def get_advances(record: Mapping) -> list[dict]:
	"""`[{"amount", "date"}]` in the order's currency: paid for the order itself. One statement.

	What has since been set against an invoice is that invoice's payment: ERPNext then moves the payment's reference, but
	leaves the order's own `advance_paid` as it was.
	"""
	payment, reference = frappe.qb.DocType("Payment Entry"), frappe.qb.DocType("Payment Entry Reference")
	journal, line = frappe.qb.DocType("Journal Entry"), frappe.qb.DocType("Journal Entry Account")
	by_payment = (
		frappe.qb.from_(reference)
		.inner_join(payment)
		.on((payment.name == reference.parent) & (payment.docstatus == 1))
		.select(reference.allocated_amount.as_("amount"), payment.posting_date.as_("date"))
		.where((reference.reference_doctype == "Sales Order") & (reference.reference_name == record["name"]))
	)
	by_journal = (
		frappe.qb.from_(line)
		.inner_join(journal)
		.on((journal.name == line.parent) & (journal.docstatus == 1))
		.select(
			(line.credit_in_account_currency - line.debit_in_account_currency).as_("amount"),
			journal.posting_date.as_("date"),
		)
		.where((line.reference_type == "Sales Order") & (line.reference_name == record["name"]))
	)
	rows = by_payment.union_all(by_journal).run(as_dict=True)
	in_order_currency = record["party_account_currency"] in (record["currency"], None, "")
	return [
		{
			"amount": to_decimal(row.amount) if in_order_currency else from_base(to_decimal(row.amount), record),
			"date": row.date,
		}
		for row in rows
	]


def from_base(amount: Decimal, record: Mapping) -> Decimal:
	"""An amount of the company's currency in the order's, at the order's own rate."""
	base_total = record["base_grand_total"]
	return amount * record["grand_total"] / base_total if base_total else Decimal(0)
