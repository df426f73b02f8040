"""Which state leads to which: money that came is never lost again."""

import pytest

from customer_portal_ext.payments import states

WITH_MONEY = (states.PAID, states.POSTED, states.NEEDS_ATTENTION)


@pytest.mark.parametrize("state", WITH_MONEY)
def test_nothing_leads_from_money_to_none(state):
	assert states.ALLOWED[state] <= set(WITH_MONEY)


@pytest.mark.parametrize("state", [*states.UNDER_WAY, *states.ENDED_WITHOUT_MONEY])
def test_money_is_believed_whenever_it_comes(state):
	assert {states.PAID, states.NEEDS_ATTENTION} <= states.ALLOWED[state]


def test_every_state_is_known():
	assert set(states.ALLOWED) == {*states.UNDER_WAY, *states.ENDED_WITHOUT_MONEY, *WITH_MONEY}
	assert set().union(*states.ALLOWED.values()) <= set(states.ALLOWED)
