"""A private MariaDB and Redis, in ``<bench>/.portal/services`` on free ports of the loopback address.

The database may lose its last second when the machine dies, which is all right for demo and tests and makes them
several times faster.
"""

import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from development import debian, processes
from development.console import Stop, say, step
from development.services import Services, write_private

FIRST_PORT = 23306
BUFFER_POOL = "1G"


def read_state(home: Path) -> Services | None:
	file = home / "state.json"
	if not file.exists():
		return None
	state = json.loads(file.read_text())
	return Services(**{**state, "pids": tuple(state["pids"])})


def start(home: Path, before: Services | None) -> Services:
	if before:
		stop(home, before)  # half of it may have outlived a crash
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


def stop(home: Path, services: Services) -> None:
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
	(home / "state.json").unlink(missing_ok=True)


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
