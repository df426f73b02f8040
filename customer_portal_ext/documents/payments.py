"""One payment or refund, with what it was for."""

from collections.abc import Mapping
from decimal import Decimal

import frappe
from pypika.functions import Coalesce, Sum
from pypika.terms import ValueWrapper

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.documents import columns, related
from customer_portal_ext.documents.decimals import to_decimal, with_decimals
from customer_portal_ext.documents.facts import get_known
from customer_portal_ext.documents.kinds import KINDS, PAYMENT
from customer_portal_ext.documents.prepared import prepared, value
from customer_portal_ext.documents.statuses import describe
from customer_portal_ext.documents.titles import get_title
from customer_portal_ext.web import urls
from customer_portal_ext.web.words import _

ZERO = Decimal(0)


@frappe.read_only()
def get_page(visitor: Visitor, record: dict) -> dict:
	"""The context of pages/payment.html for a record that the guard has checked. Three statements; four of a payment that is
	not allocated in full, or that brought less than it settled.

	Amounts are in the currency of the customer's account. What the customer paid is what was allocated and what was not: what a
	bank or a gateway kept of it is the company's business. A refund is the same the other way round.
	"""
	record = with_decimals(record)
	paid = get_paid(record)
	is_refund = paid["is_refund"]
	state = "refunded" if is_refund else "unallocated" if paid["unallocated"] > 0 else "received"
	return {
		**paid,
		"kind": PAYMENT.key,
		"kind_label": _("Refund") if is_refund else str(PAYMENT.label),
		"title": get_title(PAYMENT.key, record["posting_date"], is_refund),
		"name": record["name"],
		"list": {"label": _("Transactions"), "url": urls.list_url("transactions", type=PAYMENT.key)},
		"date": record["posting_date"],
		"status": describe(state, _),
		"allocations": get_allocations(visitor, record["name"], is_refund),
		"facts": [*get_facts(record), {"label": _("Company"), "value": record["company"], "date": None}],
		"neighbours": related.get_neighbours(PAYMENT, visitor, record),
		"pdf_url": urls.download_url(PAYMENT.key, record["name"]),
	}


def get_paid(record: Mapping) -> dict:
	"""What was paid, and what became of it, of a record in Decimals: `{currency, amount, other_amount, other_currency,
	is_refund, unallocated, discount, difference, difference_currency}`. Two statements at most."""
	is_refund = record["payment_type"] == "Pay"
	amount = record["total_allocated_amount"] + record["unallocated_amount"]
	currency = record["paid_to_account_currency"] if is_refund else record["paid_from_account_currency"]
	return {
		"currency": currency,
		"amount": amount,
		**get_other_amount(record, is_refund, amount, currency),
		"is_refund": is_refund,
		"unallocated": get_unallocated(record["name"]) if record["unallocated_amount"] > 0 else ZERO,
		"discount": get_discount(record, amount),
		# ERPNext's own: what it could not place, in the company's currency
		"difference": record["difference_amount"],
		"difference_currency": frappe.get_cached_value("Company", record["company"], "default_currency"),
	}


def get_facts(record: Mapping) -> list[dict]:
	"""How it was paid, as facts.get_facts."""
	return get_known(
		[
			{"label": _("Paid by"), "value": _(record["mode_of_payment"] or ""), "date": None},
			{"label": _("Reference"), "value": record["reference_no"], "date": None},
			{"label": _("Reference date"), "value": None, "date": record["reference_date"]},
		]
	)


def get_unallocated(name: str) -> Decimal:
	"""What of the payment is still to be used. One statement."""
	return to_decimal(_select_unallocated({"name": name})[0].unallocated)


@prepared
def _select_unallocated():
	table = PAYMENT.table
	return (
		frappe.qb.from_(table)
		.select(columns.unallocated(table).as_("unallocated"))
		.where(table.name == value("name"))
	)


def get_other_amount(record: Mapping, is_refund: bool, amount: Decimal, currency: str) -> dict:
	"""`{"other_amount", "other_currency"}`: the same money as the bank saw it, where its account is in another currency."""
	paid, received = record["paid_amount"], record["received_amount"]
	own, other = (received, paid) if is_refund else (paid, received)
	other_currency = record["paid_from_account_currency" if is_refund else "paid_to_account_currency"]
	if other_currency == currency:
		return {"other_amount": None, "other_currency": other_currency}
	# at the entry's own rate, so that it is all that was paid, and not what a fee has left of it
	return {"other_amount": other * amount / own if own else other, "other_currency": other_currency}


