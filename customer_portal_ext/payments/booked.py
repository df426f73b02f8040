"""What became of a payment's money: what its Payment Entry paid, and what stays on the account as credit.

What was chosen may have been cancelled or settled by others when the money came, and staff may have set the money against
other documents since.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

import frappe

from customer_portal_ext.documents.decimals import to_decimal
from customer_portal_ext.documents.payments import get_unallocated

ZERO = Decimal(0)
ENTRY = "Payment Entry"


@dataclass(frozen=True)
class Booked:
	"""``references`` has ``reference_doctype, reference_name, due_date, amount``; ``unallocated`` is credit still to be used."""

	references: list[dict]
	unallocated: Decimal


def get(payment) -> Booked | None:
	"""What the entry paid, in the payment's currency; None of a payment that is not booked, or booked just as it was chosen.

	Two statements where there is an entry.
	"""
	if not payment.payment_entry:
		return None
	rows = frappe.get_all(
		"Payment Entry Reference",
		{"parent": payment.payment_entry, "parenttype": ENTRY, "docstatus": 1},
		["reference_doctype", "reference_name", "due_date", "allocated_amount"],
		order_by="idx",
	)
	references = [frappe._dict(row, amount=to_decimal(row.allocated_amount)) for row in rows]
	unallocated = get_unallocated(payment.payment_entry)
	is_as_chosen = not unallocated and is_as_planned(payment, references)
	return None if is_as_chosen else Booked(references, unallocated)


def is_as_planned(payment, references: list[dict]) -> bool:
	"""Whether the money went where it was meant to go. What credits were to pay is missing from the entry, and where staff had
	to be told of something, the credits may not have been applied."""
	wanted = get_sums(payment.allocations)
	found = get_sums(references)
	if not payment.credits:
		return wanted == found
	is_whole = sum(wanted.values(), ZERO) - to_decimal(payment.credit_amount) == sum(found.values(), ZERO)
	return is_whole and not payment.attention_reason and all(found[key] <= wanted[key] for key in found)


def get_sums(rows) -> dict[tuple[str, str], Decimal]:
	sums = defaultdict(lambda: ZERO)
	for row in rows:
		sums[row.reference_doctype, row.reference_name] += to_decimal(row.amount)
	return sums
