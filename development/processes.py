"""Child processes that never outlive the command, and signals that end it in an orderly way."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

from development.console import Stop

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent() -> None:
	"""Ask Linux to end this child when the command itself is killed and can tidy up no more."""
	if LIBC:
		LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@contextmanager
def orderly_signals():
	"""Turn SIGTERM and SIGHUP into what Ctrl-C raises, so that every ``finally`` runs."""

	def interrupt(number, frame):
		raise KeyboardInterrupt

	before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
	try:
		yield
	finally:
		for number, handler in before.items():
			signal.signal(number, handler)


@contextmanager
def uninterrupted():
	"""Let a second Ctrl-C wait until what was started has been stopped."""
	numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
	before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
	try:
		yield
	finally:
		for number, handler in before.items():
			signal.signal(number, handler)


def start(command: list, log: Path, *, shared: bool = False, **keywords) -> subprocess.Popen:
	"""Start a server in a process group of its own, writing to ``log``.

	``shared``: it serves other runs of the command as well, and is stopped by the last of them.
	"""
	log.parent.mkdir(parents=True, exist_ok=True)
	with log.open("ab") as output:
		return subprocess.Popen(
			[str(part) for part in command],
			stdin=subprocess.DEVNULL,
			stdout=output,
			stderr=subprocess.STDOUT,
			start_new_session=True,
			preexec_fn=None if shared else die_with_parent,
			**keywords,
		)


def stop(process: subprocess.Popen, patience: float = 10) -> None:
	"""End a started server and the workers in its group: asked first, forced after ``patience`` seconds."""
	if process.poll() is None:
		process.terminate()
		try:
			process.wait(patience)
		except subprocess.TimeoutExpired:
			pass
	try:
		os.killpg(process.pid, signal.SIGKILL)
	except ProcessLookupError:
		pass
	process.wait()


def wait_until(
	ready: Callable[[], bool], process: subprocess.Popen, log: Path, name: str, patience: float = 60
):
	"""Poll until the server answers; a Stop with the end of its log when it does not."""
	deadline = time.monotonic() + patience
	while not ready():
		if process.poll() is not None or time.monotonic() > deadline:
			stop(process)
			tail = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
			raise Stop(f"{name} did not start; the end of {log}:\n{tail}")
		time.sleep(0.05)


def answers(host: str, port: int) -> bool:
	try:
		with socket.create_connection((host, port), timeout=1):
			return True
	except OSError:
		return False


def listen(first: int) -> socket.socket:
	"""A listening socket on the first free port of the loopback address from ``first`` on.

	Holding the socket, not only the number, keeps anyone else from taking the port before a server starts on it.
	"""
	for port in range(first, min(first + 1000, 65536)):
		listener = socket.socket()
		listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		try:
			listener.bind(("127.0.0.1", port))
			listener.listen(64)
		except OSError:
			listener.close()
			continue
		return listener
	raise Stop(f"No free port between {first} and {first + 1000}.")


def find_port(first: int) -> int:
	"""The first port from ``first`` on that is free at this moment."""
	with listen(first) as listener:
		return listener.getsockname()[1]
