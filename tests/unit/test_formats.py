"""Money and dates as people of several languages write them."""

import re
from datetime import date, datetime
from decimal import Decimal

import pytest

from customer_portal_ext.web.formats import Formats, get_direction, get_locale

TODAY = date(2026, 11, 23)


def formats(language):
	return Formats(get_locale(language))


def plain(text):
	"""Without the invisible marks and the kinds of space that locales differ in."""
	text = text.translate({ord(mark): None for mark in "\u200e\u200f\u061c"})
	return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
	("language", "amount", "currency", "expected"),
	[
		("en", "1790", "USD", "$1,790.00"),
		("en", "-1790.005", "USD", "−$1,790.01"),
		("en", "1790", "JPY", "¥1,790"),
		("en", "0.5", "JPY", "¥1"),
		("en", "1.2345", "KWD", "KWD 1.235"),
		("en", "-0.004", "USD", "$0.00"),
		("en", "1234567890123.45", "USD", "$1,234,567,890,123.45"),
		("de", "-120", "EUR", "−120,00 €"),
		("fr", "1790", "EUR", "1 790,00 €"),
		("en", "12", "XQQ", "XQQ 12.00"),
		# none by CLDR, two by ISO 4217
		("en", "1234.56", "RSD", "RSD 1,234.56"),
		("de", "1234.56", "HUF", "1.234,56 HUF"),
		("en", "1234.5", "IQD", "IQD 1,234.500"),
		("en", "1234.56", "ISK", "ISK 1,235"),
		("hi", "1234567.5", "INR", "₹12,34,567.50"),
		("mr", "-1234567.5", "INR", "−₹12,34,567.50"),
		("en", "12", None, "12.00"),
	],
)
def test_money(language, amount, currency, expected):
	assert plain(formats(language).money(Decimal(amount), currency)) == expected


def test_nothing_to_show_is_an_empty_text():
	english = formats("en")
	assert (
		english.money(None, "USD")
		== english.amount(None)
		== english.quantity(None)
		== english.percent(None)
		== ""
	)
	assert (
		english.date_medium(None)
		== english.date_long(None)
		== english.date_time(None)
		== english.month(None)
		== ""
	)
	assert english.date_short(None, TODAY) == english.days_phrase(None, TODAY, str) == ""


def test_an_amount_has_its_currencys_decimals_and_no_symbol():
	assert formats("en").amount(Decimal("-1234.5"), "USD") == "−1,234.50"
	assert formats("en").amount(Decimal("1234.5"), "JPY") == "1,235"
	assert formats("de").amount(Decimal("1234.5"), "KWD") == "1.234,500"


@pytest.mark.parametrize(
	"language", ["en", "de", "fr", "ar", "hi", "en-IN", "mr", "ml", "or", "bn", "es", "zh"]
)
def test_sums_lists_and_quantities_are_grouped_alike(language):
	written = formats(language)
	number = "1234567.5"
	amount = written.amount(Decimal(number), "INR")
	assert (
		re.sub(r"\d$", "", amount) == written.quantity(Decimal(number)) == written.price(Decimal(number))[:-1]
	)
	assert amount in written.money(Decimal(number), "INR")
	assert ("12,34,567" in amount) == (language in ("hi", "en-IN", "mr", "ml", "or", "bn"))


@pytest.mark.parametrize(
	("language", "amount", "currency", "written"),
	[
		("ar", "2203.2", "USD", "R|L2,203.20L|R R|LUS$L|R"),
		("ar", "-8000", "USD", "R|L−8,000.00L|R R|LUS$L|R"),
		("ar", "1234", "SAR", "R|L1,234.00L|R R|ر.س.|R"),
		("he", "-5", "EUR", "R|L−5.00L|R R|L€L|R"),
		("fa", "12", "USD", "R|L$ 12.00L|R"),
	],
)
def test_what_is_written_left_to_right_stays_together(language, amount, currency, written):
	"""R and L stand for the marks; the pieces in between are never turned."""
	text = formats(language).money(Decimal(amount), currency)
	marked = text.replace("\u200f", "R").replace("\u200e", "L").replace("\u00a0", " ")
	assert re.sub(r"(?<=R)(?=[^R ])|(?<=[^R ])(?=R)", "|", marked) == written


def test_figures_are_latin_in_every_language():
	assert "1,790.00" in formats("ar").money(Decimal(1790), "USD")


def test_quantities_and_rates_drop_zeros():
	assert formats("en").quantity(Decimal("10.000")) == "10"
	assert formats("de").quantity(Decimal("-2.500")) == "−2,5"
	assert formats("en").percent(Decimal("8.250")) == "8.25%"
	assert formats("en").percent(Decimal("8.875")) == "8.875%"
	assert plain(formats("de").percent(Decimal(19))) == "19 %"


def test_prices_and_quantities_have_all_their_decimals():
	assert formats("en").price(Decimal("0.0045"), "USD") == "0.0045"
	assert formats("de").price(Decimal("12.5"), "EUR") == "12,50"
	assert formats("en").price(Decimal("-1234.123456789"), "JPY") == "−1,234.123456789"
	assert formats("en").price(Decimal("1790.000000000"), "JPY") == "1,790"
	assert formats("en").quantity(Decimal("0.0004")) == "0.0004"
	assert formats("en").quantity(0.00001) == "0.00001"
	assert formats("en").price(None) == ""


@pytest.mark.parametrize(
	("language", "medium", "long"),
	[
		("en", "Nov 23, 2026", "November 23, 2026"),
		("en-GB", "23 Nov 2026", "23 November 2026"),
		("de", "23.11.2026", "23. November 2026"),
		("zh-TW", "2026年11月23日", "2026年11月23日"),
	],
)
def test_dates(language, medium, long):
	assert formats(language).date_medium(TODAY) == medium
	assert formats(language).date_long(TODAY) == long


def test_the_year_is_said_only_where_it_is_another():
	assert formats("en").date_short(date(2026, 1, 5), TODAY) == "Jan 5"
	assert formats("en").date_short(date(2025, 12, 31), TODAY) == "Dec 31, 2025"


def test_a_moment_has_hours_and_minutes():
	assert plain(formats("en").date_time(datetime(2026, 11, 23, 14, 5))) == "Nov 23, 2026, 2:05 PM"
	assert formats("de").date_time(datetime(2026, 11, 23, 14, 5)) == "23.11.2026, 14:05"


@pytest.mark.parametrize(
	("day", "phrase"),
	[
		(date(2026, 11, 23), "today"),
		(date(2026, 11, 24), "in 1 day"),
		(date(2026, 12, 5), "in 12 days"),
		(date(2025, 11, 23), "365 days ago"),
	],
)
def test_days_are_never_rounded_to_weeks(day, phrase):
	assert formats("en").days_phrase(day, TODAY, str) == phrase


@pytest.mark.parametrize("language", ["xx", "", None, "not a language", "en_US.UTF-8", "../../etc"])
def test_an_unknown_language_is_formatted_as_english(language):
	assert formats(language).money(Decimal(1), "USD") == "$1.00"


def test_writing_direction():
	assert [get_direction(language) for language in ("ar", "he", "fa", "ar-EG")] == ["rtl"] * 4
	assert [get_direction(language) for language in ("en", "de", "zh", None)] == ["ltr"] * 4
