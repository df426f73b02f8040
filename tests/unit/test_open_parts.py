"""Which part of an invoice is open: exact, complete, and in the order of ERPNext's Accounts Receivable."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_portal_ext.base.open_parts import Scheduled, as_shown, get_amounts, get_open, show_parts

# a busy machine is no failure
settings.register_profile("open parts", deadline=None)
settings.load_profile("open parts")

FIRST = date(2026, 11, 23)
ZERO = Decimal(0)

positive = st.decimals(min_value=0, max_value=10**9, places=3)
days = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31))
schedules = st.lists(st.builds(Scheduled, days, positive, positive), min_size=1, max_size=8).map(
	lambda rows: sorted(rows, key=lambda row: row.due_date)
)
outstandings = st.decimals(min_value=Decimal("0.001"), max_value=10**10, places=3)


@given(schedules, outstandings, positive, st.none() | positive)
def test_parts_sum_to_what_is_outstanding(schedule, outstanding, credited, asked_for):
	opened = get_open(outstanding, schedule, credited, asked_for)
	assert len(opened) == len(schedule)
	assert sum(opened) == outstanding
	assert all(part >= 0 for part in opened)


@given(schedules, positive, st.data())
def test_no_part_is_open_beyond_its_amount(schedule, credited, data):
	total = sum(row.amount for row in schedule)
	left = [row.amount - min(row.named, row.amount) for row in schedule]
	outstanding = data.draw(st.decimals(min_value=0, max_value=sum(left), places=3))
	opened = get_open(outstanding, schedule, credited, total)
	assert all(0 <= part <= most for part, most in zip(opened, left, strict=True))


def make_schedule(*rows):
	return [
		Scheduled(FIRST + timedelta(days=30 * number), Decimal(amount), Decimal(paid))
		for number, (amount, paid) in enumerate(rows)
	]


@pytest.mark.parametrize(
	("outstanding", "credited", "schedule", "expected"),
	[
		# nothing paid
		("300", "0", [("100", "0"), ("100", "0"), ("100", "0")], ["100", "100", "100"]),
		# paid without naming an instalment: earliest first
		("150", "0", [("100", "0"), ("100", "0"), ("100", "0")], ["0", "50", "100"]),
		# the second was paid by name
		("200", "0", [("100", "0"), ("100", "100"), ("100", "0")], ["100", "0", "100"]),
		# the second by name, and 30 more by a credit note
		("170", "30", [("100", "0"), ("100", "100"), ("100", "0")], ["70", "0", "100"]),
		# the third begun by name: a credit note goes there first, a payment does not
		("170", "90", [("100", "0"), ("100", "0"), ("100", "40")], ["70", "100", "0"]),
		("170", "0", [("100", "0"), ("100", "0"), ("100", "40")], ["10", "100", "60"]),
		# what the others have no room for
		("20", "0", [("100", "0"), ("100", "40")], ["0", "20"]),
		# of several begun, that with the most
		("250", "30", [("100", "10"), ("100", "30"), ("100", "0")], ["90", "60", "100"]),
		("180", "80", [("100", "10"), ("100", "30"), ("100", "0")], ["80", "0", "100"]),
		# paid by name after the day asked about: with the earliest that nobody paid by name
		("250", "0", [("100", "0"), ("100", "100"), ("100", "0")], ["150", "0", "100"]),
		("250", "0", [("100", "100"), ("100", "0"), ("100", "0")], ["0", "150", "100"]),
		# more open than scheduled: with the last
		("330", "0", [("100", "0"), ("100", "0"), ("100", "0")], ["100", "100", "130"]),
	],
)
def test_what_settles_which_part(outstanding, credited, schedule, expected):
	opened = get_open(Decimal(outstanding), make_schedule(*schedule), Decimal(credited))
	assert opened == [Decimal(amount) for amount in expected]


@pytest.mark.parametrize(
	("outstanding", "asked_for", "expected"),
	[
		("112.95", "112.95", ["38.40", "37.27", "37.28"]),
		("74.55", "112.95", ["0", "37.27", "37.28"]),
		("37.28", "112.95", ["0", "0", "37.28"]),
		("0.01", "112.95", ["0", "0", "0.01"]),
		("112.90", "112.90", ["38.40", "37.27", "37.23"]),
	],
)
def test_the_last_part_has_what_the_schedule_is_off(outstanding, asked_for, expected):
	schedule = make_schedule(("38.40", "0"), ("37.27", "0"), ("37.27", "0"))
	opened = get_open(Decimal(outstanding), schedule, ZERO, Decimal(asked_for))
	assert opened == [Decimal(amount) for amount in expected]
	assert sum(get_amounts(schedule, Decimal(asked_for))) == Decimal(asked_for)


@pytest.mark.parametrize(
	("amount", "exponent", "shown"),
	[
		("0.004", 2, "0"),
		("0.005", 2, "0"),
		("0.0051", 2, "0.01"),
		("-0.005", 2, "0"),
		("-0.006", 2, "-0.01"),
		("0.5", 0, "0"),
		("1085.6", 0, "1086"),
		("0.0005", 3, "0"),
	],
)
def test_half_of_the_smallest_unit_is_nothing(amount, exponent, shown):
	assert as_shown(Decimal(amount), exponent) == Decimal(shown)


@given(st.lists(st.decimals(min_value=0, max_value=10**9, places=4), max_size=8), st.sampled_from((0, 2, 3)))
def test_parts_add_up_as_they_are_shown(parts, exponent):
	shown = show_parts(parts, exponent)
	assert sum(shown, ZERO) == as_shown(sum(parts, ZERO), exponent)
	assert all(part >= 0 and part == as_shown(part, exponent) for part in shown)
	assert all(abs(seen - part) <= 1 for seen, part in zip(shown, parts, strict=True))
