"""What Stripe is told of a payment: the parameters of its Checkout Session, all of them from the database.

The same payment gives the same parameters and the same idempotency key, however often it is sent.
"""

import hashlib
from datetime import timedelta

import frappe

from customer_portal_ext.base.site_address import get_site_url
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.payments import gateway_accounts, stripe_amounts
from customer_portal_ext.payments.stripe_times import to_stripe_time
from customer_portal_ext.web.payment_urls import payment_url
from customer_portal_ext.web.words import _

# Stripe wants the expiry 30 minutes to 24 hours after it makes the session: room for slow answers and differing clocks.
MARGIN = timedelta(minutes=2)
LONGEST_DESCRIPTION = 300
MOST_NAMES = 20
LOCALES = frozenset(
	"bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru sk sl "
	"sv th tr vi zh zh-HK zh-TW".split()
)


def get_parameters(payment) -> dict:
	"""What Stripe is told. All of it from the database; the addresses are the site's own."""
	try:
		amount = stripe_amounts.to_stripe(int(payment.amount_minor), payment.currency)
	except stripe_amounts.AmountRefused:
		raise InvalidInput(
			_("Cards cannot pay this amount exactly. Please choose one that ends in 0.")
		) from None
	home = get_site_url(payment_url(payment.name))
	title, description = describe(payment)
	expiry = to_stripe_time(payment.expires_on + MARGIN)
	metadata = get_metadata(payment)
	parameters = {
		"mode": "payment",
		"client_reference_id": payment.name,
		"line_items": [
			{
				"price_data": {
					"currency": payment.currency.lower(),
					"unit_amount": amount,
					"product_data": {"name": title, **({"description": description} if description else {})},
				},
				"quantity": 1,
			}
		],
		"metadata": metadata,
		"payment_intent_data": {"description": f"{payment.name}: {title}", "metadata": metadata},
		"success_url": f"{home}?returned=1",
		"cancel_url": f"{home}?returned=1",
		"expires_at": expiry,
		"locale": payment.language if payment.language in LOCALES else "auto",
	}
	if payment.email:
		parameters["customer_email"] = payment.email
	if methods := get_methods(payment):
		parameters["payment_method_types"] = methods
	return parameters


def get_methods(payment) -> list[str]:
	"""The payment methods by settings; none leaves it to Stripe's dashboard, which offers what fits the currency."""
	try:
		return get_method_names(gateway_accounts.get(payment.gateway, payment.company, payment.currency))
	except frappe.ValidationError:
		frappe.clear_messages()
		return []


def get_method_names(row) -> list[str]:
	"""Stripe's names as a row of the settings lists them: "card, paynow"."""
	return (row.get("payment_methods") or "").replace(",", " ").split()


def describe(payment) -> tuple[str, str]:
	"""One line for the hosted page and the statement of account, and the documents behind it."""
	names = list(dict.fromkeys(row.reference_name for row in payment.allocations))
	if not names:
		return _("Payment {0}", lang=payment.language).format(payment.name), ""
	if len(names) == 1:
		return names[0], ""
	more = f" + {len(names) - MOST_NAMES}" if len(names) > MOST_NAMES else ""
	listed = ", ".join(names[:MOST_NAMES])[:LONGEST_DESCRIPTION]
	return _("{0} documents", lang=payment.language).format(len(names)), f"{listed}{more}"


def get_intent_digest(payment) -> str:
	"""What no other payment has, on this site or on another that shares the account: ``form_key`` is random."""
	content = f"{payment.name}|{payment.form_key}|{payment.amount_minor}|{payment.currency}"
	return hashlib.sha256(content.encode()).hexdigest()


def get_idempotency_key(payment) -> str:
	return f"portal-{get_intent_digest(payment)[:48]}"


def is_of(payment, metadata: dict | None) -> bool:
	"""Whether metadata is that of this very intent."""
	return (metadata or {}).get("portal_intent") == get_metadata(payment)["portal_intent"]


def get_metadata(payment) -> dict[str, str]:
	return {
		"portal_payment": payment.name,
		"portal_intent": get_intent_digest(payment)[:32],
		"customer": payment.customer[:500],
	}
