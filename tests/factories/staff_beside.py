"""Staff who submit a voucher by hand while a customer's payment is captured, in an order that is fixed."""

import threading

import frappe

from customer_portal_ext.payments import capture, posting
from tests.factories import paying
from tests.factories.threads import at_once

LONGEST_WAIT = 60  # seconds one thread waits for the other; only a broken test waits that long


def submit(doctype: str, name: str) -> None:
	frappe.get_doc(doctype, name).submit()
	frappe.db.commit()


def capture_in_full(payment) -> None:
	capture.record(payment.name, paying.make_captured(payment))


def staff_begin_first(site: str, draft, payment) -> list:
	"""Staff's transaction has begun to read, the payment is posted, staff go on: what each returned or raised."""
	began, posted = threading.Event(), threading.Event()

	def submit_by_hand():
		document = frappe.get_doc(draft.doctype, draft.name)
		began.set()
		assert posted.wait(LONGEST_WAIT)
		document.submit()
		frappe.db.commit()

	def pay():
		assert began.wait(LONGEST_WAIT)
		capture_in_full(payment)
		posted.set()

	return at_once(site, [submit_by_hand, pay])


def payment_begins_first(site: str, draft, payment, monkeypatch) -> list:
	"""The payment's transaction has begun, staff submit, it is posted: what each returned or raised."""
	began, submitted = threading.Event(), threading.Event()
	lock_documents = posting.lock_documents

	def lock_after_staff(documents):
		began.set()
		assert submitted.wait(LONGEST_WAIT)
		lock_documents(documents)

	def submit_by_hand():
		assert began.wait(LONGEST_WAIT)
		submit(draft.doctype, draft.name)
		submitted.set()

	monkeypatch.setattr(posting, "lock_documents", lock_after_staff)
	return at_once(site, [submit_by_hand, lambda: capture_in_full(payment)])
