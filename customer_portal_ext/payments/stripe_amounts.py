"""Amounts as Stripe counts them. Mostly as ISO 4217 does, but not always (https://docs.stripe.com/currencies)."""

from customer_portal_ext.payments.minor_units import get_exponent

ZERO_DECIMAL = frozenset(
	("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF")
)
# Sent in thousandths, of which the last must be 0. Currencies that have no decimals and that Stripe takes with two
# (ISK and UGX among them) are in neither set.
THREE_DECIMAL = frozenset(("BHD", "JOD", "KWD", "OMR", "TND"))


class AmountRefused(ValueError):
	"""Stripe has no such amount."""


def get_stripe_exponent(currency: str) -> int:
	"""Decimals of the currency at Stripe."""
	if currency in ZERO_DECIMAL:
		return 0
	return 3 if currency in THREE_DECIMAL else 2


def to_stripe(minor: int, currency: str) -> int:
	"""Our smallest units as Stripe's. Raises AmountRefused, rather than round, for what Stripe cannot take."""
	amount = _shift(minor, get_stripe_exponent(currency) - get_exponent(currency))
	if currency in THREE_DECIMAL and amount % 10:
		raise AmountRefused(f"{minor} {currency}")
	return amount


def from_stripe(amount: int, currency: str) -> int:
	"""Stripe's smallest units as ours. Raises AmountRefused for a fraction of ours."""
	return _shift(amount, get_exponent(currency) - get_stripe_exponent(currency))


def _shift(number: int, places: int) -> int:
	if places >= 0:
		return number * 10**places
	whole, rest = divmod(number, 10**-places)
	if rest:
		raise AmountRefused(str(number))
	return whole
