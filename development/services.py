"""MariaDB and Redis for the command: the bench's own when all of them answer, else a private set.

The private set lives in ``<bench>/.portal/services`` on free ports of the loopback address. Runs of the command share
it: the first starts it, the last stops it, which two lock files settle even after a crash. Its database may lose its
last second when the machine dies, which is all right for demo and tests and makes them several times faster.
"""

import fcntl
import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from development import debian, processes
from development.bench import Bench
from development.console import Stop, say, step

FIRST_PORT = 23306
BUFFER_POOL = "1G"


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
			services = read_state(home)
			if not (services and services.answer()):
				services = start_private(home, services)
			fcntl.flock(use, fcntl.LOCK_SH)
		try:
			yield services
		finally:
			with lock(home / "start.lock"):
				if is_last_user(use):
					stop_private(services)
					(home / "state.json").unlink(missing_ok=True)


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
	return own if shutil.which("mariadb") and own.answer() else None


def read_state(home: Path) -> Services | None:
	file = home / "state.json"
	if not file.exists():
		return None
	state = json.loads(file.read_text())
	return Services(**{**state, "pids": tuple(state["pids"])})


def start_private(home: Path, before: Services | None) -> Services:
	if before:
		stop_private(before)  # half of it may have outlived a crash
	with step("Starting a private MariaDB and Redis"):
		try:
			return start_all(home)
		except Stop as failure:
			if not (home / "mysql").exists():
				raise
			say(f"  {failure}\n  The private database is made anew.")
			shutil.rmtree(home / "mysql")
			return start_all(home)


def start_all(home: Path) -> Services:
	started = []
	try:
		password = make_database_folder(home)
		port = processes.find_port(FIRST_PORT)
		# A socket's path may have 107 characters at the most, which a bench's folder can exceed.
		socket = Path(tempfile.gettempdir()) / f"portal-{os.getuid()}-{port}.sock"
		started.append(start_mariadb(home, port, socket))
		redis = []
		for name in ("cache", "queue"):
			redis.append(processes.find_port(max([port, *redis]) + 1))
			started.append(start_redis(home, name, redis[-1]))
		services = Services(
			host="127.0.0.1",
			port=port,
			socket=str(socket),
			root_password=password,
			redis_cache=f"redis://127.0.0.1:{redis[0]}",
			redis_queue=f"redis://127.0.0.1:{redis[1]}",
			pids=tuple(process.pid for process in started),
		)
		secure_root(services)
	except BaseException:
		for process in started:
			processes.stop(process)
		raise
	write_private(home / "state.json", json.dumps(asdict(services)))
	return services


def write_private(file: Path, text: str) -> None:
	with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as output:
		output.write(text)


def get_database_user(home: Path) -> str | None:
	"""Started by root, MariaDB drops to ``mysql`` where that user can reach the folder, else it stays root."""
	if os.geteuid() != 0:
		return None
	reachable = all(folder.stat().st_mode & 0o001 for folder in (home, *home.parents))
	return "mysql" if reachable and has_user("mysql") else "root"


def has_user(name: str) -> bool:
	try:
		pwd.getpwnam(name)
	except KeyError:
		return False
	return True


def make_database_folder(home: Path) -> str:
	"""An empty database with its root password beside it, unless there is one; returns the password."""
	folder, secret = home / "mysql", home / "mysql-root"
	if (folder / "mysql").is_dir() and secret.exists():
		return secret.read_text()
	shutil.rmtree(folder, ignore_errors=True)
	command = [
		"mariadb-install-db",
		"--no-defaults",
		f"--datadir={folder}",
		"--auth-root-authentication-method=normal",
		"--skip-test-db",
		"--skip-name-resolve",
	]
	if user := get_database_user(home):
		command.append(f"--user={user}")
	done = subprocess.run(command, capture_output=True, text=True)
	if done.returncode:
		raise Stop(f"mariadb-install-db failed:\n{done.stdout[-500:]}{done.stderr[-500:]}")
	write_private(secret, secrets.token_urlsafe(18))
	return secret.read_text()


def make_temporary_folder(home: Path) -> Path:
	folder = home / "mysql-tmp"
	folder.mkdir(exist_ok=True)
	if user := get_database_user(home):
		shutil.chown(folder, user)
	return folder


def start_mariadb(home: Path, port: int, socket: Path) -> subprocess.Popen:
	command = [
		debian.find_command("mariadbd"),
		"--no-defaults",
		f"--datadir={home / 'mysql'}",
		# Its own: a starting MariaDB removes every temporary table it finds in this folder.
		f"--tmpdir={make_temporary_folder(home)}",
		f"--socket={socket}",
		f"--port={port}",
		f"--pid-file={home / 'mysql' / 'mariadb.pid'}",
		"--bind-address=127.0.0.1",
		"--skip-name-resolve",
		"--skip-log-bin",
		"--character-set-server=utf8mb4",
		"--collation-server=utf8mb4_unicode_ci",
		"--max-allowed-packet=256M",
		f"--innodb-buffer-pool-size={BUFFER_POOL}",
		"--innodb-log-file-size=256M",
		"--innodb-flush-log-at-trx-commit=0",
		"--innodb-doublewrite=0",
		"--innodb-flush-method=nosync",
	]
	if user := get_database_user(home):
		command.append(f"--user={user}")
	log = home / "mariadb.log"
	process = processes.start(command, log, shared=True)
	ping = ["mariadb-admin", "--no-defaults", f"--socket={socket}", "--user=nobody", "ping"]

	def is_up():
		# mariadb-admin says 0 when the server answers, be it with "access denied"
		return socket.exists() and subprocess.run(ping, capture_output=True).returncode == 0

	processes.wait_until(is_up, process, log, "MariaDB")
	return process


def secure_root(services: Services) -> None:
	"""Give root its password on a new database and drop anonymous users, who shadow a site's own user."""
	if services.sql("select 1", check=False):
		return
	statements = (
		"delete from mysql.global_priv where User = '' or (User = 'root' and Host <> 'localhost'); flush privileges; "
		f"alter user 'root'@'localhost' identified by '{services.root_password}';"
	)
	done = subprocess.run(services.client(), input=statements, capture_output=True, text=True)
	if done.returncode:
		raise Stop(f"The private database does not let its own root in: {done.stderr.strip()}")


def start_redis(home: Path, name: str, port: int) -> subprocess.Popen:
	log = home / f"redis-{name}.log"
	command = [debian.find_command("redis-server"), "--port", port, "--bind", "127.0.0.1", "--dir", home]
	process = processes.start([*command, "--save", "", "--appendonly", "no"], log, shared=True)
	processes.wait_until(lambda: processes.answers("127.0.0.1", port), process, log, f"Redis ({name})")
	return process


def stop_private(services: Services) -> None:
	"""Ask each to stop and wait, whichever run of the command had started them."""
	running = [pid for pid in services.pids if is_ours(pid)]
	for pid in running:
		os.kill(pid, signal.SIGTERM)
	deadline = time.monotonic() + 30
	while any(map(is_ours, running)):
		if time.monotonic() > deadline:
			for pid in filter(is_ours, running):
				os.kill(pid, signal.SIGKILL)
		time.sleep(0.05)


def is_ours(pid: int) -> bool:
	"""Whether that process is still a MariaDB or Redis (numbers are used again, and zombies wait for their parent)."""
	try:
		os.waitpid(pid, os.WNOHANG)
	except ChildProcessError:
		pass
	try:
		command = Path(f"/proc/{pid}/cmdline").read_bytes()
	except OSError:
		return False
	return b"mariadbd" in command or b"redis-server" in command
