"""A document's state in words, and since when an invoice is late."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_portal_ext.documents import statuses

TODAY = date(2026, 11, 23)
AMOUNTS = st.decimals(min_value=0, max_value=10**6, places=2)


def days(count):
	return TODAY + timedelta(days=count)


def schedule(*rows):
	return [{"due_date": days(offset), "amount": Decimal(amount)} for offset, amount in rows]


def test_every_state_has_a_label_a_tone_and_a_place_in_the_order():
	assert set(statuses.TONES) == set(statuses.ORDER)
	assert len(set(statuses.ORDER)) == len(statuses.ORDER)
	for key in statuses.ORDER:
		assert statuses.describe(key, str)["text"]
	assert set(statuses.OPEN) < set(statuses.ORDER)


@pytest.mark.parametrize(
	("late_by", "text"), [(1, "Overdue by 1 day"), (12, "Overdue by 12 days"), (400, "Overdue by 400 days")]
)
def test_overdue_says_by_how_much(late_by, text):
	assert statuses.describe("overdue", str, days(-late_by), TODAY) == {"text": text, "tone": "bad"}


def test_a_payment_that_is_not_allocated_was_received_all_the_same():
	assert statuses.describe("unallocated", str)["text"] == "Received"


@pytest.mark.parametrize(
	("instalments", "settled", "due", "late_since"),
	[
		([], "0", -5, -5),
		([], "0", 0, None),
		([(-30, "50"), (10, "50")], "0", 10, -30),
		([(-30, "50"), (10, "50")], "50", 10, None),
		([(-30, "50"), (-10, "50")], "50", -10, -10),
		([(-30, "50"), (-10, "50")], "49.99", -10, -30),
		# the rows come in any order
		([(-10, "50"), (-30, "50")], "0", -10, -30),
	],
)
def test_an_invoice_is_late_since_its_earliest_uncovered_instalment(instalments, settled, due, late_since):
	found = statuses.get_overdue_from(schedule(*instalments), Decimal(settled), days(due), TODAY)
	assert found == (days(late_since) if late_since is not None else None)


@given(st.lists(st.tuples(st.integers(-400, 400), AMOUNTS), min_size=1, max_size=12), AMOUNTS)
def test_what_is_settled_covers_the_earliest_instalments_and_nothing_is_lost(rows, settled):
	spread = statuses.spread_over_instalments(schedule(*rows), settled)
	total = sum(row["amount"] for row in spread)
	assert sum(row["open"] for row in spread) == max(total - settled, 0)
	assert all(0 <= row["open"] <= row["amount"] for row in spread)
	assert [row["due_date"] for row in spread] == sorted(row["due_date"] for row in spread)
	partly = [row for row in spread if 0 < row["open"] < row["amount"]]
	assert len(partly) <= 1, "at most one instalment is paid in part"
