"""How addresses are written, country by country."""

import re

import pytest

from customer_portal_ext.account.address_formats import ANY_COUNTRY, FORMATS, fits, get_city_line, get_format


@pytest.mark.parametrize("code", sorted(FORMATS))
def test_each_example_fits_its_own_country(code):
	known = FORMATS[code]
	assert re.fullmatch("[a-z]{2}", code)
	if known.postcode is not None and known.example:
		assert fits(known.example, known)
	if known.postcode is not None:
		assert "{pincode}" in known.city_line
	assert not known.is_region_required or known.region


@pytest.mark.parametrize(
	("code", "postcode", "is_one"),
	[
		("us", "94107", True),
		("us", "94107-1234", True),
		("us", "9410", False),
		("US", "94107", True),
		("de", "10115", True),
		("de", "1011", False),
		("de", "10115 ", False),
		("gb", "sw1a 1aa", True),
		("gb", "SW1A1AA", True),
		("gb", "12345", False),
		("ca", "K1A 0B1", True),
		("ca", "D1A 0B1 9", False),
		("nl", "1234ab", True),
		("in", "012345", False),
		("jp", "100-0001", True),
		("br", "01310-100", True),
		("pl", "00950", False),
		("hk", "anything", True),
		("aq", "BIQQ 1ZZ", True),
	],
)
def test_postcodes(code, postcode, is_one):
	assert fits(postcode, get_format(code)) is is_one


@pytest.mark.parametrize(
	("code", "city", "state", "postcode", "line"),
	[
		("us", "Springfield", "Illinois", "62701", "Springfield, Illinois 62701"),
		("us", "Springfield", "", "62701", "Springfield, 62701"),
		("us", "Springfield", "", "", "Springfield"),
		("de", "Berlin", "", "10115", "10115 Berlin"),
		("de", "Berlin", "Berlin", "10115", "10115 Berlin"),
		("de", "Kehl", "Baden", "77694", "77694 Kehl Baden"),
		("us", "New York", "New York", "10001", "New York, New York 10001"),
		("gb", "London", "", "SW1A 1AA", "London SW1A 1AA"),
		("it", "Roma", "RM", "00144", "00144 Roma RM"),
		("jp", "Chiyoda", "Tokyo", "100-0001", "100-0001 Tokyo Chiyoda"),
		("lv", "Riga", "", "LV-1010", "Riga, LV-1010"),
		("ae", "Dubai", "Dubai", "", "Dubai"),
		("ae", "Al Ain", "Abu Dhabi", "", "Al Ain Abu Dhabi"),
		("hk", "Central", "", "999077", "Central 999077"),
		(None, "Somewhere", "Region", "1", "1 Somewhere Region"),
		("mx", "", "Jalisco", "02860", "02860, Jalisco"),
	],
)
def test_the_city_line(code, city, state, postcode, line):
	assert get_city_line(get_format(code), city, state, postcode) == line


def test_an_unknown_country_takes_anything_and_asks_for_nothing():
	known = get_format("zz")
	assert known is ANY_COUNTRY and get_format(None) is ANY_COUNTRY
	assert not known.is_postcode_required and not known.is_region_required
	assert known.region and fits("A1", known)
