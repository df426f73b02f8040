"""Credits set against invoices, through ERPNext's own Payment Reconciliation."""

from collections.abc import Mapping
from decimal import Decimal

import frappe
from erpnext.accounts.party import get_party_account
from erpnext.accounts.utils import get_account_currency
from frappe.utils import getdate

from customer_portal_ext.base.currencies import get_decimals
from customer_portal_ext.documents.decimals import to_decimal
from customer_portal_ext.documents.smallest import as_shown


class CreditGone(Exception):
	"""A credit, or a document it was meant for, has less left than was chosen."""


def get_credits(customer: str, company: str, account: str, currency: str, balances: Mapping) -> list[dict]:
	"""``doctype, name, row, posting_date, amount`` of each credit, oldest first, as Payment Reconciliation offers them.

	An advance on an order is not among them: it is meant for that order's invoice.

	:param balances: per (company, account) what each voucher has left in the Payment Ledger (open_items.get_accounts).
	"""
	advance = get_advance_account(customer, company)
	usable = {
		key: -to_decimal(row.balance)
		for place in (account, advance)
		for key, row in balances.get((company, place), {}).items()
		if row.balance < 0 and row.currency == currency
	}
	if not usable:
		return []
	found = []
	for row in get_reconciliation(customer, company, account, advance).payments:
		key = (row.reference_type, row.reference_name)
		is_order_advance = row.reference_type == "Payment Entry" and row.reference_row
		if key not in usable or is_order_advance:
			continue
		amount = as_shown(min(to_decimal(row.amount), usable[key]), currency)
		usable[key] -= amount
		if amount > 0:
			found.append(
				{
					"doctype": row.reference_type,
					"name": row.reference_name,
					"row": row.reference_row,
					"posting_date": getdate(row.posting_date),
					"amount": amount,
				}
			)
	return sorted(found, key=lambda credit: (credit["posting_date"], credit["name"], credit["row"] or ""))


def get_advance_account(customer: str, company: str) -> str | None:
	"""Where the company books advances apart from invoices, if it does."""
	if not frappe.get_cached_value("Company", company, "book_advance_payments_in_separate_party_account"):
		return None
	accounts = get_party_account("Customer", customer, company, include_advance=True)
	return accounts[1] if len(accounts) > 1 else None


def get_reconciliation(customer: str, company: str, account: str, advance: str | None):
	"""ERPNext's Payment Reconciliation of this customer, with ``payments`` loaded."""
	reconciliation = frappe.get_doc(
		{
			"doctype": "Payment Reconciliation",
			"company": company,
			"party_type": "Customer",
			"party": customer,
			"receivable_payable_account": account,
			"default_advance_account": advance,
			"invoice_limit": 0,
			"payment_limit": 0,
		}
	)
	reconciliation.get_nonreconciled_payment_entries()
	return reconciliation


def apply(customer: str, company: str, account: str, wanted: list[tuple[Mapping, Mapping, Decimal]]) -> None:
	"""Set credits against documents: ``(credit, document, amount)``, each with ``doctype`` and ``name``, a credit also ``row``.

	No commit; the caller holds the customer's lock.
	:raises CreditGone: less is left than wanted. frappe.ValidationError: ERPNext refuses. The caller rolls back.
	"""
	unit = Decimal(1).scaleb(-get_decimals(get_account_currency(account)))
	reconciliation = get_reconciliation(customer, company, account, get_advance_account(customer, company))
	reconciliation.get_invoice_entries()
	for credit, document, amount in wanted:
		payment = find(reconciliation.payments, "reference_type", "reference_name", credit)
		invoice = find(reconciliation.invoices, "invoice_type", "invoice_number", document)
		left = min(to_decimal(payment["amount"]), to_decimal(invoice["outstanding_amount"]))
		# What is shown and chosen is whole units, the ledger may have a fraction less.
		if amount - left >= unit:
			raise CreditGone(f"{credit['name']} -> {document['name']}")
		allocate(reconciliation, payment, invoice, min(amount, left))
		# Every credit is one call: a second allocation of it is checked against what the first has left.
		reconciliation = get_reconciliation(
			customer, company, account, get_advance_account(customer, company)
		)
		reconciliation.get_invoice_entries()


def find(rows, doctype_field: str, name_field: str, wanted: Mapping) -> dict:
	"""One of the tool's rows, as a dict. Without a row of its own it is what a voucher has unallocated: an advance on an order
	stands beside that, under the same name. Raises CreditGone."""
	for row in rows:
		same = (row.get(doctype_field), row.get(name_field)) == (wanted["doctype"], wanted["name"])
		if same and (row.get("reference_row") or None) == (wanted.get("row") or None):
			return row.as_dict()
	raise CreditGone(f"{wanted['doctype']} {wanted['name']}")


def allocate(reconciliation, payment: dict, invoice: dict, amount: Decimal) -> None:
	"""One credit against one document, by the tool's own steps, which count exchange differences too."""
	reconciliation.allocate_entries(
		{
			"payments": [{**payment, "amount": float(amount)}],
			"invoices": [{**invoice, "outstanding_amount": float(amount)}],
		}
	)
	for row in reconciliation.allocation:
		# what the whole credit has left, which ERPNext compares with what it finds
		row.amount = row.unreconciled_amount = payment["amount"]
		row.is_advance = payment.get("is_advance")
	reconciliation.validate_allocation()
	reconciliation.reconcile_allocations()
