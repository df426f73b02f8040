"""A document's state in words."""

from datetime import date, timedelta

import pytest

from customer_portal_ext.documents import statuses

TODAY = date(2026, 11, 23)


def days(count):
	return TODAY + timedelta(days=count)


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
