"""Amounts as Stripe counts them: exact for every currency, refused rather than rounded."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from customer_portal_ext.payments.minor_units import get_exponent, to_minor
from customer_portal_ext.payments.stripe_amounts import (
	AmountRefused,
	from_stripe,
	get_stripe_exponent,
	to_stripe,
)


@pytest.mark.parametrize(
	"amount, currency, stripe",
	[
		("0.50", "EUR", 50),
		("19.99", "SGD", 1999),
		("1000000000", "USD", 100000000000),
		("500", "JPY", 500),
		("1500", "ISK", 150000),  # no decimals in ISO 4217, two at Stripe
		("5000", "UGX", 500000),
		("1.230", "KWD", 1230),
		("10", "BIF", 10),
		("1234.56", "RSD", 123456),
		("1234.56", "ALL", 123456),
		("1234", "MGA", 1234),  # two decimals in ISO 4217, none at Stripe
	],
)
def test_known_amounts(amount, currency, stripe):
	minor = to_minor(Decimal(amount), currency)
	assert to_stripe(minor, currency) == stripe
	assert from_stripe(stripe, currency) == minor


def test_a_third_decimal_is_refused():
	with pytest.raises(AmountRefused):
		to_stripe(1234, "KWD")


def test_a_fraction_of_ours_is_refused():
	with pytest.raises(AmountRefused):
		from_stripe(150050, "ISK")
	with pytest.raises(AmountRefused):
		to_stripe(123456, "MGA")


@given(
	some.integers(0, 10**15),
	some.sampled_from(["EUR", "JPY", "SGD", "ISK", "UGX", "KRW", "CHF", "INR", "CLP"]),
)
def test_there_and_back(minor, currency):
	assert from_stripe(to_stripe(minor, currency), currency) == minor


@given(some.integers(0, 10**12))
def test_there_and_back_in_thousandths(tens):
	for currency in ("KWD", "BHD", "JOD", "OMR", "TND"):
		assert (get_exponent(currency), get_stripe_exponent(currency)) == (3, 3)
		assert from_stripe(to_stripe(tens * 10, currency), currency) == tens * 10
