"""The services to use, running: the bench's own when all of them answer, else the private set.

Runs of the command share the private set: the first starts it, the last stops it, which two lock files settle even
after a crash.
"""

import fcntl
from contextlib import contextmanager
from pathlib import Path

from development import debian, private_services, processes
from development.bench import Bench
from development.console import say
from development.services import find_bench_services


@contextmanager
def running_services(bench: Bench):
	"""The services to use, running; what this run of the command started is stopped at the end."""
	if own := find_bench_services(bench):
		say("· Using the bench's own MariaDB and Redis")
		yield own
		return
	debian.require_packages(debian.SERVICES)
	home = bench.state / "services"
	home.mkdir(parents=True, exist_ok=True)
	with (home / "use.lock").open("w") as use:
		with lock(home / "start.lock"):
			services = private_services.read_state(home)
			if not (services and services.answer()):
				services = private_services.start(home, services)
			fcntl.flock(use, fcntl.LOCK_SH)
		try:
			yield services
		finally:
			with processes.uninterrupted(), lock(home / "start.lock"):
				if is_last_user(use):
					private_services.stop(home, services)


@contextmanager
def lock(path: Path):
	with path.open("w") as file:
		fcntl.flock(file, fcntl.LOCK_EX)
		yield


def is_last_user(use) -> bool:
	fcntl.flock(use, fcntl.LOCK_UN)
	try:
		fcntl.flock(use, fcntl.LOCK_EX | fcntl.LOCK_NB)
	except BlockingIOError:
		return False
	return True
