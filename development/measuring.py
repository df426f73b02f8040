"""The measurements themselves, inside the bench's Python: requests to the real application, timed and counted.

Two pages that do the same job are asked in turn, so that whatever else the machine does meets both alike. Times are
medians of server time, from the request's start to the end of its after-response work, without a network. Statements
are counted at the database driver: everything that is sent counts, BEGIN, COMMIT and the visit's own trace included.
"""

import gzip
import re
import statistics
import time
import tracemalloc
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import frappe
import pymysql.connections

STYLE = re.compile(r"""<link\b(?=[^>]*\bstylesheet\b)[^>]*\bhref=["']?([^"'\s>]+)""", re.IGNORECASE)
SCRIPT = re.compile(r"""<script\b[^>]*\bsrc=["']?([^"'\s>]+)""", re.IGNORECASE)
GZIP_LEVEL = 6  # nginx's and most CDNs' usual trade


@contextmanager
def count_statements():
	"""Yield a list that grows by every statement sent to MariaDB meanwhile, from any connection of this process."""
	sent: list[str] = []
	query = pymysql.connections.Connection.query

	def counting(self, sql, unbuffered=False):
		sent.append(sql if isinstance(sql, str) else sql.decode(errors="replace"))
		return query(self, sql, unbuffered)

	pymysql.connections.Connection.query = counting
	try:
		yield sent
	finally:
		pymysql.connections.Connection.query = query


def get_page(client, path: str):
	response = client.get(path)
	assert response.status_code == 200, f"{path} answered {response.status_code}: {response.text[:300]}"
	return response


def count(job: Callable[[], object], *, is_warm: bool = False) -> int:
	"""Statements of one warm run."""
	if not is_warm:
		job()
	with count_statements() as sent:
		job()
	return len(sent)


def time_in_turn(jobs: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
	"""Median milliseconds of each job, run once before; every round runs all of them once."""
	for job in jobs.values():
		job()
	taken = {name: [] for name in jobs}
	for _ in range(rounds):
		for name, job in jobs.items():
			started = time.perf_counter()
			job()
			taken[name].append((time.perf_counter() - started) * 1000)
	return {name: statistics.median(times) for name, times in taken.items()}


def get_peak_memory(job: Callable[[], object]) -> float:
	"""Megabytes that one run of the job, which ran before, had allocated at its height."""
	tracemalloc.start()
	try:
		job()
		return tracemalloc.get_traced_memory()[1] / 1e6
	finally:
		tracemalloc.stop()


def get_first_visit(client, path: str) -> dict[str, int]:
	"""Compressed bytes of a page and of all style sheets and scripts it names."""
	page = get_page(client, path).text
	assets = dict.fromkeys([*STYLE.findall(page), *SCRIPT.findall(page)])
	return {
		"html": compress(page.encode()),
		"assets": sum(compress(read_asset(client, address)) for address in assets),
		"files": len(assets),
	}


def compress(content: bytes) -> int:
	return len(gzip.compress(content, GZIP_LEVEL))


def read_asset(client, address: str) -> bytes:
	"""A static file from the sites folder, as nginx would serve it; anything else from the application."""
	path = address.split("?")[0]
	if path.startswith("/assets/"):
		return Path(frappe.utils.get_bench_path(), "sites", path.lstrip("/")).read_bytes()
	return get_page(client, address).data
