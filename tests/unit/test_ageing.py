"""The buckets of an account, for any set of open items."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_portal_ext.statement.buckets import (
	BUCKET_KEYS,
	Ageing,
	Instalment,
	OpenItem,
	get_ageing,
	get_bucket_key,
	get_share,
	split_instalments,
)

# a busy machine is no failure
settings.register_profile("statement", deadline=None)
settings.load_profile("statement")

AS_OF = date(2026, 11, 23)
ZERO = Decimal(0)

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
positive = st.decimals(min_value=0, max_value=10**9, places=3)
days = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31))
open_items = st.builds(OpenItem, amounts, days)
schedules = st.lists(st.builds(Instalment, days, positive, positive), min_size=2, max_size=8)


@pytest.mark.parametrize(
	("days_past_due", "key"),
	[
		(-1000, "not_due"),
		(-1, "not_due"),
		(0, "not_due"),
		(1, "1_30"),
		(30, "1_30"),
		(31, "31_60"),
		(60, "31_60"),
		(61, "61_90"),
		(90, "61_90"),
		(91, "over_90"),
		(10_000, "over_90"),
	],
)
def test_bucket_by_days_past_due(days_past_due, key):
	assert get_bucket_key(AS_OF - timedelta(days=days_past_due), AS_OF) == key


@given(st.lists(open_items), days)
def test_buckets_less_credit_equal_the_balance(items, as_of):
	ageing = get_ageing(items, as_of)
	assert sum(ageing.buckets.values()) - ageing.credit == sum((item.amount for item in items), ZERO)
	assert ageing.balance == sum((item.amount for item in items), ZERO)
	assert ageing.overdue == sum(
		(item.amount for item in items if item.amount > 0 and item.due_date < as_of), ZERO
	)
	assert min(ageing.buckets.values()) >= 0 and ageing.credit >= 0
	assert tuple(ageing.buckets) == BUCKET_KEYS


@given(st.lists(open_items), days, amounts)
def test_buckets_sum_to_the_ledger_even_when_the_payment_ledger_does_not(items, as_of, balance):
	ageing = get_ageing(items, as_of, balance)
	assert ageing.balance == balance
	assert min(ageing.buckets.values()) >= 0 and ageing.credit >= 0
	# what nobody can age is never called late
	assert ageing.overdue == get_ageing(items, as_of).overdue


@given(st.lists(open_items), days)
def test_order_of_the_items_does_not_matter(items, as_of):
	assert get_ageing(items, as_of) == get_ageing(reversed(items), as_of)


def test_next_due_is_the_earliest_day_and_all_that_falls_due_on_it():
	items = [
		OpenItem(Decimal("10.10"), AS_OF + timedelta(days=9)),
		OpenItem(Decimal("1.01"), AS_OF + timedelta(days=3)),
		OpenItem(Decimal("2.02"), AS_OF + timedelta(days=3)),
		OpenItem(Decimal("500"), AS_OF - timedelta(days=3)),
		OpenItem(Decimal("-5"), AS_OF),
	]
	ageing = get_ageing(items, AS_OF)
	assert (ageing.next_due_date, ageing.next_due_amount) == (AS_OF + timedelta(days=3), Decimal("3.03"))


def test_nothing_open_has_no_next_due_date():
	ageing = Ageing(AS_OF)
	assert (ageing.next_due_date, ageing.balance, ageing.overdue) == (None, ZERO, ZERO)


@given(schedules, st.decimals(min_value=Decimal("0.01"), max_value=10**10, places=3))
def test_instalments_sum_to_what_is_outstanding(schedule, outstanding):
	items = split_instalments(outstanding, schedule)
	assert sum(item.amount for item in items) == outstanding
	assert {item.due_date for item in items} <= {row.due_date for row in schedule}


@given(schedules, st.data())
def test_no_instalment_is_open_beyond_its_amount(schedule, data):
	total = sum(row.amount for row in schedule)
	if not total:
		return
	outstanding = data.draw(st.decimals(min_value=Decimal("0.001"), max_value=total, places=3))
	if sum(min(row.paid, row.amount) for row in schedule) > total - outstanding:
		return
	items = split_instalments(outstanding, schedule)
	assert all(item.amount > 0 for item in items)
	for day in {row.due_date for row in schedule}:
		open_then = sum((item.amount for item in items if item.due_date == day), ZERO)
		assert open_then <= sum(row.amount for row in schedule if row.due_date == day)


def make_schedule(*rows):
	return [
		Instalment(AS_OF + timedelta(days=30 * number), Decimal(amount), Decimal(paid))
		for number, (amount, paid) in enumerate(rows)
	]


@pytest.mark.parametrize(
	("outstanding", "schedule", "expected"),
	[
		# nothing paid
		("300", [("100", "0"), ("100", "0"), ("100", "0")], ["100", "100", "100"]),
		# paid without naming an instalment: earliest first
		("150", [("100", "0"), ("100", "0"), ("100", "0")], [None, "50", "100"]),
		# the second was paid by name
		("200", [("100", "0"), ("100", "100"), ("100", "0")], ["100", None, "100"]),
		# the second by name, and 30 more by a credit note
		("170", [("100", "0"), ("100", "100"), ("100", "0")], ["70", None, "100"]),
		# paid by name after the day asked about: with the earliest that nobody paid by name
		("250", [("100", "0"), ("100", "100"), ("100", "0")], ["150", None, "100"]),
		("250", [("100", "100"), ("100", "0"), ("100", "0")], [None, "150", "100"]),
		# more open than scheduled: with the last
		("330", [("100", "0"), ("100", "0"), ("100", "0")], ["100", "100", "130"]),
	],
)
def test_what_settles_which_instalment(outstanding, schedule, expected):
	items = {
		item.due_date: item.amount
		for item in split_instalments(Decimal(outstanding), make_schedule(*schedule))
	}
	found = [items.get(row.due_date) for row in make_schedule(*schedule)]
	assert found == [amount and Decimal(amount) for amount in expected]


@pytest.mark.parametrize(
	("amount", "whole", "share"), [("1", "3", "33.3"), ("0", "3", "0"), ("5", "0", "0"), ("3", "3", "100")]
)
def test_share(amount, whole, share):
	assert get_share(Decimal(amount), Decimal(whole)) == Decimal(share)
