"""From a captured payment to exactly one submitted Payment Entry.

The money is recorded before (capture.py) and stays "Paid" until the Payment Entry is committed: a process that dies on
the way leaves a payment that the scheduler posts. What no longer fits its documents stays on the customer's account.
"""

from collections.abc import Mapping
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import frappe
from frappe import _
from frappe.utils import getdate, now_datetime

from customer_portal_ext.documents.smallest import as_shown
from customer_portal_ext.payments import credits, fitting, limits, locks, payment_entry, states, telling
from customer_portal_ext.payments.minor_units import from_minor

LONGEST_ERROR = 500
ENTRY_SAVEPOINT = "portal_payment"


def post(name: str) -> str | None:
	"""Post what was captured: the Payment Entry's name, or None where it could not be posted now (tried again) or needs a person.

	Commits. Runs as often as you like, at once: the row's lock, ``payment_entry`` and the unique field ``portal_payment`` of Payment
	Entry keep it at one. What no longer fits the documents stays unallocated on the customer's account, and staff are told.
	"""
	documents = prepare(name)
	try:
		return locks.in_new_transaction(lambda: post_locked(name, documents))
	except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
		frappe.db.rollback()
		return None  # Others hold what it needs. Nothing was tried, so nothing is counted: the scheduler comes again.
	except Exception as error:
		message = describe(error)
		locks.in_new_transaction(lambda: put_off(name, message))
		return None


def prepare(name: str) -> dict[str, set]:
	"""What takes long, before anything is locked; what fails here is said when it is posted. The documents to lock."""
	payment = frappe.get_doc(states.DOCTYPE, name)
	if payment.state == states.PAID:
		try:
			payment_entry.warm_rates(payment)
		except frappe.ValidationError:
			frappe.clear_messages()
	return get_documents(payment)


def post_quietly(name: str) -> None:
	"""As ``post``, for whoever has something else to answer: an error is logged, the payment waits."""
	try:
		post(name)
	except Exception:
		frappe.db.rollback()
		# No local variables: they hold what the gateway said.
		frappe.log_error(f"Customer Portal: posting {name}", frappe.get_traceback())
		frappe.db.commit()  # the log entry alone


def post_locked(name: str, documents: Mapping[str, set]) -> str | None:
	payment = states.lock(name, lambda: lock_documents(documents))
	if payment.state != states.PAID:
		return payment.payment_entry
	with acting_as_administrator():
		made, discount, notes = make_entry(payment)
		notes += apply_credits(payment)
	finish(payment, notes, payment_entry=made.name, discount=discount)
	return made.name


def post_credits(name: str) -> None:
	"""Settle a payment whose credits pay all: nothing goes to a gateway. Commits.

	:raises credits.CreditGone: or ERPNext refuses it. Nothing was changed.
	"""

	documents = get_documents(frappe.get_doc(states.DOCTYPE, name))

	def post_locked_credits():
		payment = states.lock(name, lambda: lock_documents(documents))
		if payment.state != states.INITIATED or payment.amount_minor:
			return
		try:
			with acting_as_administrator():
				credits.apply(
					payment.customer, payment.company, payment.party_account, fitting.get_credit_plan(payment)
				)
		except frappe.ValidationError as refusal:
			raise credits.CreditGone(describe(refusal)) from refusal
		finish(payment, [])

	locks.in_new_transaction(post_locked_credits)


def get_documents(payment) -> dict[str, set]:
	"""What the payment settles, by DocType, and the credits it uses: chosen when it was begun, never changed. Read before its
	transaction begins, which must read nothing before its locks."""
	found = {doctype: set() for doctype in locks.SETTLED}
	for row in (*payment.allocations, *payment.credits):
		found.setdefault(row.reference_doctype, set()).add(row.reference_name)
	return found


def lock_documents(documents: Mapping[str, set]) -> None:
	"""Whoever settles the same documents meanwhile comes before or after, not in between."""
	for doctype in locks.SETTLED:
		if documents[doctype]:
			locks.lock_rows(doctype, list(documents[doctype]))


def make_entry(payment) -> tuple[object, Decimal, list[str]]:
	"""The submitted Payment Entry, the discount it gave, and what staff must know. Raises what ERPNext says when it takes none of
	the ways.

	The day is that of the capture, or today where its period is closed. A document that ERPNext refuses with its discount is
	paid without, one that it refuses at all is left out, and the others are not.
	"""
	captured = from_minor(payment.captured_minor, payment.currency)
	fitted = fitting.fit(payment, captured)
	notes = fitting.describe(fitted, captured, payment.currency)
	today = getdate()
	# a gateway's clock may be ahead of ours
	days = list(dict.fromkeys([min(getdate(payment.captured_on), today), today]))
	refusals = []
	made = None
	for day in days:
		made = made or try_entry(payment, captured, day, fitted.references, refusals)
	for day in days if fitted.references else ():
		made = made or make_with_what_is_taken(payment, captured, day, fitted.references, refusals)
	if not made:
		raise refusals[0]
	discount = sum((reference.discount for reference in made.flags.portal_references), Decimal(0))
	if refusals:
		notes = [*notes, *describe_refused(made, fitted.references, refusals[0])]
	frappe.clear_messages()
	return made, discount, notes + apply_beside(payment, made, fitted)


