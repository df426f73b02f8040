"""The intent to pay: a Portal Payment made on the server from a checked choice, once per form."""

import hashlib
import re
import secrets
from dataclasses import dataclass

import frappe
from frappe.utils import add_to_date, cint, get_datetime, now_datetime

from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.exceptions import InvalidInput, PaymentUnderWay
from customer_portal_ext.payments import choice as choices
from customer_portal_ext.payments import deposits, discounts, limits, locks, states
from customer_portal_ext.payments.choice import Choice
from customer_portal_ext.payments.minor_units import get_exponent, to_minor
from customer_portal_ext.payments.states import DOCTYPE
from customer_portal_ext.web.words import _

FORM_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True)
class Origin:
	"""Who pays from where: what the gate knows, and the e-mail address for the receipt."""

	customer: str
	visitor_name: str = ""
	email: str = ""
	language: str = "en"
	ip_address: str | None = None
	token: str | None = None
	user: str | None = None
	visit: str | None = None


def make_form_key() -> str:
	"""A new key for a form that begins a payment."""
	return secrets.token_urlsafe(18)


def create(choice: Choice, gateway: str | None, form_key: str, origin: Origin) -> tuple[object, bool]:
	"""The Portal Payment of this form, and whether it was made now. Commits.

	Idempotent by ``form_key``: the same form sent twice, even at once, is the same payment. The customer's row is locked, so that
	two tabs that pay the same document come one after the other.

	:param gateway: a Payment Gateway, checked by the caller; None where credit pays all.
	:raises PaymentUnderWay: one of the documents is being paid already; ``.payment`` is its name.
	:raises InvalidInput: what was chosen is no longer open, or the form has no key.
	"""
	if not FORM_KEY.fullmatch(form_key or ""):
		raise InvalidInput(_("This form is not complete. Please open the page again."))
	key = get_stored_key(form_key, origin.customer)

	def create_locked():
		locks.lock_customer(origin.customer)
		if standing := frappe.db.exists(DOCTYPE, {"form_key": key}):
			return frappe.get_doc(DOCTYPE, standing), False
		if choice.quotation:
			deposits.require_still_wanted(choice)
		else:
			choices.require_still_open(choice)
		require_free(choice)
		payment = insert(choice, gateway, key, origin)
		# The gateway is called next: what it then takes must have its record, whatever becomes of this request.
		frappe.db.commit()
		return payment, True

	return locks.in_new_transaction(create_locked)


def get_stored_key(form_key: str, customer: str) -> str:
	"""A form's key counts for its customer alone: nobody finds another's payment by it."""
	return hashlib.sha256(f"{customer}\n{form_key}".encode()).hexdigest()


def require_free(choice: Choice) -> None:
	"""Raise PaymentUnderWay when a document or credit of the choice is in a payment that may still take, or has taken, money."""
	wanted = {(part.item.doctype, part.item.name, part.item.due_date) for part in choice.parts} | {
		(part.credit.doctype, part.credit.name, None) for part in choice.credits
	}
	names = sorted({name for _doctype, name, _due in wanted})
	for payment in get_open_payments(choice.account.customer, names):
		taken = {
			(row.reference_doctype, row.reference_name, row.get("due_date"))
			for row in frappe.get_all(
				"Portal Payment Allocation",
				{"parent": payment},
				["reference_doctype", "reference_name", "due_date"],
			)
		} | {
			(row.reference_doctype, row.reference_name, None)
			for row in frappe.get_all(
				"Portal Payment Credit", {"parent": payment}, ["reference_doctype", "reference_name"]
			)
		}
		if wanted & taken:
			raise PaymentUnderWay(_("This is being paid already: {0}.").format(payment), payment)


def get_open_payments(customer: str, documents: list[str]) -> list[str]:
	"""The customer's payments with one of these documents that wait for the gateway, or have money that is not posted."""
	payment = frappe.qb.DocType(DOCTYPE)
	allocation = frappe.qb.DocType("Portal Payment Allocation")
	credit = frappe.qb.DocType("Portal Payment Credit")
	waits = payment.state.isin(states.UNDER_WAY) & (
		payment.expires_on.isnull() | (payment.expires_on > now_datetime())
	)
	unposted = payment.captured_on.isnotnull() & payment.payment_entry.isnull() & payment.settled_on.isnull()
	return (
		frappe.qb.from_(payment)
		.left_join(allocation)
		.on((allocation.parent == payment.name) & allocation.reference_name.isin(documents))
		.left_join(credit)
		.on((credit.parent == payment.name) & credit.reference_name.isin(documents))
		.select(payment.name)
		.distinct()
		.where((payment.customer == customer) & (waits | unposted))
		.where(allocation.name.isnotnull() | credit.name.isnotnull())
		.orderby(payment.name)
	).run(pluck=True)


def insert(choice: Choice, gateway: str | None, key: str, origin: Origin):
	account = choice.account
	payment = frappe.get_doc(
		{
			"doctype": DOCTYPE,
			"state": states.INITIATED,
			"customer": account.customer,
			"company": account.company,
			"currency": account.currency,
			"party_account": account.party_account,
			"amount": choice.amount,
			"credit_amount": choice.credit_amount,
			"discount": choice.discount,
			"amount_minor": to_minor(choice.amount, account.currency),
			"exponent": get_exponent(account.currency),
			"gateway": gateway if choice.amount else None,
			"form_key": key,
			"expires_on": get_expiry(choice),
			"quotation": choice.quotation,
			"visitor_name": origin.visitor_name[:140],
			"email": origin.email[:140],
			"language": origin.language,
			"ip_address": origin.ip_address,
			"token": origin.token,
			"user": origin.user,
			"visit": origin.visit,
			"allocations": [
				{
					"reference_doctype": part.item.doctype,
					"reference_name": part.item.name,
					"payment_term": part.item.payment_term,
					"due_date": part.item.due_date,
					"outstanding": part.item.outstanding,
					"amount": part.amount,
					"discount": part.discount,
					"discount_date": part.item.discount_date if part.discount else None,
					"schedule_row": part.item.schedule_row,
				}
				for part in choice.parts
			],
			"credits": [
				{
					"reference_doctype": part.credit.doctype,
					"reference_name": part.credit.name,
					"reference_row": part.credit.row,
					"amount": part.amount,
				}
				for part in choice.credits
			],
		}
	)
	# Nobody may write payments by hand: the gate has checked who pays, and choice.py what.
	return payment.insert(ignore_permissions=True)


def get_expiry(choice: Choice):
	"""When a payment begun now is given up: before its discount ends, where there is so much time left."""
	now = now_datetime()
	minutes = cint(get_settings().payment_minutes) or limits.DEFAULT_MINUTES
	expiry = get_datetime(add_to_date(now, minutes=minutes))
	if discount_end := discounts.get_end(choice):
		earliest = get_datetime(add_to_date(now, minutes=limits.MINIMUM_MINUTES))
		expiry = min(expiry, max(discount_end, earliest))
	return expiry
