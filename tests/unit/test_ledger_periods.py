"""The period of a statement, from whatever stands in an address."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_portal_ext.statement import periods

# a busy machine is no failure
settings.register_profile("statement", deadline=None)
settings.load_profile("statement")

TODAY = date(2026, 11, 23)


def same(text):
	return text


def read(today=TODAY, **query):
	if "from_" in query:
		query["from"] = query.pop("from_")
	return periods.read(query, today, same)


@pytest.mark.parametrize(
	("key", "today", "first", "last"),
	[
		("this_month", TODAY, date(2026, 11, 1), TODAY),
		("last_month", TODAY, date(2026, 10, 1), date(2026, 10, 31)),
		("last_month", date(2026, 1, 31), date(2025, 12, 1), date(2025, 12, 31)),
		("last_month", date(2024, 3, 31), date(2024, 2, 1), date(2024, 2, 29)),
		("this_quarter", TODAY, date(2026, 10, 1), TODAY),
		("this_quarter", date(2026, 3, 31), date(2026, 1, 1), date(2026, 3, 31)),
		("this_year", TODAY, date(2026, 1, 1), TODAY),
		("this_year", date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 1)),
	],
)
def test_named_periods(key, today, first, last):
	period = read(today, period=key)
	assert (period.from_date, period.to_date, dict(period.errors)) == (first, last, {})


def test_without_a_choice_it_is_this_year():
	assert read().query == {"period": "this_year"}
	assert (read().from_date, read().to_date) == (date(2026, 1, 1), TODAY)


def test_own_dates():
	period = read(from_="2025-02-01", to="2025-02-28")
	assert (period.from_date, period.to_date) == (date(2025, 2, 1), date(2025, 2, 28))
	assert period.query == {"period": "own", "from": "2025-02-01", "to": "2025-02-28"}


def test_one_day_is_a_period():
	assert not read(from_="2025-02-01", to="2025-02-01").errors


@pytest.mark.parametrize(
	("query", "fields"),
	[
		({"from_": "2026-11-02", "to": "2026-11-01"}, {"to"}),
		({"from_": "2026-02-30", "to": "2026-03-01"}, {"from"}),
		({"from_": "yesterday", "to": "tomorrow"}, {"from", "to"}),
		({"from_": "2026-01-01"}, {"to"}),
		({"to": "2026-01-01"}, {"from"}),
		({"period": "own"}, {"from", "to"}),
		({"from_": "0001-01-01", "to": "9999-12-31"}, {"from", "to"}),
		({"from_": "1899-12-31", "to": "2200-01-01"}, {"from", "to"}),
		({"from_": "２０２６-01-01", "to": "2026-01-02"}, {"from"}),
		({"from_": "2026-1-1", "to": "2026-01-02"}, {"from"}),
		({"period": "century"}, {"period"}),
		({"period": "' or 1=1 --"}, {"period"}),
	],
)
def test_what_cannot_be_used_is_named(query, fields):
	period = read(**query)
	assert set(period.errors) == fields
	# a date field shows what was typed again
	assert period.typed["from"] == query.get("from_", "")


@given(st.dictionaries(st.sampled_from(["period", "from", "to"]), st.text()))
def test_no_text_breaks_it(query):
	period = periods.read(query, TODAY, same)
	assert period.from_date <= period.to_date


@given(
	st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)), st.sampled_from(periods.PERIODS[:-1])
)
def test_named_periods_never_reach_into_the_future(today, key):
	first, last = periods.get_dates(key, today)
	assert first <= last <= today


@pytest.mark.parametrize(
	("text", "page"),
	[
		(None, 1),
		("", 1),
		("1", 1),
		("007", 7),
		("1000000000000", 10**12),
		("0", None),
		("-1", None),
		("x", None),
		("1.5", None),
		("٣", None),
	],
)
def test_page_numbers(text, page):
	assert periods.read_page(text) == page


def fiscal(first, last, name="2026-2027"):
	return periods.FiscalYear(name, first, last)


APRIL = fiscal(date(2026, 4, 1), date(2027, 3, 31))
SHORT = fiscal(date(2026, 10, 15), date(2026, 12, 31))
LONG = fiscal(date(2025, 9, 1), date(2026, 12, 31))
WEEKS = fiscal(date(2026, 9, 27), date(2027, 9, 25))
MONTHS_END = fiscal(date(2026, 8, 31), date(2027, 8, 30))


@pytest.mark.parametrize(
	("year", "today", "first_of_year", "first_of_quarter"),
	[
		(APRIL, TODAY, date(2026, 4, 1), date(2026, 10, 1)),
		(APRIL, date(2026, 4, 1), date(2026, 4, 1), date(2026, 4, 1)),
		(APRIL, date(2027, 3, 31), date(2026, 4, 1), date(2027, 1, 1)),
		(fiscal(date(2026, 7, 1), date(2027, 6, 30)), TODAY, date(2026, 7, 1), date(2026, 10, 1)),
		(fiscal(date(2026, 2, 1), date(2027, 1, 31)), TODAY, date(2026, 2, 1), date(2026, 11, 1)),
		(fiscal(date(2026, 2, 1), date(2027, 1, 31)), date(2027, 1, 31), date(2026, 2, 1), date(2026, 11, 1)),
		(SHORT, TODAY, date(2026, 10, 15), date(2026, 10, 15)),
		(LONG, TODAY, date(2025, 9, 1), date(2026, 9, 1)),
		(LONG, date(2026, 12, 31), date(2025, 9, 1), date(2026, 12, 1)),
		(WEEKS, date(2026, 12, 26), date(2026, 9, 27), date(2026, 9, 27)),
		(WEEKS, date(2026, 12, 27), date(2026, 9, 27), date(2026, 12, 27)),
		(MONTHS_END, date(2026, 11, 30), date(2026, 8, 31), date(2026, 11, 30)),
		(MONTHS_END, date(2027, 2, 27), date(2026, 8, 31), date(2026, 11, 30)),
		(MONTHS_END, date(2027, 2, 28), date(2026, 8, 31), date(2027, 2, 28)),
		(fiscal(date(2026, 1, 1), date(2026, 12, 31)), TODAY, date(2026, 1, 1), date(2026, 10, 1)),
	],
)
def test_year_and_quarter_are_the_fiscal_years(year, today, first_of_year, first_of_quarter):
	assert periods.get_dates("this_year", today, year) == (first_of_year, today)
	assert periods.get_dates("this_quarter", today, year) == (first_of_quarter, today)
	assert periods.get_dates("this_month", today, year) == periods.get_dates("this_month", today)
	assert periods.get_dates("last_month", today, year) == periods.get_dates("last_month", today)
	assert periods.read({}, today, same, year).from_date == first_of_year
	assert periods.read({"period": "x"}, today, same, year).from_date == first_of_year


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)), st.integers(0, 366))
def test_a_quarter_begins_within_its_year_and_lasts_three_months(first, days):
	today = first + timedelta(days=days)
	begins = periods.get_quarter(first, today)
	assert first <= begins <= today < periods.add_quarter(begins)


def test_what_a_calendar_year_is():
	assert fiscal(date(2026, 1, 1), date(2026, 12, 31)).is_calendar_year
	assert not APRIL.is_calendar_year and not LONG.is_calendar_year
	assert not fiscal(date(2026, 1, 1), date(2026, 6, 30)).is_calendar_year