def try_entry(payment, captured, day, references, refusals: list):
	"""The Payment Entry, or None, with the refusal noted and all of it undone."""
	frappe.db.savepoint(ENTRY_SAVEPOINT)
	try:
		made = payment_entry.make(payment, captured, day, references)
		made.flags.portal_references = references
		return made
	except frappe.ValidationError as refusal:
		undo_entry(payment)
		refusals.append(refusal)
		return None


def undo_entry(payment) -> None:
	frappe.db.rollback(save_point=ENTRY_SAVEPOINT)
	forget_documents(payment)


def make_with_what_is_taken(payment, captured, day, references, refusals: list):
	"""The Payment Entry with those references that ERPNext takes, found by halves, and of a single one without its discount; None
	where it takes not even the money."""
	taken = []

	def is_taken(part) -> bool:
		made = try_entry(payment, captured, day, [*taken, *part], refusals)
		if made:
			undo_entry(payment)
		return bool(made)

	def look(part) -> None:
		if is_taken(part):
			taken.extend(part)
		else:
			look_closer(part)

	def look_closer(part) -> None:
		if len(part) > 1:
			look(part[: len(part) // 2])
			look(part[len(part) // 2 :])
		elif part[0].discount and part[0].amount > part[0].discount:
			look([part[0].without_discount()])

	if not is_taken([]):
		return None
	look_closer(references)
	return try_entry(payment, captured, day, taken, refusals)


def describe_refused(made, references, refusal) -> list[str]:
	"""What ERPNext said, and of which documents; of none where it only wanted another day."""
	taken = made.flags.portal_references
	refused = [reference.name for reference in references if reference not in taken]
	said = describe(refusal)
	return [f"{', '.join(dict.fromkeys(refused))}: {said}" if refused else said]


def apply_beside(payment, made, fitted) -> list[str]:
	"""Set the money against what no Payment Entry can be allocated, by ERPNext's Payment Reconciliation."""
	credit = {"doctype": made.doctype, "name": made.name, "row": None}
	notes = []
	for reference in fitted.beside:
		document = {"doctype": reference.doctype, "name": reference.name}
		wanted = [(credit, document, reference.amount)]
		refusal = apply_or_undo(payment, wanted)
		if refusal and as_shown(reference.amount, payment.currency):
			notes.append(_("{0} was not allocated: {1}").format(reference.name, refusal))
	return notes


def apply_credits(payment) -> list[str]:
	"""Set the chosen credits against what the money left open. The money is posted in any case."""
	if not payment.credits:
		return []
	try:
		refusal = apply_or_undo(payment, fitting.get_credit_plan(payment))
	except credits.CreditGone as gone:
		refusal = describe(gone)
	return [_("The credit could not be applied: {0}").format(refusal)] if refusal else []


def apply_or_undo(payment, wanted: list[tuple]) -> str | None:
	"""credits.apply; what it or ERPNext says against it, with all of it undone."""
	frappe.db.savepoint("portal_credits")
	try:
		credits.apply(payment.customer, payment.company, payment.party_account, wanted)
	except (credits.CreditGone, frappe.ValidationError) as error:
		frappe.db.rollback(save_point="portal_credits")
		forget_documents(payment)
		return describe(error)
	return None


def finish(payment, notes: list[str], **values) -> None:
	"""Write that it is posted, and what staff must know. Commits, then asks for the receipt."""
	states.move(
		payment,
		states.POSTED,
		attention_reason="\n".join(notes)[:LONGEST_ERROR] or None,
		last_error=None,
		next_try_on=None,
		settled_on=None,
		settled_by=None,
		cancelled_entry=None,
		**values,
	)
	if notes:
		telling.tell_staff(payment)
	frappe.db.commit()  # The one moment in which the payment is posted: entry, credits and state together.
	telling.enqueue(payment.name)


def put_off(name: str, message: str) -> None:
	"""Count a try that failed; after the last one a person must look. Commits."""
	payment = states.lock(name)
	if payment.state != states.PAID:
		return
	tries = payment.tries + 1
	values = {"tries": tries, "last_error": message}
	if tries > len(limits.BACK_OFF_MINUTES):
		reason = _("It could not be posted: {0}").format(message)
		states.move(payment, states.NEEDS_ATTENTION, attention_reason=reason, next_try_on=None, **values)
		telling.tell_staff(payment)
	else:
		wait = timedelta(minutes=limits.BACK_OFF_MINUTES[tries - 1])
		payment.db_set({**values, "next_try_on": now_datetime() + wait})
	frappe.db.commit()  # the try counts, though what it did was rolled back


@contextmanager
def acting_as_administrator():
	"""ERPNext looks up accounts with a permission check that no flag turns off (payment_entry.py: get_account_details), and a
	gateway's call comes from a Guest. The session's user alone is another meanwhile: nothing of the request is lost."""
	user = frappe.session.user
	frappe.session.user = "Administrator"
	try:
		yield
	finally:
		frappe.session.user = user


def forget_documents(payment) -> None:
	"""What was rolled back must not live on in a cache."""
	for row in (*payment.allocations, *payment.credits):
		frappe.clear_document_cache(row.reference_doctype, row.reference_name)


def describe(error: BaseException) -> str:
	"""What went wrong in a line for staff. ERPNext writes its messages as HTML."""
	frappe.clear_messages()
	return frappe.utils.strip_html_tags(str(error) or type(error).__name__)[:LONGEST_ERROR]
