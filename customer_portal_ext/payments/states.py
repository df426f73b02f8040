"""The states of a Portal Payment, and the only way from one to the next."""

from collections.abc import Callable

import frappe

from customer_portal_ext.payments import locks

DOCTYPE = "Portal Payment"
INITIATED = "Initiated"  # made; the gateway may not know of it yet
PROCESSING = "Processing"  # the customer was sent to the gateway, or it said that the outcome takes days
PAID = "Paid"  # captured and recorded, not posted yet
POSTED = "Posted"  # a submitted Payment Entry
FAILED = "Failed"
EXPIRED = "Expired"
CANCELLED = "Cancelled"
NEEDS_ATTENTION = "Needs attention"  # captured, and a person must decide

UNDER_WAY = (INITIATED, PROCESSING)
ENDED_WITHOUT_MONEY = (FAILED, EXPIRED, CANCELLED)

# A capture is believed whenever it comes: money that came after an expiry has come all the same.
ALLOWED = {
	INITIATED: {PROCESSING, PAID, FAILED, EXPIRED, CANCELLED, NEEDS_ATTENTION, POSTED},
	PROCESSING: {PAID, FAILED, EXPIRED, CANCELLED, NEEDS_ATTENTION},
	PAID: {POSTED, NEEDS_ATTENTION},
	POSTED: {NEEDS_ATTENTION},
	FAILED: {PAID, NEEDS_ATTENTION, PROCESSING},
	EXPIRED: {PAID, NEEDS_ATTENTION},
	CANCELLED: {PAID, NEEDS_ATTENTION},
	NEEDS_ATTENTION: {PAID, POSTED},
}


class TransitionRefused(Exception):
	"""A payment does not go from this state to that one."""


def lock(name: str, lock_more: Callable[[], None] | None = None):
	"""The Portal Payment document as it is now, its row, its customer's and what ``lock_more`` locks held until the transaction ends.

	The caller has just begun the transaction (locks.in_new_transaction), so that what is read after the locks is what others have
	committed.
	:raises frappe.DoesNotExistError: there is none of that name.
	"""
	rows = locks.lock_rows(DOCTYPE, [name])
	if not rows:
		raise frappe.DoesNotExistError(f"{DOCTYPE} {name}")
	locks.lock_customer(rows[0].customer)
	if lock_more:
		lock_more()
	return frappe.get_doc(DOCTYPE, name)


def move(payment, state: str, **values) -> None:
	"""Write the new state and ``values`` into the locked ``payment``. No commit. Raises TransitionRefused."""
	if state != payment.state and state not in ALLOWED[payment.state]:
		raise TransitionRefused(f"{payment.name}: {payment.state} -> {state}")
	payment.db_set({"state": state, **values})
