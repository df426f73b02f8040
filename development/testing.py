"""``./portal test``: set up what the tests need, run them suite by suite, say what ran and what did not."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from development import debian, processes
from development.bench import CHECKOUT, Bench, find_bench, link_app, require_bench
from development.console import Stop, say
from development.environment import get_private_python, require_test_packages
from development.running import running_services
from development.snapshots import ensure_site

SUITES = ("unit", "look", "integration", "security", "browser", "performance")
NEED_NO_BENCH = ("unit",)
# These are tested while the sites are being made.
NEED_NO_SITE = (*NEED_NO_BENCH, "look")
# What measures time has the machine to itself; the others share it, each of pytest-xdist's workers on a site of its own.
ALONE = ("performance",)
PROCESSES = 2
NO_TESTS_COLLECTED = 5
NOTHING = MappingProxyType({})


@dataclass
class Tally:
	"""How one run of pytest ended."""

	title: str
	passed: int = 0
	failed: int = 0
	skipped: int = 0
	exit_code: int = 0

	def __str__(self):
		if self.exit_code == NO_TESTS_COLLECTED:
			return f"{self.title}: no tests selected"
		parts = [f"{self.passed} passed"]
		parts += [f"{self.failed} failed"] if self.failed else []
		parts += [f"{self.skipped} skipped"] if self.skipped else []
		if self.exit_code and not self.failed:
			parts.append(f"pytest ended with exit code {self.exit_code}")
		return f"{self.title}: {', '.join(parts)}"


def main(suite: str | None, arguments: list[str]) -> int:
	runs = plan_runs(suite, arguments)
	bench = find_bench()
	if not bench and os.environ.get("CI"):
		require_bench()  # raises: in CI nothing may be left out silently
	if bench:
		bench = require_bench()
		tallies, left_out = run_with_bench(bench, runs), []
	else:
		tallies, left_out = run_without_bench(runs)
	return report(tallies, left_out)


def get_site_name(process: int) -> str:
	"""The site that belongs to one of the processes that test side by side, counted from 0."""
	return f"portal-test{f'-{process}' if process else ''}.localhost"


def plan_runs(suite: str | None, arguments: list[str]) -> list[tuple[str, list[str]]]:
	"""Title and pytest arguments of each run. Paths among the arguments are run instead of whole suites."""
	if any(
		(CHECKOUT / argument.split("::")[0]).exists()
		for argument in arguments
		if not argument.startswith("-")
	):
		return [(suite or "selected tests", arguments)]
	suites = (
		[suite] if suite else [name for name in SUITES if any((CHECKOUT / "tests" / name).glob("test_*.py"))]
	)
	together = [name for name in suites if name not in NEED_NO_SITE + ALONE]
	runs = [(name, [f"tests/{name}", *arguments]) for name in suites if name in NEED_NO_SITE]
	if together:
		paths = [f"tests/{name}" for name in together]
		runs.append((", ".join(together), [*paths, *side_by_side(arguments), *arguments]))
	return runs + [(name, [f"tests/{name}", *arguments]) for name in suites if name in ALONE]


def side_by_side(arguments: list[str]) -> list[str]:
	"""pytest-xdist's options, unless the arguments have their own or want a terminal."""
	if any(re.match(r"-n|--numprocesses|--pdb|-s$|--capture=no", argument) for argument in arguments):
		return []
	return ["-n", str(PROCESSES), "--dist", "loadfile"]


def run_with_bench(bench: Bench, runs: list[tuple[str, list[str]]]) -> list[Tally]:
	require_test_packages(bench)
	link_app(bench)
	without_site = [run for run in runs if run[0] in NEED_NO_SITE]
	on_site = [run for run in runs if run not in without_site]
	logs = bench.state / "logs"
	if any(title not in NEED_NO_BENCH for title, _ in runs):
		debian.require_packages(debian.DOCUMENTS, debian.BROWSER)
	if not on_site:
		return [
			tally
			for title, arguments in without_site
			for tally in run_pytest(bench.python, title, arguments, logs)
		]
	wanted = PROCESSES if any("--dist" in arguments for _, arguments in on_site) else 1
	with running_services(bench) as services:
		with pytest_beside(bench.python, without_site, logs) as finish:
			sites = [
				ensure_site(bench, services, get_site_name(number), fresh=True) for number in range(wanted)
			]
			tallies = finish()
		environment = {**sites[0].environment, **keep_bytecode(bench)}
		for title, arguments in on_site:
			tallies += run_pytest(bench.python, title, arguments, logs, environment)
	return tallies


