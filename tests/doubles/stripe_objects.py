"""The objects of Stripe's API (version 2024-06-20) as far as a hosted Checkout uses them, with Stripe's field names.

Amounts are integers in the currency's smallest unit; times are Unix seconds.
"""

import secrets
import time

SECONDS_OPEN = 24 * 60 * 60
# Currencies whose smallest unit is the whole one: an amount of 500 is ¥500 (https://docs.stripe.com/currencies).
ZERO_DECIMAL = {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf"} | {
	"ugx",
	"vnd",
	"vuv",
	"xaf",
	"xof",
	"xpf",
}
THREE_DECIMAL = {"bhd", "jod", "kwd", "omr", "tnd"}
SMALLEST_CHARGE = {"usd": 50, "eur": 50, "gbp": 30, "sgd": 50, "jpy": 50, "chf": 50}
# Methods that Stripe offers for one currency alone.
METHOD_CURRENCIES = {
	"card": None,
	"link": None,
	"paynow": {"sgd"},
	"grabpay": {"sgd", "myr"},
	"sepa_debit": {"eur"},
	"ideal": {"eur"},
	"bancontact": {"eur"},
	"us_bank_account": {"usd"},
	"promptpay": {"thb"},
	"konbini": {"jpy"},
	"alipay": {"usd", "eur", "gbp", "sgd", "jpy", "hkd", "cny"},
}
# Methods whose money arrives later than the customer returns.
DELAYED_METHODS = {"paynow", "sepa_debit", "us_bank_account", "konbini"}


def make_id(prefix: str) -> str:
	return f"{prefix}_{secrets.token_hex(12)}"


def make_session(account, parameters: dict, now: int) -> dict:
	identifier = make_id(f"cs_{'live' if account.livemode else 'test'}")
	return {
		"id": identifier,
		"object": "checkout.session",
		"amount_subtotal": parameters["amount"],
		"amount_total": parameters["amount"],
		"automatic_tax": {"enabled": False, "liability": None, "status": None},
		"cancel_url": parameters.get("cancel_url"),
		"client_reference_id": parameters.get("client_reference_id"),
		"created": now,
		"currency": parameters["currency"],
		"customer": None,
		"customer_details": None,
		"customer_email": parameters.get("customer_email"),
		"expires_at": parameters.get("expires_at", now + SECONDS_OPEN),
		"livemode": account.livemode,
		"locale": parameters.get("locale"),
		"metadata": parameters["metadata"],
		"mode": "payment",
		"payment_intent": None,
		"payment_method_types": parameters["payment_method_types"],
		"payment_status": "unpaid",
		"status": "open",
		"success_url": parameters["success_url"],
		"url": f"{account.address}/c/pay/{identifier}",
	}


def make_payment_intent(account, session: dict, intent_data: dict, now: int) -> dict:
	identifier = make_id("pi")
	return {
		"id": identifier,
		"object": "payment_intent",
		"amount": session["amount_total"],
		"amount_capturable": 0,
		"amount_received": 0,
		"canceled_at": None,
		"cancellation_reason": None,
		"capture_method": "automatic",
		"client_secret": f"{identifier}_secret_{secrets.token_hex(8)}",
		"created": now,
		"currency": session["currency"],
		"customer": None,
		"description": intent_data.get("description"),
		"last_payment_error": None,
		"latest_charge": None,
		"livemode": account.livemode,
		"metadata": intent_data.get("metadata", {}),
		"payment_method": None,
		"payment_method_types": session["payment_method_types"],
		"receipt_email": intent_data.get("receipt_email"),
		"status": "requires_payment_method",
	}


def make_charge(account, intent: dict, method: str, now: int) -> dict:
	return {
		"id": make_id("ch"),
		"object": "charge",
		"amount": intent["amount"],
		"amount_captured": intent["amount"],
		"amount_refunded": 0,
		"balance_transaction": None,
		"captured": True,
		"created": now,
		"currency": intent["currency"],
		"description": intent["description"],
		"disputed": False,
		"failure_code": None,
		"failure_message": None,
		"livemode": account.livemode,
		"metadata": intent["metadata"],
		"paid": True,
		"payment_intent": intent["id"],
		"payment_method_details": {
			"type": method,
			method: {"brand": "visa", "last4": "4242"} if method == "card" else {},
		},
		"refunded": False,
		"status": "succeeded",
	}


def make_balance_transaction(account, source: dict, kind: str, gross: int, fee: int, now: int) -> dict:
	"""``gross`` and ``fee`` in the currency that the account is settled in, at the account's rate for the source's one."""
	rate = account.rates.get(source["currency"])
	return {
		"id": make_id("txn"),
		"object": "balance_transaction",
		"amount": gross,
		"available_on": now + 2 * 86400,
		"created": now,
		"currency": account.settlement_currency or source["currency"],
		"description": None,
		"exchange_rate": rate,
		"fee": fee,
		"fee_details": [
			{
				"amount": fee,
				"application": None,
				"currency": account.settlement_currency or source["currency"],
				"description": "Stripe processing fees",
				"type": "stripe_fee",
			}
		]
		if fee
		else [],
		"net": gross - fee,
		"reporting_category": kind,
		"source": source["id"],
		"status": "pending",
		"type": kind,
	}


def make_refund(charge: dict, amount: int, reason: str | None, status: str, now: int) -> dict:
	return {
		"id": make_id("re"),
		"object": "refund",
		"amount": amount,
		"balance_transaction": None,
		"charge": charge["id"],
		"created": now,
		"currency": charge["currency"],
		"metadata": {},
		"payment_intent": charge["payment_intent"],
		"reason": reason,
		"receipt_number": None,
		"source_transfer_reversal": None,
		"status": status,
		"transfer_reversal": None,
	}


def make_dispute(account, charge: dict, amount: int, reason: str, now: int) -> dict:
	return {
		"id": make_id("dp"),
		"object": "dispute",
		"amount": amount,
		"balance_transactions": [],
		"charge": charge["id"],
		"created": now,
		"currency": charge["currency"],
		"evidence": {},
		"evidence_details": {
			"due_by": now + 7 * 86400,
			"has_evidence": False,
			"past_due": False,
			"submission_count": 0,
		},
		"is_charge_refundable": False,
		"livemode": account.livemode,
		"metadata": {},
		"payment_intent": charge["payment_intent"],
		"reason": reason,
		"status": "needs_response",
	}


def make_event(account, kind: str, content: dict, now: int) -> dict:
	return {
		"id": make_id("evt"),
		"object": "event",
		"api_version": account.webhook_version,
		"created": now,
		"data": {"object": content},
		"livemode": account.livemode,
		"pending_webhooks": 1,
		"request": {"id": None, "idempotency_key": None},
		"type": kind,
	}


def now() -> int:
	return int(time.time())