def get_discount(record: Mapping, amount: Decimal) -> Decimal:
	"""What of the amount was not paid, but taken off for paying early, in the account's currency.

	ERPNext books such a discount on the company's discount account, and what of it is tax on that of the tax
	(payment_entry.py: set_pending_discount_loss, add_tax_discount_loss); a fee or a write-off elsewhere. What was paid on the
	portal knows its own. A statement only where less money came than was settled, another where there is a discount.
	"""
	missing = amount - record["paid_amount"]
	account = frappe.get_cached_value("Company", record["company"], "default_discount_account")
	if record["payment_type"] != "Receive" or missing <= 0 or not account:
		return ZERO
	rows = _select_deductions({"name": record["name"]})
	if account not in {row.account for row in rows}:
		return ZERO
	own = frappe.db.get_value("Portal Payment", {"payment_entry": record["name"]}, "discount")
	if own is not None:
		return to_decimal(own)
	total = sum((to_decimal(row.amount) for row in rows), ZERO)
	discount = sum(
		(to_decimal(row.amount) for row in rows if row.account == account or row.account_type == "Tax"), ZERO
	)
	return missing * discount / total if total else ZERO


@prepared
def _select_deductions():
	row = frappe.qb.DocType("Payment Entry Deduction")
	account = frappe.qb.DocType("Account")
	return (
		frappe.qb.from_(row)
		.inner_join(account)
		.on(account.name == row.account)
		.select(row.account, account.account_type, Sum(row.amount).as_("amount"))
		.where((row.parent == value("name")) & (row.parenttype == "Payment Entry"))
		.where(row.is_exchange_gain_loss == 0)
		.groupby(row.account, account.account_type)
	)


def get_allocations(visitor: Visitor | None, name: str, is_refund: bool) -> list[dict]:
	"""`[{"name", "label", "amount", "due_date", "link"}]`: what the payment was put against, and the payments that a refund
	was put against. Two statements; one on paper, where nobody follows a link."""
	rows = sorted(_select_allocations({"name": name}), key=lambda row: row.idx)
	invoices = [row.reference_name for row in rows if row.reference_doctype == "Sales Invoice"]
	links = related.get_own_invoices(visitor, invoices) if visitor else {}
	labels = {
		"Sales Invoice": _("Invoice"),
		"Sales Order": _("Advance for order"),
		"Journal Entry": _("Charge"),
		"Dunning": _("Reminder"),
		PAYMENT.doctype: str(PAYMENT.label) if is_refund else _("Refund"),
	}
	found = []
	for row in rows:
		is_payment = row.reference_doctype == PAYMENT.doctype
		link = links.get(row.reference_name)
		if visitor and is_payment and row.party in visitor.row_scope and related.can_open(visitor, PAYMENT):
			link = related.get_link(PAYMENT, row.reference_name, row.date)
		amount = to_decimal(row.allocated_amount)
		found.append(
			{
				"name": row.reference_name,
				"label": str(KINDS["credit_note"].label)
				if row.is_return
				else labels.get(row.reference_doctype, _("Other")),
				# a credit note that is paid out is allocated as a negative amount
				"amount": abs(amount) if is_payment else -amount if is_refund else amount,
				# a credit note is due on no day
				"due_date": None if row.is_return or is_payment else row.due_date,
				"link": link,
			}
		)
	return found


@prepared
def _select_allocations():
	"""The payment's own references, and those by which other payments name it: ERPNext writes the setting of a refund against
	its payment into one of the two alone."""
	reference = frappe.qb.DocType("Payment Entry Reference")
	invoice = frappe.qb.DocType("Sales Invoice")
	payment = frappe.qb.DocType("Payment Entry")
	name = value("name")
	own = (
		frappe.qb.from_(reference)
		.left_join(invoice)
		.on((reference.reference_doctype == "Sales Invoice") & (invoice.name == reference.reference_name))
		.left_join(payment)
		.on((reference.reference_doctype == "Payment Entry") & (payment.name == reference.reference_name))
		.select(
			reference.idx,
			reference.reference_doctype,
			reference.reference_name,
			reference.due_date,
			reference.allocated_amount,
			Coalesce(invoice.is_return, 0).as_("is_return"),
			payment.party,
			payment.posting_date.as_("date"),
		)
		.where((reference.parent == name) & (reference.parenttype == "Payment Entry"))
	)
	others = (
		frappe.qb.from_(reference)
		.inner_join(payment)
		.on((payment.name == reference.parent) & (payment.docstatus == 1))
		.select(
			ValueWrapper(0).as_("idx"),
			reference.parenttype,
			reference.parent,
			reference.due_date,
			reference.allocated_amount,
			ValueWrapper(0).as_("is_return"),
			payment.party,
			payment.posting_date.as_("date"),
		)
		.where((reference.reference_doctype == "Payment Entry") & (reference.reference_name == name))
	)
	return own.union_all(others)
