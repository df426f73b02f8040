"""What a customer sees of a payment they began: where it stands, what it is for, and what can be done about it."""

from collections.abc import Mapping
from decimal import Decimal

import frappe
from frappe.utils import get_datetime, now_datetime

from customer_portal_ext.documents.decimals import to_decimal
from customer_portal_ext.payments import booked, discounts, open_items, states
from customer_portal_ext.payments.minor_units import from_minor
from customer_portal_ext.web import payment_urls, urls
from customer_portal_ext.web.formats import Formats, get_locale
from customer_portal_ext.web.words import _

# How often the page looks again, in seconds, and for how long: after that whoever waits may reload it.
LOOK_AGAIN, LATER = 3, 15
SOON = 60
LOOK_FOR = 10 * 60

TONES = {
	"open": "info",
	"waiting": "info",
	"received": "ok",
	"paid": "ok",
	"failed": "bad",
	"expired": "muted",
	"cancelled": "muted",
	"reviewed": "warn",
	"refunded": "muted",
}


def get_key(payment, has_returned: bool = False) -> str:
	"""Where a payment stands, in a customer's terms: one of TONES.

	:param has_returned: the customer comes back from the gateway, which has not said yet how it went.
	"""
	if payment.captured_on and payment.refunded_minor and payment.refunded_minor >= payment.captured_minor:
		return "refunded"
	if payment.state in states.UNDER_WAY:
		return "waiting" if has_returned or is_awaited(payment) else "open"
	return {
		states.PAID: "received",
		states.POSTED: "paid",
		states.FAILED: "failed",
		states.EXPIRED: "expired",
		states.CANCELLED: "cancelled",
		states.NEEDS_ATTENTION: "reviewed",
	}[payment.state]


def is_awaited(payment) -> bool:
	"""Whether the customer has done their part at the gateway, and the money takes hours or days."""
	return payment.state == states.PROCESSING and not payment.expires_on


def get_page(payment, has_returned: bool = False, goes_on: bool = False, gateway: str | None = None) -> dict:
	"""The context of pages/pay_status.html. Amounts in the payment's currency.

	:param goes_on: lead the browser on to the gateway's page at once.
	:param gateway: what customers call the gateway.
	"""
	key = get_key(payment, has_returned)
	continue_url = get_safe_url(payment.checkout_url) if key in ("open", "waiting") else None
	account = get_account(payment) if key == "paid" else None
	money = booked.get(payment)
	return {
		"title": get_titles()[key],
		"name": payment.name,
		"state": key,
		"status": {"text": get_labels()[key], "tone": TONES[key]},
		"text": " ".join(filter(None, (get_text(key, payment, money), discounts.describe(payment)))),
		"amount": to_decimal(payment.amount),
		"currency": payment.currency,
		"credit_amount": to_decimal(payment.credit_amount),
		"total": to_decimal(payment.amount) + to_decimal(payment.credit_amount),
		"gateway": gateway or "",
		**get_parts(payment, money),
		"facts": get_facts(payment, gateway),
		"balance": (account.outstanding if account else Decimal(0)) if key == "paid" else None,
		"go_url": continue_url if goes_on and key == "open" else None,
		"continue_url": continue_url,
		"again_url": payment_urls.action_url("again", payment.name)
		if key == "open" and not continue_url
		else None,
		"retry_url": get_retry_url(payment) if key in ("failed", "expired", "cancelled") else None,
		"cancel_url": payment_urls.action_url("cancel", payment.name) if key in ("open", "waiting") else None,
		"receipt_url": payment_urls.receipt_url(payment.name) if has_receipt(payment) else None,
		"entry_url": urls.document_url("payment", payment.payment_entry) if payment.payment_entry else None,
		"quotation_url": urls.document_url("quotation", payment.quotation) if payment.quotation else None,
		"refresh": get_refresh(key, payment),
		"page_url": payment_urls.payment_url(payment.name),
		"refresh_url": f"{payment_urls.payment_url(payment.name)}?returned=1",
	}


def get_safe_url(url: str | None) -> str | None:
	"""The gateway's page, if it is one: whatever a gateway says, nothing but a page is opened."""
	return url if url and url.startswith(("https://", "http://")) else None


def has_receipt(payment) -> bool:
	"""Whether money or credit came: what is being booked or looked at was paid all the same."""
	return bool(payment.captured_on) or (not payment.amount_minor and payment.state == states.POSTED)


def get_refresh(key: str, payment) -> int | None:
	"""Seconds until the page looks again; None where nothing will change soon."""
	if key not in ("waiting", "received"):
		return None
	waited = (now_datetime() - get_datetime(payment.creation)).total_seconds()
	if waited > LOOK_FOR:
		return None
	return LOOK_AGAIN if waited < SOON else LATER


def get_titles() -> dict[str, str]:
	return {
		"open": _("Payment not finished"),
		"waiting": _("Waiting for confirmation"),
		"received": _("Payment received"),
		"paid": _("Thank you for your payment"),
		"failed": _("Payment declined"),
		"expired": _("Payment expired"),
		"cancelled": _("Payment cancelled"),
		"reviewed": _("Payment received"),
		"refunded": _("Payment refunded"),
	}


def get_labels() -> dict[str, str]:
	return {
		"open": _("Not paid yet"),
		"waiting": _("Waiting for confirmation"),
		"received": _("Being booked"),
		"paid": _("Paid"),
		"failed": _("Declined"),
		"expired": _("Expired"),
		"cancelled": _("Cancelled"),
		"reviewed": _("Being checked"),
		"refunded": _("Refunded"),
	}


