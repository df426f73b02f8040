"""Transactions that begin with a lock. Whatever pays, for one customer, comes one after the other."""

from collections.abc import Callable

import frappe
from frappe import _
from pypika.functions import Sum

MOST_ATTEMPTS = 3
# What a payment, a credit note or a journal settles, and the sum that ERPNext keeps of it. A Journal Entry is an opening balance.
SETTLED = {"Journal Entry": None, "Sales Invoice": "outstanding_amount", "Sales Order": "advance_paid"}


def in_new_transaction(work: Callable):
	"""What ``work`` returns. The transaction begins anew, so that the lock ``work`` takes first is its first statement:
	under REPEATABLE READ a snapshot taken before the wait would still show what was there before it.

	Transactions that block each other are told so by the database; the one it rolled back is tried again.
	"""
	for attempt in range(1, MOST_ATTEMPTS + 1):
		frappe.db.rollback()
		try:
			return work()
		except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
			if attempt == MOST_ATTEMPTS:
				raise
	raise AssertionError("unreachable")


def lock_customer(customer: str) -> None:
	"""Lock the customer's row until the transaction ends."""
	lock_rows("Customer", [customer])


def lock_rows(doctype: str, names: list[str]) -> list[dict]:
	"""Lock rows in the order of their names, and nothing else: a read beside it would fix the snapshot before the lock."""
	table = frappe.qb.DocType(doctype)
	fields = [table.name, table.customer] if doctype in ("Portal Payment",) else [table.name]
	return (
		frappe.qb.from_(table)
		.select(*fields)
		.where(table.name.isin(sorted(names) or [""]))
		.orderby(table.name)
		.for_update()
	).run(as_dict=True)


def require_unchanged(doctype: str, name: str) -> None:
	"""Lock a document that is about to be settled, until the transaction ends.

	ERPNext locks nothing while it books: of two people who settle one document at the same moment, each sees it open, and
	both would settle all of it.
	:param doctype: one of SETTLED.
	:raises frappe.ValidationError: others have settled it since this transaction began to read.
	"""
	seen = get_settled(doctype, name)
	lock_rows(doctype, [name])
	if get_settled(doctype, name, now=True) != seen:
		frappe.throw(
			_(
				"{0} {1} was paid, credited or changed by somebody else at this moment. Nothing was booked."
			).format(_(doctype), name)
			+ " "
			+ _("Please load it again and look at what is still open."),
			title=_("Settled at the Same Moment"),
		)


def get_settled(doctype: str, name: str, now: bool = False):
	"""The sum that changes when the document is settled, as this transaction sees it; ``now``, as it is committed."""
	if field := SETTLED[doctype]:
		return frappe.db.get_value(doctype, name, field, for_update=now)
	ledger = frappe.qb.DocType("Payment Ledger Entry")
	query = (
		frappe.qb.from_(ledger)
		.select(Sum(ledger.amount_in_account_currency))
		.where((ledger.against_voucher_type == doctype) & (ledger.against_voucher_no == name))
		.where(ledger.delinked == 0)
	)
	return (query.for_update() if now else query).run()[0][0]
