"""The scheduler's part: post what is captured, and see that the customer and staff are told."""

import frappe
from frappe.utils import add_to_date, now_datetime

from customer_portal_ext.payments import capture, limits, posting, states, telling
from customer_portal_ext.payments.credits import CreditGone
from customer_portal_ext.payments.states import DOCTYPE

MOST_AT_ONCE = 50


def run() -> None:
	"""Scheduled every five minutes. Each payment is a transaction of its own."""
	for name in get_due():
		posting.post_quietly(name)
	for name in get_unfinished_credits():
		finish_credit(name)
	for name in get_untold():
		telling.enqueue(name)


def get_due() -> list[str]:
	"""What is captured, and whose next try has come. The oldest first: none waits behind one that never works."""
	return frappe.get_all(
		DOCTYPE,
		{"state": states.PAID, "next_try_on": ("<=", now_datetime())},
		pluck="name",
		order_by="next_try_on",
		limit=MOST_AT_ONCE,
	)


def get_unfinished_credits() -> list[str]:
	"""Payments by credit alone whose process died before it was applied."""
	return frappe.get_all(
		DOCTYPE,
		{
			"state": states.INITIATED,
			"amount_minor": 0,
			"creation": ("<", add_to_date(now_datetime(), minutes=-limits.PATIENCE_MINUTES)),
		},
		pluck="name",
		order_by="creation",
		limit=MOST_AT_ONCE,
	)


def finish_credit(name: str) -> None:
	try:
		posting.post_credits(name)
	except CreditGone:
		capture.cancel(name)  # nothing was taken: the customer may choose again
	except Exception:
		frappe.db.rollback()
		frappe.log_error(f"Customer Portal: credit of {name}", frappe.get_traceback())
		frappe.db.commit()  # the log entry alone


def get_untold() -> list[str]:
	"""Posted a while ago, and nobody was told: the job got lost."""
	now = now_datetime()
	payment = frappe.qb.DocType(DOCTYPE)
	return (
		frappe.qb.from_(payment)
		.select(payment.name)
		.where((payment.state == states.POSTED) & payment.told_on.isnull())
		.where(payment.modified < add_to_date(now, minutes=-limits.PATIENCE_MINUTES))
		.where(payment.creation > add_to_date(now, days=-limits.GIVEN_UP_AFTER_DAYS))
		.orderby(payment.modified)
		.limit(MOST_AT_ONCE)
	).run(pluck=True)