def get_text(key: str, payment, money: booked.Booked | None) -> str:
	"""What happened and what to do, in one or two sentences."""
	texts = {
		"open": _("Nothing has been taken yet. Go on to the payment page, or cancel."),
		"waiting": _(
			"We are waiting for the payment service to confirm. This usually takes seconds; some ways of paying take days. You may close this page: nothing is lost."
		),
		"received": _("Your money has arrived and is being booked. You need do nothing more."),
		"paid": _("Your payment is booked against the documents below."),
		"failed": _("The payment service declined the payment. Nothing was taken from you."),
		"expired": _("The time to pay ran out. Nothing was taken from you."),
		"cancelled": _("This payment was cancelled. Nothing was taken from you."),
		"reviewed": _("Your money has arrived. We check how to book it and will contact you if need be."),
		"refunded": _("This payment was paid back to you."),
	}
	if key == "paid" and not payment.amount_minor:
		return _("Your credit is set against the documents below.")
	if key == "paid" and money and not money.references:
		return _("What you chose was no longer open. Your payment stays on your account as credit.")
	if key == "paid" and money and money.unallocated:
		return _(
			"Your payment is booked against the documents below. What was no longer open stays on your account as credit."
		)
	return texts[key]


def get_parts(payment, money: booked.Booked | None) -> dict:
	"""``{"allocations", "credits", "discount", "unallocated"}``: what the payment was chosen for, or, where its entry paid something else,
	what that is and what of it is still credit."""
	if money is None:
		return {
			"allocations": describe_documents(payment.allocations),
			"credits": get_credits(payment),
			"discount": to_decimal(payment.discount),
			"unallocated": Decimal(0),
		}
	return {
		"allocations": describe_documents(money.references),
		"credits": [],
		"discount": to_decimal(payment.discount),
		"unallocated": money.unallocated,
	}


def describe_documents(rows) -> list[dict]:
	"""``[{"name", "title", "url", "due_date", "amount"}]``"""
	labels = {
		open_items.INVOICE: _("Invoice {0}"),
		open_items.ORDER: _("Deposit on order {0}"),
		open_items.JOURNAL: _("Charge {0}"),
		open_items.PAYMENT: _("Refund {0}"),
	}
	kinds = {open_items.INVOICE: "invoice", open_items.ORDER: "order", open_items.PAYMENT: "payment"}
	return [
		{
			"name": row.reference_name,
			"title": labels.get(row.reference_doctype, "{0}").format(row.reference_name),
			"url": urls.document_url(kinds[row.reference_doctype], row.reference_name)
			if row.reference_doctype in kinds
			else None,
			"due_date": row.due_date,
			"amount": to_decimal(row.amount),
		}
		for row in rows
	]


def get_credits(payment) -> list[dict]:
	"""``[{"name", "title", "amount"}]`` of the credit that was set against the documents."""
	return [
		{
			"name": row.reference_name,
			"title": _("Credit {0}").format(row.reference_name),
			"amount": to_decimal(row.amount),
		}
		for row in payment.credits
	]


def get_facts(payment, gateway: str | None) -> list[dict]:
	"""``[{"label", "value", "date"}]``: no identifiers of the gateway's but what a customer can quote."""
	facts: list[Mapping] = [
		{"label": _("Reference"), "value": payment.name, "date": None},
		{
			"label": _("Paid on"),
			"value": None,
			"date": payment.captured_on and get_datetime(payment.captured_on).date(),
		},
		{"label": _("Paid by"), "value": get_method(payment) or gateway, "date": None},
		{"label": _("Company"), "value": payment.company, "date": None},
		{"label": _("Receipt to"), "value": payment.email, "date": None},
	]
	if taken := get_other_taken(payment):
		money = Formats(get_locale(frappe.local.lang)).money(*taken)
		facts.append({"label": _("Taken"), "value": money, "date": None})
	return [fact for fact in facts if fact["value"] or fact["date"]]


def get_other_taken(payment) -> tuple[Decimal, str] | None:
	"""Amount and currency of what the gateway took, where it is not what was asked for."""
	currency = payment.captured_currency
	if not payment.captured_on or (payment.captured_minor, currency) == (
		payment.amount_minor,
		payment.currency,
	):
		return None
	return from_minor(payment.captured_minor, currency), currency


def get_method(payment) -> str:
	"""How it was paid, as far as the gateway said: names of methods stay as they are."""
	method = payment.payment_method or ""
	known = {
		"card": _("Card"),
		"sepa_debit": _("SEPA Direct Debit"),
		"bank_transfer": _("Bank transfer"),
		"customer_balance": _("Bank transfer"),
		"paynow": "PayNow",
		"upi": "UPI",
		"ideal": "iDEAL",
		"twint": "TWINT",
		"us_bank_account": "ACH",
	}
	return known.get(method) or method.replace("_", " ").title()


def get_account(payment) -> open_items.Account | None:
	return open_items.get_account(payment.customer, payment.company, payment.party_account)


def get_retry_url(payment) -> str:
	"""The review of the same choice, as far as it is still open; nothing is begun by going there."""
	if payment.quotation:
		return payment_urls.deposit_url(payment.quotation)
	account = get_account(payment)
	wanted = {(row.reference_name, row.due_date): to_decimal(row.amount) for row in payment.allocations}
	fields = []
	for item in account.items if account else ():
		amount = wanted.get((item.name, item.due_date))
		if amount:
			fields.append(("invoice", item.key))
			if amount < item.outstanding:
				fields.append((f"amount-{item.key}", str(amount)))
	if payment.credits:
		fields.append(("use_credit", "1"))
	return payment_urls.with_fields(payment_urls.review_url() if fields else payment_urls.pay_url(), fields)
