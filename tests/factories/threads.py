"""Work in threads and in processes that die, each with a connection of its own to the real database."""

import contextvars
import os
import threading
from collections.abc import Callable

import frappe


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
	child = os.fork()
	if not child:
		original = getattr(module, function)

		def run_and_die(*arguments, **keywords):
			original(*arguments, **keywords)
			os._exit(9)

		setattr(module, function, run_and_die)
		try:
			connected(site, work)
		finally:
			os._exit(0)
	assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9, f"{function} was never reached"
	frappe.db.rollback()
