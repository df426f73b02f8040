"""The buckets of an account, for any set of open items."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_portal_ext.statement.buckets import (
	BUCKET_KEYS,
	Ageing,
	OpenItem,
	get_ageing,
	get_bucket_key,
	get_share,
)

# a busy machine is no failure
settings.register_profile("statement", deadline=None)
settings.load_profile("statement")

AS_OF = date(2026, 11, 23)
ZERO = Decimal(0)

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
days = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31))
open_items = st.builds(OpenItem, amounts, days, st.booleans())


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
		(item.amount for item in items if item.amount > 0 and item.due_date < as_of and not item.is_refund),
		ZERO,
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


def test_what_is_shown_adds_up_though_the_ledger_has_fractions():
	"""Two items of 1085.4 are shown as 1085 each, and so is their sum; the ledger's 2170.8 is not shown beside them."""
	ageing = Ageing(AS_OF)
	for _number in range(2):
		ageing.add(OpenItem(Decimal(1085), AS_OF), Decimal("1085.4"))
	ageing.settle(Decimal("2170.8"))
	assert (ageing.owed, ageing.credit, ageing.balance) == (2170, 0, 2170)
	ageing.settle(Decimal("2180.8"))
	assert (ageing.owed, ageing.balance) == (2180, 2180)


@pytest.mark.parametrize(
	("paid_back", "credit", "not_due"), [("30", "50", "0"), ("80", "0", "0"), ("100", "0", "20")]
)
def test_what_was_paid_back_takes_from_the_credit_and_is_never_late(paid_back, credit, not_due):
	items = [
		OpenItem(Decimal("-80"), AS_OF),
		OpenItem(Decimal("7"), AS_OF - timedelta(days=40)),
		OpenItem(Decimal(paid_back), AS_OF - timedelta(days=40), is_refund=True),
	]
	ageing = get_ageing(items, AS_OF)
	assert (ageing.credit, ageing.buckets["not_due"], ageing.overdue) == (
		Decimal(credit),
		Decimal(not_due),
		7,
	)
	assert ageing.balance == 7 - 80 + Decimal(paid_back)


@pytest.mark.parametrize(
	("amount", "whole", "share"), [("1", "3", "33.3"), ("0", "3", "0"), ("5", "0", "0"), ("3", "3", "100")]
)
def test_share(amount, whole, share):
	assert get_share(Decimal(amount), Decimal(whole)) == Decimal(share)
