"""Work in threads and in processes that die, each with a connection of its own to the real database."""

import contextvars
import os
import threading
import traceback
from collections.abc import Callable

import frappe

# What a process that was to be killed may say, below what a pipe holds.
LONGEST = 8_000


def connected(site: str, work: Callable):
	"""``work`` as a web worker or a job would do it: a Frappe context and a connection of its own. Its result, or what it
	raised."""

	def run():
		frappe.init(site=site, sites_path=".", force=True)
		frappe.connect()
		try:
			return work()
		except Exception as error:
			frappe.db.rollback()
			return error
		finally:
			frappe.destroy()

	return contextvars.Context().run(run)


def at_once(site: str, works: list[Callable]) -> list:
	"""Run them all in threads that start together; what each returned or raised, in order."""
	frappe.db.commit()
	gate, results = threading.Barrier(len(works)), [None] * len(works)

	def run(place, work):
		def work_when_all_are_there():
			gate.wait()
			return work()

		results[place] = connected(site, work_when_all_are_there)

	threads = [threading.Thread(target=run, args=(place, work)) for place, work in enumerate(works)]
	for thread in threads:
		thread.start()
	for thread in threads:
		thread.join()
	frappe.db.rollback()
	return results


def killed_after(site: str, module, function: str, work: Callable) -> None:
	"""Run ``work`` in a process that ends, as if killed, right after ``module.function`` has done its own."""
	frappe.db.commit()
	said, says = os.pipe()
	child = os.fork()
	if not child:
		original = getattr(module, function)

		def run_and_die(*arguments, **keywords):
			try:
				original(*arguments, **keywords)
			except Exception:
				os.write(says, traceback.format_exc()[-LONGEST:].encode())
				raise
			os._exit(9)

		setattr(module, function, run_and_die)
		try:
			os.write(says, f"{connected(site, work)!r}"[:LONGEST].encode())
		finally:
			os._exit(0)
	os.close(says)
	with open(said, errors="replace") as reader:
		answer = reader.read()
	ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
	assert ended == 9, f"{function} did not come to its end: the process ended with {ended} and said {answer}"
	frappe.db.rollback()
