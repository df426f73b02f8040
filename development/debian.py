"""Debian packages the portal's commands need: installed where that is allowed, named otherwise."""

import os
import shutil
import subprocess
import sys

from development.console import Stop, step

# package: the command it brings, or None for a library or font that dpkg is asked about
SERVICES = {"mariadb-server": "mariadbd", "mariadb-client": "mariadb", "redis-server": "redis-server"}
DOCUMENTS = {
	"wkhtmltopdf": "wkhtmltopdf",
	"libpango-1.0-0": None,
	"libpangoft2-1.0-0": None,
	"fonts-noto-core": None,
	"fonts-noto-cjk": None,
}
BROWSER = {"chromium": "chromium"}
BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome")


def require_packages(*groups: dict[str, str | None]) -> None:
	missing = [
		package for group in groups for package, command in group.items() if is_missing(package, command)
	]
	if not missing:
		return
	if os.geteuid() != 0 or not shutil.which("apt-get"):
		raise Stop(
			f"Missing on this machine: {' '.join(missing)}. Install with: sudo apt-get install {' '.join(missing)}"
		)
	with step(f"Installing Debian packages {' '.join(missing)}"):
		apt_get("update")
		apt_get("install", "--yes", "--no-install-recommends", *missing)


def is_missing(package: str, command: str | None) -> bool:
	if package in BROWSER:
		return find_browser() is None
	if command:
		return find_command(command) is None
	if not shutil.which("dpkg-query"):
		return False  # not Debian: libraries and fonts have other names there
	done = subprocess.run(
		["dpkg-query", "--show", "--showformat=${db:Status-Status}", package], capture_output=True, text=True
	)
	return done.stdout != "installed"


def find_command(name: str) -> str | None:
	"""Servers live in /usr/sbin, which an ordinary user's PATH may lack."""
	return shutil.which(name) or shutil.which(name, path="/usr/local/sbin:/usr/sbin:/sbin")


def find_browser() -> str | None:
	return next(filter(None, map(shutil.which, BROWSER_NAMES)), None)


def apt_get(*arguments: str) -> None:
	# RUNLEVEL=1 keeps Debian from starting the system's own MariaDB and Redis beside ours.
	environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
	done = subprocess.run(
		["apt-get", "--quiet", *arguments], env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr
	)
	if done.returncode:
		raise Stop(f"apt-get {' '.join(arguments)} failed, see above.")
