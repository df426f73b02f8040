"""Pythons to run things with: the bench's own with the tests' packages, or a private one for what needs no bench."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from development.bench import CHECKOUT, Bench, run_pip
from development.console import Stop, step

HERE = Path(__file__).parent
TEST_REQUIREMENTS = HERE / "requirements-test.txt"
PRIVATE_REQUIREMENTS = HERE / "requirements-private.txt"
PRIVATE = CHECKOUT / ".venv-portal"


def require_test_packages(bench: Bench) -> None:
	install_missing(bench.python, TEST_REQUIREMENTS, "the bench's environment")


def get_private_python() -> Path:
	"""Python of a virtual environment beside the checkout's files, for unit tests and the preview without a bench."""
	python = PRIVATE / "bin" / "python"
	if not python.exists():
		with step(f"Making a virtual environment in {PRIVATE.name}"):
			make_environment(PRIVATE)
	install_missing(python, PRIVATE_REQUIREMENTS, PRIVATE.name)
	return python


def make_environment(folder: Path) -> None:
	commands = [[sys.executable, "-m", "venv", str(folder)], ["uv", "venv", "--quiet", "--seed", str(folder)]]
	for command in commands:
		if shutil.which(command[0]) and subprocess.run(command, capture_output=True).returncode == 0:
			return
		shutil.rmtree(folder, ignore_errors=True)
	raise Stop("Could not make a virtual environment: install python3-venv (Debian) or uv.")


def install_missing(python: Path, requirements: Path, where: str) -> None:
	"""Install the listed packages unless every one is there in a fitting version. One short check when nothing is missing."""
	wanted = read_requirements(requirements.read_text())
	probe = (
		"import importlib.metadata as m, sys; print(*(f'{d.name}=={d.version}' for d in m.distributions()))"
	)
	done = subprocess.run([python, "-c", probe], capture_output=True, text=True, check=True)
	present = {
		normalise(item.split("==")[0]): item.split("==")[1] for item in done.stdout.split() if "==" in item
	}
	if all(
		present.get(name) == version or (name in present and not version) for name, version in wanted.items()
	):
		return
	with step(f"Installing the packages of {requirements.name} into {where}"):
		run_pip(python, ["install", "--requirement", str(requirements)])


def read_requirements(text: str) -> dict[str, str]:
	"""Name and exact version of each line; an empty version where the line gives a range or none."""
	wanted = {}
	for line in text.splitlines():
		if name := re.match(r"[A-Za-z0-9._-]+", line):
			exact = re.search(r"==([\w.]+)", line)
			wanted[normalise(name[0])] = exact[1] if exact else ""
	return wanted


def normalise(name: str) -> str:
	return re.sub(r"[-_.]+", "-", name).lower()


def run_preview(arguments: list[str]) -> int:
	"""``development.preview`` in the private environment; Ctrl-C ends it."""
	process = subprocess.Popen(
		[str(get_private_python()), "-m", "development.preview", *arguments],
		cwd=CHECKOUT,
		stdin=subprocess.DEVNULL,
	)
	try:
		return process.wait()
	except KeyboardInterrupt:
		process.terminate()
		process.wait()
		return 0
