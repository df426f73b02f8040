"""A request's transactions: what belongs to the first that is committed, and what another transaction got in the way of."""

from collections.abc import Callable

import frappe

MOST_ATTEMPTS = 3
LOST = (
	frappe.QueryDeadlockError,
	frappe.DuplicateEntryError,
	frappe.UniqueValidationError,
	frappe.TimestampMismatchError,
)
# ER_CHECKREAD: MariaDB from 11.6.2 refuses to lock a row that was changed after the transaction began to read.
CHANGED_SINCE_READ = 1020
# ER_SP_DOES_NOT_EXIST: who goes back to a savepoint of a transaction that is gone raises this, while handling why it is gone
NO_SUCH_SAVEPOINT = 1305


class FirstCommit:
	"""Calls ``work`` in the first transaction of this connection that is committed from now on, however many are rolled back
	before it: what a page does may begin anew with a lock, and commit on its own.

	A rollback empties Frappe's callbacks, and so does a commit; each of them arms this again.
	"""

	def __init__(self, work: Callable[[], None]):
		self.is_done = False
		self._work = work
		self._is_off = False
		self._database = frappe.db
		self._arm()

	def call_off(self) -> None:
		"""Do nothing from now on."""
		self._is_off = True

	def _arm(self) -> None:
		if not (self.is_done or self._is_off):
			self._database.before_commit.add(self._run)
			self._database.before_rollback.add(self._rolled_back)

	def _rolled_back(self) -> None:
		# not at once: a callback that adds itself to those being run would run for ever
		self._database.after_rollback.add(self._arm)

	def _run(self) -> None:
		if self._is_off:
			return
		# a commit forgets who waits for a rollback before it comes here, and may still fail
		self._database.before_rollback.add(self._rolled_back)
		self._database.after_commit.add(self._committed)
		self._work()

	def _committed(self) -> None:
		self.is_done = True


def run_until_done(work: Callable, begin_again: Callable[[], None], may_begin_again: Callable[[], bool]):
	"""What ``work`` returns. Where another transaction got in its way it is rolled back and run again, at most three times
	in all, unless ``may_begin_again`` says that something has been committed meanwhile."""
	for attempt in range(1, MOST_ATTEMPTS + 1):
		try:
			return work()
		except Exception as error:
			if attempt == MOST_ATTEMPTS or not lost_to_another(error) or not may_begin_again():
				raise
			frappe.db.rollback()
			begin_again()
	raise AssertionError("unreachable")


def lost_to_another(error: BaseException | None) -> bool:
	"""Whether the transaction was given up for another's sake, or met what another had made or changed since it began to read.

	A lock that was not to be had (1205) is no such case: that took MariaDB's 50 seconds, and three times as long is longer
	than a web server waits.
	"""
	if isinstance(error, LOST):
		return True
	number = error.args[0] if isinstance(error, frappe.db.OperationalError) and error.args else None
	if number == NO_SUCH_SAVEPOINT:
		return lost_to_another(error.__context__)
	return number == CHANGED_SINCE_READ
