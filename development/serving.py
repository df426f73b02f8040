"""Serve a site: the bench's gunicorn with several workers, and a background worker when jobs are to run."""

import os
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from development import processes
from development.bench import CHECKOUT, Bench
from development.console import Stop

FIRST_PORT = 8000
FIRST_TEST_PORT = 8600


class WebServer:
	"""gunicorn on a free port for one site, as a context manager. ``url`` uses the site's name.

	Browsers resolve ``*.localhost`` to the loopback address by themselves; other clients send the Host header to
	127.0.0.1. Several threaded workers, because wkhtmltopdf calls back to the site while a worker waits for it.
	"""

	def __init__(
		self,
		bench: Bench,
		site: str,
		*,
		port: int | None = None,
		workers: int = 2,
		threads: int = 4,
		environment: dict[str, str] | None = None,
	):
		self.bench = bench
		self.site = site
		self.listener = processes.listen(port or FIRST_TEST_PORT)
		self.port = self.listener.getsockname()[1]
		if port and port != self.port:
			raise Stop(f"Port {port} has just been taken by another program.")
		self.url = f"http://{site}:{self.port}"
		self.workers = workers
		self.threads = threads
		self.environment = get_environment(environment)
		self.log = bench.state / "logs" / f"web-{site}.log"

	def __enter__(self):
		command = [
			self.bench.python,
			"-m",
			"gunicorn",
			"development.wsgi:application",
			"--chdir",
			self.bench.sites,
		]
		options = {
			"--bind": f"fd://{self.listener.fileno()}",
			"--workers": self.workers,
			"--threads": self.threads,
			"--worker-class": "gthread",
			"--timeout": 180,
			"--graceful-timeout": 3,
			"--worker-tmp-dir": "/dev/shm",
		}
		flat = [part for option in options.items() for part in option]
		self.process = processes.start(
			[*command, *flat, "--preload"],
			self.log,
			cwd=self.bench.sites,
			env=self.environment,
			pass_fds=(self.listener.fileno(),),
		)
		processes.wait_until(self.answers, self.process, self.log, "The web server")
		return self

	def at(self, link: str) -> str:
		"""A link of the site, whatever host it names, as an address of this server."""
		parts = urlsplit(link)
		return self.url + parts.path + (f"?{parts.query}" if parts.query else "")

	def answers(self) -> bool:
		request = urllib.request.Request(
			f"http://127.0.0.1:{self.port}/api/method/ping", headers={"Host": f"{self.site}:{self.port}"}
		)
		try:
			with urllib.request.urlopen(request, timeout=30) as response:
				return response.status == 200
		except urllib.error.HTTPError:
			return True
		except OSError:
			return False

	def __exit__(self, *failure):
		processes.stop(self.process)
		self.listener.close()


class Worker:
	"""A background worker for all queues, as a context manager. It takes the jobs of every site on its Redis."""

	def __init__(self, bench: Bench, *, environment: dict[str, str] | None = None):
		self.bench = bench
		self.environment = get_environment(environment)
		self.log = bench.state / "logs" / "worker.log"

	def __enter__(self):
		command = [self.bench.python, "-m", "frappe.utils.bench_helper", "frappe", "worker", "--quiet"]
		self.process = processes.start(command, self.log, cwd=self.bench.sites, env=self.environment)
		return self

	def __exit__(self, *failure):
		processes.stop(self.process)


def get_environment(given: dict[str, str] | None) -> dict[str, str]:
	return {**(given or os.environ), "PYTHONPATH": str(CHECKOUT), "SITES_PATH": "."}
