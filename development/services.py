"""What MariaDB and Redis are to the command: where they answer, and which the bench has of its own."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from development import processes
from development.bench import Bench
from development.console import Stop


@dataclass(frozen=True)
class Services:
	"""Where the services answer. ``socket`` is empty for a database reached over TCP."""

	host: str
	port: int
	socket: str
	root_password: str
	redis_cache: str
	redis_queue: str
	pids: tuple[int, ...] = ()

	@property
	def environment(self) -> dict[str, str]:
		"""What Frappe reads in place of site configuration (frappe/__init__.py, get_site_config)."""
		return {
			"FRAPPE_DB_HOST": self.host,
			"FRAPPE_DB_PORT": str(self.port),
			"FRAPPE_DB_SOCKET": self.socket,
			"FRAPPE_REDIS_CACHE": self.redis_cache,
			"FRAPPE_REDIS_QUEUE": self.redis_queue,
		}

	def client(self, program: str = "mariadb", *arguments: str) -> list[str]:
		"""The command line of a MariaDB client program, signed in as root; the password goes by environment."""
		place = [f"--socket={self.socket}"] if self.socket else [f"--host={self.host}", f"--port={self.port}"]
		return [program, "--no-defaults", "--user=root", *place, *arguments]

	@property
	def client_environment(self) -> dict[str, str]:
		return {**os.environ, "MYSQL_PWD": self.root_password}

	def sql(self, statements: str, check: bool = True) -> str:
		"""Run SQL as root; the rows as tab-separated text."""
		done = subprocess.run(
			self.client("mariadb", "--batch", "--skip-column-names"),
			input=statements,
			env=self.client_environment,
			capture_output=True,
			text=True,
		)
		if check and done.returncode:
			raise Stop(f"The database refused: {done.stderr.strip()}")
		return done.stdout if done.returncode == 0 else ""

	def answer(self) -> bool:
		redis = (urlsplit(url) for url in (self.redis_cache, self.redis_queue))
		if not all(processes.answers(url.hostname, url.port or 6379) for url in redis):
			return False
		return self.sql("select 1", check=False).strip() == "1"


def find_bench_services(bench: Bench) -> Services | None:
	"""What the bench's configuration names, if all of it answers and the database's root lets us in.

	All or nothing: a worker of the bench on a shared queue would look for our jobs' sites in its own database.
	The root password is taken from PORTAL_DB_ROOT_PASSWORD or the configuration's ``root_password``.
	"""
	config = bench.common_config
	password = os.environ.get("PORTAL_DB_ROOT_PASSWORD") or config.get("root_password")
	if os.environ.get("PORTAL_SERVICES") == "private" or not password:
		return None
	own = Services(
		host=config.get("db_host") or "127.0.0.1",
		port=int(config.get("db_port") or 3306),
		socket=config.get("db_socket") or "",
		root_password=password,
		redis_cache=config.get("redis_cache") or "redis://127.0.0.1:13311",
		redis_queue=config.get("redis_queue") or "redis://127.0.0.1:11311",
	)
	has_clients = shutil.which("mariadb") and shutil.which("redis-cli")
	return own if has_clients and own.answer() else None


def write_private(file: Path, text: str) -> None:
	with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as output:
		output.write(text)
