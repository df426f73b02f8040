"""Amounts in smallest units, and amounts spread over documents: exact for any currency, to 10^9 and beyond."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_portal_ext.payments.minor_units import FractionOfMinorUnit, from_minor, get_exponent, to_minor
from customer_portal_ext.payments.spread import pair, spread

CURRENCIES = {"EUR": 2, "SGD": 2, "USD": 2, "JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "BHD": 3, "TND": 3}
# which CLDR gives none
CURRENCIES |= {
	"RSD": 2,
	"AFN": 2,
	"ALL": 2,
	"IQD": 3,
	"LBP": 2,
	"YER": 2,
	"HUF": 2,
	"COP": 2,
	"IDR": 2,
	"MGA": 2,
}
LARGEST = 10**12  # a billion in a currency of three decimals

currencies = st.sampled_from(sorted(CURRENCIES))
minor_units = st.integers(min_value=0, max_value=LARGEST)
cents = st.integers(min_value=0, max_value=10**11).map(lambda number: Decimal(number).scaleb(-2))
# sums of this kind are where binary fractions go wrong
awkward = st.sampled_from(["0.1", "0.2", "0.3", "0.7", "1.1", "2.2", "33.33", "999999999.99"]).map(Decimal)
amounts = st.lists(cents | awkward, max_size=12)


@pytest.mark.parametrize(("currency", "exponent"), CURRENCIES.items())
def test_decimals_of_a_currency(currency, exponent):
	assert get_exponent(currency) == exponent
	assert to_minor(Decimal(10**9), currency) == 10 ** (9 + exponent)


@given(minor_units, currencies)
def test_there_and_back(minor, currency):
	amount = from_minor(minor, currency)
	assert to_minor(amount, currency) == minor
	assert -amount.as_tuple().exponent <= CURRENCIES[currency]


@given(minor_units, currencies, st.integers(min_value=1, max_value=9))
def test_a_fraction_of_the_smallest_unit_is_refused(minor, currency, digit):
	fraction = from_minor(minor, currency) + Decimal(digit).scaleb(-CURRENCIES[currency] - 1)
	with pytest.raises(FractionOfMinorUnit):
		to_minor(fraction, currency)


@given(st.lists(minor_units, max_size=20), currencies)
def test_the_sum_of_amounts_is_the_amount_of_the_sum(minors, currency):
	total = sum((from_minor(minor, currency) for minor in minors), Decimal())
	assert to_minor(total, currency) == sum(minors)


def test_a_tenth_and_two_tenths():
	assert to_minor(Decimal("0.1") + Decimal("0.2"), "EUR") == 30
	assert to_minor(sum([Decimal("0.1")] * 10), "EUR") == 100


@given(cents | awkward, amounts)
def test_a_spread_gives_no_more_than_there_is(amount, open_amounts):
	given_parts = spread(amount, open_amounts)
	assert len(given_parts) == len(open_amounts)
	assert sum(given_parts, Decimal()) == min(amount, sum(open_amounts, Decimal()))
	assert all(0 <= part <= most for part, most in zip(given_parts, open_amounts, strict=True))


@given(cents | awkward, amounts)
def test_a_spread_fills_the_oldest_first(amount, open_amounts):
	given_parts = spread(amount, open_amounts)
	partly = [place for place, part in enumerate(given_parts) if part < open_amounts[place]]
	if partly:
		assert all(part == 0 for part in given_parts[partly[0] + 1 :])


@given(amounts, amounts)
def test_credits_are_paired_exactly(credits, parts):
	pairs = pair(credits, parts)
	assert all(amount > 0 for _credit, _part, amount in pairs)
	assert sum((amount for *_places, amount in pairs), Decimal()) == min(sum(credits), sum(parts))
	for place, credit in enumerate(credits):
		assert sum((amount for c, _p, amount in pairs if c == place), Decimal()) <= credit
	for place, part in enumerate(parts):
		assert sum((amount for _c, p, amount in pairs if p == place), Decimal()) <= part
