"""What a gateway said about a payment: captured, failed, expired, cancelled. Recorded first, posted after."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Captured:
	"""Money that a gateway has, as it says itself (never as a browser says). Integers of the smallest unit.

	``captured_on`` is naive, in the site's time zone. A fee of None is not known (yet).
	"""

	provider_reference: str | None
	provider_payment: str
	amount_minor: int
	currency: str
	captured_on: datetime
	fee_minor: int | None = None
	fee_currency: str | None = None
	method: str | None = None


def record(name: str, captured: Captured) -> None:
	"""Record the money, commit, then post. Call it as often as you like, from anywhere, at once.

	What differs from the intent in amount or currency, or comes a second time with another ``provider_payment``, needs a person:
	it is recorded, and not posted. Errors of posting do not leave this function: posting is tried again by the scheduler.
	:raises frappe.DoesNotExistError: there is no such payment.
	"""
	raise NotImplementedError


def set_processing(name: str, **values) -> None:
	"""The customer was sent to the gateway. ``values``: provider_reference, provider_payment, checkout_url, expires_on. Commits."""
	raise NotImplementedError


def fail(name: str, reason: str) -> None:
	"""The gateway said no. Nothing happens to a payment that has money, or has ended. Commits."""
	raise NotImplementedError


def expire(name: str) -> None:
	"""Nobody paid in time. As ``fail``."""
	raise NotImplementedError


def cancel(name: str) -> None:
	"""The customer changed their mind. As ``fail``."""
	raise NotImplementedError


def need_attention(name: str, reason: str, **values) -> None:
	"""Put a payment before staff, such as after a refund or a dispute made at the gateway, with ``values`` set. Commits."""
	raise NotImplementedError
