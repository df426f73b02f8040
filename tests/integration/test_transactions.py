"""What belongs to the first commit of a request, and which errors mean that another transaction was there first."""

import frappe
import pymysql
import pytest

from customer_portal_ext.base.transactions import (
	MOST_ATTEMPTS,
	FirstCommit,
	lost_to_another,
	run_until_done,
)


class Refused(Exception):
	pass


@pytest.fixture
def calls(db):
	return []


def test_it_is_done_with_the_first_commit_however_much_is_rolled_back_before(calls):
	first = FirstCommit(lambda: calls.append(first.is_done))
	for _time in range(3):
		frappe.db.rollback()
	frappe.db.savepoint("portal_test")
	frappe.db.rollback(save_point="portal_test")
	assert calls == [] and not first.is_done
	frappe.db.commit()
	assert calls == [False] and first.is_done
	frappe.db.rollback()
	frappe.db.commit()
	assert len(calls) == 1


def test_a_commit_that_fails_does_not_count(calls):
	def refuse():
		if len(calls) == 1:
			raise Refused

	first = FirstCommit(lambda: calls.append(1))
	frappe.db.before_commit.add(refuse)
	with pytest.raises(Refused):
		frappe.db.commit()
	assert not first.is_done
	frappe.db.rollback()
	frappe.db.commit()
	assert len(calls) == 2 and first.is_done


def test_what_is_called_off_is_not_done(calls):
	first = FirstCommit(lambda: calls.append(1))
	first.call_off()
	frappe.db.commit()
	assert calls == [] and not first.is_done


def run(calls, error, may_begin_again=True):
	def work():
		calls.append(1)
		raise error

	with pytest.raises(type(error)):
		run_until_done(work, lambda: None, lambda: may_begin_again)
	return len(calls)


def test_who_lost_is_run_three_times_at_most(calls):
	assert run(calls, frappe.QueryDeadlockError()) == MOST_ATTEMPTS == 3


def test_nothing_is_run_again_once_something_is_committed(calls):
	assert run(calls, frappe.QueryDeadlockError(), may_begin_again=False) == 1


@pytest.mark.parametrize("error", [Refused(), frappe.QueryTimeoutError(), frappe.ValidationError()])
def test_other_errors_are_raised_at_once(calls, error):
	assert run(calls, error) == 1


def lose_within_a_savepoint():
	try:
		raise frappe.QueryDeadlockError
	except frappe.QueryDeadlockError:
		frappe.db.rollback(save_point="portal_there_is_none")


def test_a_savepoint_that_is_gone_is_judged_by_why_it_is_gone(db):
	with pytest.raises(pymysql.OperationalError) as gone:
		lose_within_a_savepoint()
	assert lost_to_another(gone.value)
	with pytest.raises(pymysql.OperationalError) as never_there:
		frappe.db.rollback(save_point="portal_there_is_none")
	assert not lost_to_another(never_there.value)


def test_what_mariadb_says_of_rows_that_changed(db):
	assert lost_to_another(pymysql.OperationalError(1020, "Record has changed since last read in table 'x'"))
	assert not lost_to_another(pymysql.OperationalError(1205, "Lock wait timeout exceeded"))
