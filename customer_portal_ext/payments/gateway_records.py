"""What other gateways took, asked from the gateway itself where the payments app has its keys.

The app's Integration Request alone is no proof: with Razorpay the browser rewrites its amount. So the gateway is asked by
what only it can know, over its own API; its record of amount, currency and status is what counts.
"""

import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qs, quote

import frappe
import requests
from frappe import _
from frappe.utils import now_datetime

from customer_portal_ext.payments.capture import Captured
from customer_portal_ext.payments.minor_units import FractionOfMinorUnit, to_minor
from customer_portal_ext.payments.stripe_times import to_site_time

# Seconds to connect and to wait: a customer waits, or a job with many payments behind it.
TIMEOUTS = (5, 15)
AUTHORIZED = ("Authorized", "Completed")


class Unreadable(Exception):
	"""A payment is reported, and what was paid cannot be known here. The text is for staff."""


def read(service: str, name: str, status: str, data: dict) -> Captured | None:
	"""What the gateway has taken for an Integration Request; None where it has not (yet).

	:param service: the payments app's name of the gateway, such as "Razorpay".
	:param name: the Integration Request; :param status: its own; :param data: its content.
	:raises Unreadable: a person must look it up.
	:raises requests.RequestException: the gateway did not answer; ask again later.
	"""
	if reader := READERS.get(service):
		return reader(name, data)
	return read_record(name, status, data)


def read_razorpay(name: str, data: dict) -> Captured | None:
	"""A payment of Razorpay's API (https://razorpay.com/docs/api/payments/fetch-with-id): amounts in paise."""
	if not data.get("razorpay_payment_id"):
		return None
	settings = frappe.get_doc("Razorpay Settings")
	keys = (settings.api_key, settings.get_password("api_secret", raise_exception=False))
	path = quote(str(data["razorpay_payment_id"]), safe="")
	answer = requests.get(f"https://api.razorpay.com/v1/payments/{path}", auth=keys, timeout=TIMEOUTS)
	if answer.status_code == 400:
		# an id that no payment of this account has
		return None
	answer.raise_for_status()
	payment = answer.json()
	if payment.get("status") not in ("captured", "refunded"):
		return None
	return Captured(
		provider_reference=None,
		provider_payment=payment["id"],
		amount_minor=int(payment["amount"]),
		currency=payment["currency"],
		captured_on=to_site_time(payment["created_at"]),
		fee_minor=int(payment["fee"]) if payment.get("fee") else None,
		fee_currency=payment["currency"] if payment.get("fee") else None,
		method=payment.get("method"),
	)


def read_paypal(name: str, data: dict) -> Captured | None:
	"""A transaction of PayPal's NVP API (GetTransactionDetails)."""
	if not data.get("transaction_id"):
		return None
	settings = frappe.get_doc("PayPal Settings")
	settings.setup_sandbox_env(name)
	parameters, url = settings.get_paypal_params_and_url()
	parameters |= {"METHOD": "GetTransactionDetails", "TRANSACTIONID": data["transaction_id"]}
	answer = requests.post(url, data=parameters, timeout=TIMEOUTS)
	answer.raise_for_status()
	found = {key: values[0] for key, values in parse_qs(answer.text).items()}
	if found.get("ACK") not in ("Success", "SuccessWithWarning"):
		raise Unreadable(_("PayPal does not show transaction {0}.").format(data["transaction_id"]))
	if found.get("PAYMENTSTATUS") != "Completed":
		return None
	currency = found["CURRENCYCODE"]
	fee = found.get("FEEAMT")
	return Captured(
		provider_reference=None,
		provider_payment=found["TRANSACTIONID"],
		amount_minor=read_amount(found["AMT"], currency),
		currency=currency,
		captured_on=now_datetime(),
		fee_minor=read_amount(fee, currency) if fee else None,
		fee_currency=currency if fee else None,
		method="paypal",
	)


def read_paytm(name: str, data: dict) -> Captured | None:
	"""An order's status at Paytm, whose order id is the Integration Request's name. Paytm takes rupees alone."""
	from payments.payment_gateways.doctype.paytm_settings.paytm_settings import get_paytm_config
	from paytmchecksum import generateSignature

	config = get_paytm_config()
	question = {"MID": config.merchant_id, "ORDERID": name}
	question["CHECKSUMHASH"] = generateSignature(question, config.merchant_key)
	answer = requests.post(
		config.transaction_status_url,
		data=json.dumps(question),
		headers={"Content-type": "application/json"},
		timeout=TIMEOUTS,
	)
	answer.raise_for_status()
	order = answer.json()
	if order.get("STATUS") != "TXN_SUCCESS" or order.get("ORDERID") != name:
		return None
	return Captured(
		provider_reference=None,
		provider_payment=order["TXNID"],
		amount_minor=read_amount(order["TXNAMOUNT"], "INR"),
		currency="INR",
		captured_on=now_datetime(),
		method=order.get("PAYMENTMODE"),
	)


def read_braintree(name: str, data: dict) -> Captured | None:
	raise Unreadable(
		_("Braintree's currency is that of its merchant account, which the payments app does not record")
	)


def read_gocardless(name: str, data: dict) -> Captured | None:
	raise Unreadable(_("a direct debit is reported before it is collected"))


def read_record(name: str, status: str, data: dict) -> Captured | None:
	"""A gateway nobody here knows: the record that the site itself keeps of it, once its own app has marked it as paid."""
	if status not in AUTHORIZED:
		return None
	currency = str(data.get("currency") or "")
	return Captured(
		provider_reference=None,
		provider_payment=name,
		amount_minor=read_amount(data.get("amount"), currency),
		currency=currency,
		captured_on=now_datetime(),
	)


def read_amount(text, currency: str) -> int:
	"""A decimal amount in the currency's smallest unit. Raises Unreadable rather than round."""
	try:
		return to_minor(Decimal(str(text)), currency)
	except (InvalidOperation, FractionOfMinorUnit, ValueError):
		raise Unreadable(_("{0} {1} is no amount.").format(text, currency)) from None


READERS: dict[str, Callable[[str, dict], Captured | None]] = {
	"Razorpay": read_razorpay,
	"PayPal": read_paypal,
	"Paytm": read_paytm,
	"Braintree": read_braintree,
	"GoCardless": read_gocardless,
}
