"""The gate of what gateways tell the site by themselves: no visitor and no cookie, but a signature over the raw body.

Open while the portal is switched off, too: money that comes is recorded.
"""

import frappe

from customer_portal_ext.access import limits
from customer_portal_ext.access.network import get_address
from customer_portal_ext.exceptions import TooManyAttempts, WebhookRefused
from customer_portal_ext.payments import stripe_events, stripe_webhook

# Stripe's events have some kilobytes; this is read whole before it is verified.
LARGEST_BODY = 512 * 1024


def receive_stripe() -> tuple[dict, int]:
	"""What to answer Stripe, and the status: 2xx, and the event is done with; anything else, and Stripe sends it again."""
	request = frappe.local.request
	if (request.content_length or 0) > LARGEST_BODY:
		return {"error": "too large"}, 413
	try:
		state = stripe_webhook.receive(request.get_data(), request.headers.get("Stripe-Signature"))
	except WebhookRefused as refusal:
		frappe.db.rollback()
		return refuse(refusal)
	# Kept in any case; Stripe's own retries come sooner than the hourly job.
	return {"event": state}, 503 if state == stripe_events.FAILED else 200


def refuse(refusal: WebhookRefused) -> tuple[dict, int]:
	"""Logged up to the limit, without the body or the signature: neither is to be believed."""
	address = get_address()
	try:
		limits.count_address("wrong-signature")
	except TooManyAttempts:
		return {"error": "too many attempts"}, 429
	frappe.log_error("Customer Portal: webhook refused", f"From {address}: {refusal}")
	frappe.db.commit()  # the log entry alone
	return {"error": "refused"}, refusal.http_status
