"""What Stripe tells the site: verified over the raw body, then kept, then acted upon."""

from dataclasses import dataclass

import frappe

from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.exceptions import WebhookRefused
from customer_portal_ext.payments import states, stripe_api, stripe_events, stripe_library

# Seconds that a signature stays good: a recorded request cannot be sent again later.
TOLERANCE = 300


@dataclass(frozen=True)
class Signer:
	"""A webhook secret, and the gateways (names of Payment Gateway) whose account signs with it."""

	secret: str
	gateways: tuple[str, ...]

	def __repr__(self) -> str:
		return f"Signer(gateways={self.gateways!r})"


def receive(payload: bytes, signature: str | None) -> str:
	"""Take one delivery. What became of its event: Done, Ignored, Failed (kept, tried again), Received (under way). Commits.

	:raises WebhookRefused: not signed, wrongly or too long ago, for another account, or for the other of test and live mode.
	"""
	event, signer = verify(payload, signature)
	require_mode(event, signer)
	content = event["data"]["object"]
	if event["type"] not in stripe_events.KNOWN:
		return stripe_events.IGNORED
	payment = stripe_events.find_payment(content)
	if payment is None:
		# A shop or a subscription on the same account: not the portal's business, and no data to keep.
		return stripe_events.IGNORED
	gateway = frappe.db.get_value(states.DOCTYPE, payment, "gateway")
	if gateway not in signer.gateways:
		raise WebhookRefused(f"signed for {', '.join(signer.gateways)}, but about a payment by {gateway}")
	if event["livemode"] != stripe_api.get_account(gateway).is_live:
		raise WebhookRefused("of the other one of test and live mode")
	return stripe_events.process(stripe_events.keep(event, payment, gateway))


def verify(payload: bytes, signature: str | None) -> tuple[dict, Signer]:
	"""The event, and whose secret signed it. Raises WebhookRefused."""
	stripe = stripe_library.load()
	signers = get_signers()
	if not signers:
		raise WebhookRefused("no webhook secret is set in Customer Portal Settings")
	reason = ""
	for signer in signers:
		try:
			event = stripe.Webhook.construct_event(payload, signature, signer.secret, TOLERANCE, api_key="")
			return require_event(event.to_dict_recursive()), signer
		except stripe.error.SignatureVerificationError as problem:
			reason = get_reason(problem.user_message or "")
		except (ValueError, TypeError, AttributeError):
			# not UTF-8, not JSON, not an object, or a header that is not ASCII
			reason = "not readable"
	raise WebhookRefused(reason)


def get_reason(message: str) -> str:
	"""Stripe's text, without the request that its error carries."""
	return "signed too long ago" if "tolerance" in message else "not signed by a known secret"


def require_event(event: dict) -> dict:
	"""The parts of an event that the portal reads. Raises ValueError."""
	content = (event.get("data") or {}).get("object")
	if (
		not isinstance(content, dict)
		or not all(isinstance(event.get(key), str) for key in ("id", "type"))
		or not isinstance(event.get("livemode"), bool)
		or not isinstance(content.get("id"), str)
	):
		raise ValueError("not an event")
	return event


def require_mode(event: dict, signer: Signer) -> None:
	"""Raise WebhookRefused for a connected account's event, and for a mode that none of the signer's keys has."""
	if event.get("account"):
		raise WebhookRefused("about another account")
	modes = set()
	for gateway in signer.gateways:
		try:
			modes.add(stripe_api.get_account(gateway).is_live)
		except stripe_api.NotConfigured:
			continue
	if event["livemode"] not in modes:
		raise WebhookRefused("of the other one of test and live mode")


def get_signers() -> list[Signer]:
	"""Every secret of the settings with its gateways, also those switched off: money may still come by them.

	The settings' own field may hold several secrets, separated by spaces, while one is being replaced by another.
	"""
	settings = get_settings()
	shared, signers = [], []
	for row in settings.payment_gateways:
		if not is_stripe(row.payment_gateway):
			continue
		own = row.get_password("webhook_secret", raise_exception=False) if row.get("webhook_secret") else None
		if own:
			signers += [Signer(secret, (row.payment_gateway,)) for secret in own.split()]
		else:
			shared.append(row.payment_gateway)
	common = settings.get_password("stripe_webhook_secret", raise_exception=False) or ""
	if shared:
		signers += [Signer(secret, tuple(dict.fromkeys(shared))) for secret in common.split()]
	return signers


def is_stripe(payment_gateway: str) -> bool:
	settings = frappe.get_cached_value("Payment Gateway", payment_gateway, "gateway_settings")
	return settings == "Stripe Settings"
