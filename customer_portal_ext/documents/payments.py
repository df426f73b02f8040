"""One payment, with what it paid."""

from decimal import Decimal

import frappe

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.documents import related
from customer_portal_ext.documents.decimals import to_decimal, with_decimals
from customer_portal_ext.documents.kinds import PAYMENT
from customer_portal_ext.documents.statuses import describe
from customer_portal_ext.documents.titles import get_title
from customer_portal_ext.web import urls
from customer_portal_ext.web.words import _


@frappe.read_only()
def get_page(visitor: Visitor, record: dict) -> dict:
	"""The context of pages/payment.html for a record that the guard has checked. Three statements.

	Amounts are in the currency of the customer's account.
	"""
	record = with_decimals(record)
	is_refund = record["payment_type"] == "Pay"
	amount = record["received_amount"] if is_refund else record["paid_amount"]
	currency = record["paid_to_account_currency"] if is_refund else record["paid_from_account_currency"]
	other_amount = record["paid_amount"] if is_refund else record["received_amount"]
	other_currency = record["paid_from_account_currency"] if is_refund else record["paid_to_account_currency"]
	unallocated = record["unallocated_amount"]
	allocations = get_allocations(visitor, record["name"])
	allocated = sum((row["amount"] for row in allocations), Decimal(0))
	state = "refunded" if is_refund else "unallocated" if unallocated > 0 else "received"
	return {
		"kind": PAYMENT.key,
		"kind_label": _("Refund") if is_refund else str(PAYMENT.label),
		"title": get_title(PAYMENT.key, record["posting_date"], is_refund),
		"name": record["name"],
		"list": {"label": _("Transactions"), "url": urls.list_url("transactions", type=PAYMENT.key)},
		"date": record["posting_date"],
		"status": describe(state, _),
		"currency": currency,
		"amount": amount,
		"other_amount": other_amount if other_currency != currency else None,
		"other_currency": other_currency,
		"is_refund": is_refund,
		"allocations": allocations,
		"unallocated": unallocated,
		# what was allocated beyond the money itself: a cash discount, bank charges, an exchange difference
		"difference": allocated + unallocated - amount,
		"facts": [
			fact
			for fact in (
				{"label": _("Paid by"), "value": record["mode_of_payment"], "date": None},
				{"label": _("Reference"), "value": record["reference_no"], "date": None},
				{"label": _("Reference date"), "value": None, "date": record["reference_date"]},
				{"label": _("Company"), "value": record["company"], "date": None},
			)
			if fact["value"] or fact["date"]
		],
		"neighbours": related.get_neighbours(PAYMENT, visitor, record),
		"pdf_url": urls.download_url(PAYMENT.key, record["name"]),
	}


def get_allocations(visitor: Visitor, name: str) -> list[dict]:
	"""`[{"name", "label", "amount", "due_date", "link"}]`: what the payment was put against. Two statements."""
	reference = frappe.qb.DocType("Payment Entry Reference")
	rows = (
		frappe.qb.from_(reference)
		.select(
			reference.reference_doctype,
			reference.reference_name,
			reference.due_date,
			reference.allocated_amount,
		)
		.where((reference.parent == name) & (reference.parenttype == "Payment Entry"))
		.orderby(reference.idx)
	).run(as_dict=True)
	links = related.get_own_invoices(
		visitor, [row.reference_name for row in rows if row.reference_doctype == "Sales Invoice"]
	)
	labels = {
		"Sales Invoice": _("Invoice"),
		"Sales Order": _("Advance for order"),
		"Journal Entry": _("Charge"),
		"Dunning": _("Reminder"),
	}
	return [
		{
			"name": row.reference_name,
			"label": links[row.reference_name]["kind_label"]
			if row.reference_name in links
			else labels.get(row.reference_doctype, _("Other")),
			"amount": to_decimal(row.allocated_amount),
			"due_date": row.due_date,
			"link": links.get(row.reference_name),
		}
		for row in rows
	]
