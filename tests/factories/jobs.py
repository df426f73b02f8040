"""Jobs that wait in the queue, taken out of it, and run as a worker would run them."""

import contextvars

import frappe
from frappe.utils.background_jobs import execute_job, get_queues

LINK_JOB = "customer_portal_ext.access.asked_links.send"


def take_waiting(method: str, **arguments) -> list[dict]:
	"""The jobs that call this function with these arguments, which no worker gets any more."""
	taken = []
	for queue in get_queues():
		for job in queue.jobs:
			if job.kwargs["method"] == method and arguments.items() <= job.kwargs["kwargs"].items():
				queue.remove(job)
				taken.append(job.kwargs)
	return taken


def run_waiting(method: str, **arguments) -> int:
	"""Run them, each in a context of its own; how many there were."""
	frappe.db.commit()
	jobs = take_waiting(method, **arguments)
	for job in jobs:
		contextvars.Context().run(execute_job, **job)
	frappe.db.rollback()
	return len(jobs)
