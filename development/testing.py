"""``./portal test``: set up what the tests need, run them suite by suite, say what ran and what did not."""

import os
import subprocess
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

from development import debian, processes
from development.bench import CHECKOUT, Bench, find_bench, link_app, require_bench
from development.console import Stop, say
from development.environment import get_private_python, require_test_packages
from development.running import running_services
from development.snapshots import ensure_site

SUITES = ("unit", "integration", "security", "browser", "performance")
NEED_NO_BENCH = ("unit",)
SITE = "portal-test.localhost"
NO_TESTS_COLLECTED = 5


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
	return [(name, [f"tests/{name}", *arguments]) for name in suites]


def run_with_bench(bench: Bench, runs: list[tuple[str, list[str]]]) -> list[Tally]:
	tallies = []
	require_test_packages(bench)
	link_app(bench)
	plain = [run for run in runs if run[0] in NEED_NO_BENCH]
	for title, arguments in plain:
		tallies.append(run_pytest(bench.python, title, arguments, bench.state / "logs", {}))
	on_site = [run for run in runs if run not in plain]
	if not on_site:
		return tallies
	debian.require_packages(debian.DOCUMENTS, debian.BROWSER)
	with running_services(bench) as services:
		site = ensure_site(bench, services, SITE, fresh=True)
		for title, arguments in on_site:
			tallies.append(run_pytest(bench.python, title, arguments, bench.state / "logs", site.environment))
	return tallies


def run_without_bench(runs: list[tuple[str, list[str]]]) -> tuple[list[Tally], list[str]]:
	possible = [run for run in runs if run[0] in NEED_NO_BENCH]
	if not possible:
		require_bench()  # raises, saying what is missing
	python = get_private_python()
	tallies = [
		run_pytest(python, title, arguments, CHECKOUT / ".pytest_cache", {}) for title, arguments in possible
	]
	return tallies, [title for title, _ in runs if title not in NEED_NO_BENCH]


def run_pytest(
	python: Path, title: str, arguments: list[str], logs: Path, environment: dict[str, str]
) -> Tally:
	"""One run in a process of its own, its output straight to the terminal."""
	say(f"\n· Tests: {title}")
	logs.mkdir(parents=True, exist_ok=True)
	results = logs / f"tests-{title.replace(' ', '-')}.xml"
	results.unlink(missing_ok=True)
	process = subprocess.Popen(
		[str(python), "-m", "pytest", f"--junitxml={results}", *arguments],
		cwd=CHECKOUT,
		env={**os.environ, **environment},
		stdin=subprocess.DEVNULL,
		preexec_fn=processes.die_with_parent,
	)
	try:
		process.wait()
	except KeyboardInterrupt:
		process.terminate()  # Ctrl-C reached it too; a plain SIGTERM did not
		process.wait()
		raise
	return read_results(results, Tally(title, exit_code=process.returncode))


def read_results(results: Path, tally: Tally) -> Tally:
	if results.exists():
		for suite in ElementTree.parse(results).iter("testsuite"):
			count = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
			tally.failed += count["failures"] + count["errors"]
			tally.skipped += count["skipped"]
			tally.passed += count["tests"] - count["failures"] - count["errors"] - count["skipped"]
	return tally


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
