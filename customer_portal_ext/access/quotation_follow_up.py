"""What comes after an answer, in the background: staff are told, the signed PDF is attached to the quotation, and whoever
accepted it gets it by e-mail.

The answer itself is complete without it. A job that never ran, or died on the way, is found again by the scheduler; a
second run finds what the first has done.
"""

import frappe
from frappe.utils import add_to_date, now_datetime

from customer_portal_ext.access import quotation_mail
from customer_portal_ext.quotes import notifications, signed_pdf
from customer_portal_ext.quotes.responses import ACCEPTED, DOCTYPE

# A response left alone for so long is queued again by the scheduler, for so many days.
PATIENCE_MINUTES = 10
GIVEN_UP_AFTER_DAYS = 3
MOST_AT_ONCE = 50
OBSTACLE_SECONDS = 24 * 60 * 60


def enqueue(response: str) -> None:
	"""Run ``finish`` once the answer is committed."""
	frappe.enqueue(
		"customer_portal_ext.access.quotation_follow_up.finish",
		queue="short",
		enqueue_after_commit=True,
		job_id=f"portal-quotation-{response}",
		deduplicate=True,
		response=response,
	)


def tell_of_obstacle(quotation: str, reason: str) -> None:
	"""Have staff told, once a day, why a quotation to a lead or prospect could not be accepted. At once: the request that found
	out is rolled back."""
	key = frappe.cache.make_key(f"portal_obstacle|{quotation}|{reason}")
	if frappe.cache.set(key, 1, ex=OBSTACLE_SECONDS, nx=True):
		frappe.enqueue(
			"customer_portal_ext.access.quotation_follow_up.report_obstacle",
			queue="short",
			quotation=quotation,
			reason=reason,
		)


def report_obstacle(quotation: str, reason: str) -> None:
	"""The same in the background."""
	notifications.tell_of_obstacle(quotation, reason)


def finish(response: str) -> None:
	"""Tell staff, attach the PDF, then mail it: each in a transaction of its own, with the response's row locked."""
	tell_staff(response)
	attach_pdf(response)
	confirm(response)


def tell_staff(name: str) -> None:
	response = frappe.get_doc(DOCTYPE, name, for_update=True)
	if not response.followed_up_on:
		notifications.tell_staff(response)
		response.db_set("followed_up_on", now_datetime())
	frappe.db.commit()  # a job: staff are told, even if the PDF cannot be made


def attach_pdf(name: str) -> None:
	response = frappe.get_doc(DOCTYPE, name)
	if response.answer != ACCEPTED or response.signed_pdf:
		return
	# Made before the lock is taken: it takes seconds.
	content = signed_pdf.make(response)
	frappe.db.rollback()
	response = frappe.get_doc(DOCTYPE, name, for_update=True)
	if not response.signed_pdf:
		response.db_set("signed_pdf", signed_pdf.attach(response, content))
	frappe.db.commit()  # a job: this lets go of the lock


def confirm(name: str) -> None:
	response = frappe.get_doc(DOCTYPE, name, for_update=True)
	if response.answer == ACCEPTED and response.signed_pdf and not response.confirmed_on:
		quotation_mail.send_confirmation(response)
		response.db_set("confirmed_on", now_datetime())
	frappe.db.commit()  # a job: the queued e-mail and the note that it is queued


def finish_all() -> None:
	"""Queue again what a lost job left (scheduled hourly)."""
	latest = add_to_date(now_datetime(), minutes=-PATIENCE_MINUTES)
	earliest = add_to_date(now_datetime(), days=-GIVEN_UP_AFTER_DAYS)
	left = frappe.get_all(
		DOCTYPE,
		filters={"creation": ("between", (earliest, latest))},
		fields=["name", "answer", "signed_pdf", "followed_up_on", "confirmed_on"],
		order_by="creation",
	)
	for row in [row for row in left if is_unfinished(row)][:MOST_AT_ONCE]:
		enqueue(row.name)


def is_unfinished(row) -> bool:
	return not row.followed_up_on or (row.answer == ACCEPTED and not (row.signed_pdf and row.confirmed_on))
