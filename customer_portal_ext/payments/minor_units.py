"""Amounts as integers of a currency's smallest unit, as gateways count: by ISO 4217, whatever a site's settings say."""

from decimal import Decimal

from customer_portal_ext.base.currencies import get_minor_unit


class FractionOfMinorUnit(ValueError):
	"""An amount that the currency has no coin for, such as half a cent."""


def get_exponent(currency: str) -> int:
	"""Decimals of a currency's smallest unit (ISO 4217): 2 for SGD, 0 for JPY, 3 for KWD."""
	return get_minor_unit(currency)


def to_minor(amount: Decimal, currency: str) -> int:
	"""``Decimal("1.10")`` of EUR is 110. Raises FractionOfMinorUnit rather than round."""
	minor = amount.scaleb(get_exponent(currency))
	if minor != minor.to_integral_value():
		raise FractionOfMinorUnit(f"{amount} {currency}")
	return int(minor)


def from_minor(minor: int, currency: str) -> Decimal:
	"""110 of EUR is ``Decimal("1.10")``."""
	return Decimal(minor).scaleb(-get_exponent(currency))
