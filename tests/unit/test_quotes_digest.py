"""The signed content: the same bytes for the same content, and a known digest."""

from datetime import date
from decimal import Decimal

from customer_portal_ext.quotes.digest import get_digest, to_canonical_text


def test_the_order_of_keys_and_trailing_zeros_do_not_matter():
	first = to_canonical_text({"b": Decimal("10.500"), "a": [date(2026, 1, 2), None, True]})
	assert first == to_canonical_text({"a": [date(2026, 1, 2), None, True], "b": Decimal("10.5")})
	assert first == '{"a":["2026-01-02",null,true],"b":"10.5"}'


def test_large_and_round_amounts_are_written_out():
	assert to_canonical_text({"x": Decimal("1E+6"), "y": Decimal("100.00")}) == '{"x":"1000000","y":"100"}'


def test_text_stays_readable_and_the_digest_is_sha256_of_utf8():
	text = to_canonical_text({"name": "Müller ‹b›"})
	assert text == '{"name":"Müller ‹b›"}'
	assert get_digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
