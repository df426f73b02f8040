"""Transactions that begin with a lock. Whatever pays, for one customer, comes one after the other."""

from collections.abc import Callable

import frappe

MOST_ATTEMPTS = 3


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
