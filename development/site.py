"""One site of the bench: where it is, how to run Frappe's commands and our own tasks on it."""

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from development import processes
from development.bench import CHECKOUT, Bench, clean_environment
from development.console import Stop
from development.services import Services, write_private

PERCENT = re.compile(r"(Updating [^:]+).*?(\d+)%")


@dataclass(frozen=True)
class Site:
	"""One site of the bench, on the given services."""

	bench: Bench
	services: Services
	name: str

	@property
	def folder(self) -> Path:
		return self.bench.sites / self.name

	@property
	def config(self) -> dict:
		file = self.folder / "site_config.json"
		return json.loads(file.read_text()) if file.exists() else {}

	@property
	def database(self) -> str:
		"""A name of its own for each site and bench, as long as MariaDB lets a user's name be."""
		return "portal_" + hashlib.sha256(str(self.folder).encode()).hexdigest()[:16]

	@property
	def environment(self) -> dict[str, str]:
		return {
			**clean_environment(),
			**self.services.environment,
			"FRAPPE_SITE": self.name,
			"FRAPPE_BENCH": str(self.bench.path),
			"PYTHONPATH": str(CHECKOUT),
			"SITES_PATH": ".",
		}

	def exists(self) -> bool:
		"""Whether folder and database are both there: another run may have used other services."""
		if self.config.get("db_name") != self.database:
			return False
		return bool(
			self.services.sql(f"show tables from `{self.database}` like 'tabSingles'", check=False).strip()
		)

	def bench_command(self, *arguments: str, report: Callable[[str], None] = lambda line: None) -> None:
		"""What ``bench ARGUMENTS`` does, without needing the bench program."""
		self.run("-m", "frappe.utils.bench_helper", "frappe", *arguments, report=report)

	def inside(self, task: str, *arguments: str, report: Callable[[str], None] = lambda line: None) -> str:
		"""Run a task of development/inside.py on the connected site; its last line of output."""
		return self.run("-m", "development.inside", task, *arguments, report=report)

	def run(self, *arguments: str, report: Callable[[str], None]) -> str:
		"""Python of the bench in its sites folder. Lines go to ``report``; when it fails, the last of them are shown."""
		process = subprocess.Popen(
			[str(self.bench.python), "-u", *arguments],
			cwd=self.bench.sites,
			env=self.environment,
			stdin=subprocess.DEVNULL,
			stdout=subprocess.PIPE,
			stderr=subprocess.STDOUT,
			text=True,
			errors="replace",
			preexec_fn=processes.die_with_parent,
		)
		lines = []
		try:
			for line in process.stdout:  # universal newlines: progress bars end theirs with a carriage return
				if text := line.strip():
					lines.append(text)
					found = PERCENT.search(text)
					report(f"{found[1]} {found[2]} %" if found else text[:100])
			process.wait()
		except BaseException:
			process.terminate()
			process.wait()
			raise
		if process.returncode:
			raise Stop("\n".join([f"Failed: {' '.join(arguments)}", *lines[-25:]]))
		return lines[-1] if lines else ""

	def set_config(self, **values) -> None:
		write_private(self.folder / "site_config.json", json.dumps({**self.config, **values}, indent=1))

	def drop(self) -> None:
		"""Remove the site, unless somebody else made one of this name."""
		if self.config.get("db_name", self.database) != self.database:
			raise Stop(f"{self.folder} is not a site that ./portal made: rename or remove it first.")
		self.services.sql(f"drop database if exists `{self.database}`")
		shutil.rmtree(self.folder, ignore_errors=True)
		self.clear_cache()

	def clear_cache(self) -> None:
		"""Forget what Redis keeps of this database: Frappe prefixes each key with its name."""
		script = "for _, key in ipairs(redis.call('keys', ARGV[1])) do redis.call('del', key) end"
		subprocess.run(
			["redis-cli", "-u", self.services.redis_cache, "eval", script, "0", f"{self.database}|*"],
			capture_output=True,
		)