def keep_bytecode(bench: Bench) -> dict[str, str]:
	"""Where Python is told to write no bytecode, each of the many servers and commands of the tests would compile ERPNext anew.

	It is kept beside the bench's own folders then, which stay as they are.
	"""
	if not os.environ.get("PYTHONDONTWRITEBYTECODE"):
		return {}
	return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(bench.state / "bytecode")}


def run_without_bench(runs: list[tuple[str, list[str]]]) -> tuple[list[Tally], list[str]]:
	possible = [run for run in runs if run[0] in NEED_NO_BENCH]
	if not possible:
		require_bench()  # raises, saying what is missing
	python = get_private_python()
	tallies = [
		tally
		for title, arguments in possible
		for tally in run_pytest(python, title, arguments, CHECKOUT / ".pytest_cache")
	]
	return tallies, [title for title, _ in runs if title not in NEED_NO_BENCH]


def run_pytest(
	python: Path, title: str, arguments: list[str], logs: Path, environment: Mapping[str, str] = NOTHING
) -> list[Tally]:
	"""One run in a process of its own, its output straight to the terminal."""
	say(f"\n· Tests: {title}")
	with started_pytest(python, title, arguments, logs, environment) as process:
		process.wait()
	return read_results(get_results(logs, title), title, process.returncode)


@contextmanager
def pytest_beside(python: Path, runs: list[tuple[str, list[str]]], logs: Path):
	"""All these runs as one, beside other work: gives a function that waits for them, prints what they printed, and counts."""
	if not runs:
		yield list
		return
	title = ", ".join(name for name, _ in runs)
	paths, arguments = [arguments[0] for _, arguments in runs], runs[0][1][1:]
	say(f"\n· Tests: {title} (shown when the site is ready)")
	with (
		tempfile.TemporaryFile() as output,
		started_pytest(python, title, [*paths, *arguments], logs, NOTHING, stdout=output) as process,
	):

		def finish() -> list[Tally]:
			process.wait()
			output.seek(0)
			shutil.copyfileobj(output, sys.stdout.buffer)
			sys.stdout.flush()
			return read_results(get_results(logs, title), title, process.returncode)

		yield finish


@contextmanager
def started_pytest(python: Path, title: str, arguments: list[str], logs: Path, environment, **where):
	"""Pytest in a process that is gone afterwards: Ctrl-C reached it too, a plain SIGTERM did not."""
	results = get_results(logs, title)
	logs.mkdir(parents=True, exist_ok=True)
	results.unlink(missing_ok=True)
	process = subprocess.Popen(
		[str(python), "-m", "pytest", f"--junitxml={results}", *arguments],
		cwd=CHECKOUT,
		env={**os.environ, **environment},
		stdin=subprocess.DEVNULL,
		preexec_fn=processes.die_with_parent,
		**where,
	)
	try:
		yield process
	finally:
		if process.poll() is None:
			process.terminate()
			process.wait()


def get_results(logs: Path, title: str) -> Path:
	return logs / f"tests-{re.sub(r'[ ,]+', '-', title)}.xml"


def read_results(results: Path, title: str, exit_code: int) -> list[Tally]:
	"""One tally for each suite that pytest ran; the exit code stands with the first."""
	tallies = {name: Tally(name) for name in title.split(", ")}
	first = next(iter(tallies.values()))
	first.exit_code = exit_code
	cases = ElementTree.parse(results).iter("testcase") if results.exists() else ()
	for case in cases:
		module = re.match(r"tests\.(\w+)\.", case.get("classname", ""))
		tally = tallies.get(module[1] if module else "", first)
		if case.find("failure") is not None or case.find("error") is not None:
			tally.failed += 1
		elif case.find("skipped") is not None:
			tally.skipped += 1
		else:
			tally.passed += 1
	return list(tallies.values())


def report(tallies: list[Tally], left_out: list[str]) -> int:
	"""Print what ran, then the total as the last line. 0 when something passed and nothing failed."""
	print("\n" + "\n".join(map(str, tallies)))
	if left_out:
		print(f"Not run, because there is no bench: {', '.join(left_out)}.")
		try:
			require_bench()
		except Stop as reason:
			print(reason)
	passed, failed = sum(tally.passed for tally in tallies), sum(tally.failed for tally in tallies)
	broken = [tally for tally in tallies if tally.exit_code not in (0, NO_TESTS_COLLECTED)]
	print(f"{passed} passed, {failed} failed", flush=True)
	return 0 if passed and not failed and not broken else 1
