"""Find the bench and see to it that this checkout is its app ``customer_portal_ext``."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from development.console import Stop, step

APP = "customer_portal_ext"
CHECKOUT = Path(__file__).resolve().parents[1]
REQUIRED_APPS = ("frappe", "erpnext", "payments")
INSTALLATION_GUIDE = "https://docs.frappe.io/framework/user/en/installation"


@dataclass(frozen=True)
class Bench:
	"""A bench on disk; nothing in it is imported."""

	path: Path

	@property
	def sites(self) -> Path:
		return self.path / "sites"

	@property
	def python(self) -> Path:
		return self.path / "env" / "bin" / "python"

	@property
	def state(self) -> Path:
		"""Where the command keeps its services, snapshots and logs: beside the bench's own folders."""
		return self.path / ".portal"

	@property
	def common_config(self) -> dict:
		file = self.sites / "common_site_config.json"
		return json.loads(file.read_text()) if file.exists() else {}


def is_bench(path: Path) -> bool:
	return (path / "sites" / "apps.txt").is_file() and (path / "env" / "bin" / "python").exists()


def find_bench(environ=os.environ, checkout: Path = CHECKOUT, home: Path | None = None) -> Bench | None:
	"""The bench named by FRAPPE_BENCH, else the one around this checkout, else ~/frappe-bench; None if there is none.

	The working directory counts as the checkout's place too: a checkout linked into a bench is reached by that link.
	"""
	if named := environ.get("FRAPPE_BENCH"):
		path = Path(named).expanduser().resolve()
		if not is_bench(path):
			raise Stop(
				f"FRAPPE_BENCH is {named}, which is no bench: it lacks sites/apps.txt or env/bin/python."
			)
		return Bench(path)
	linked = Path(environ.get("PWD") or checkout)
	around = [place.parents[1] for place in (checkout, linked) if place.parent.name == "apps"]
	for path in (*around, (home or Path.home()) / "frappe-bench"):
		if is_bench(path):
			return Bench(path.resolve())
	return None


def require_bench() -> Bench:
	bench = find_bench()
	if not bench:
		raise Stop(
			"No bench found: set FRAPPE_BENCH, or put one at ~/frappe-bench. "
			f"Frappe's installation guide: {INSTALLATION_GUIDE}"
		)
	missing = [app for app in REQUIRED_APPS if not (bench.path / "apps" / app).is_dir()]
	if missing:
		commands = " and ".join(f"`bench get-app {app} --branch version-15`" for app in missing)
		raise Stop(f"The bench at {bench.path} lacks {' and '.join(missing)}: run {commands} there.")
	return bench


def link_app(bench: Bench) -> None:
	"""Make this checkout the bench's app: link, import, apps.txt, assets. Quick when all is there already."""
	place = bench.path / "apps" / APP
	if not place.is_symlink() and place.exists() and place.resolve() != CHECKOUT:
		raise Stop(f"{place} is another copy of the app: remove it, or run ./portal from there.")
	if place.resolve() != CHECKOUT:
		replace_link(place, CHECKOUT)
	install_app_package(bench, place)
	list_app(bench.sites / "apps.txt")
	assets = bench.sites / "assets"
	assets.mkdir(exist_ok=True)
	public = place / APP / "public"
	if not (assets / APP).is_symlink() or (assets / APP).resolve() != public.resolve():
		replace_link(assets / APP, public)


def replace_link(link: Path, target: Path) -> None:
	"""Point a symlink at its new target in one step, so that nobody finds it missing."""
	new = link.with_name(f".{link.name}.{os.getpid()}")
	new.symlink_to(target)
	new.replace(link)


def list_app(apps_txt: Path) -> None:
	apps = apps_txt.read_text().split()
	if APP not in apps:
		apps_txt.write_text("\n".join([*apps, APP]) + "\n")


def install_app_package(bench: Bench, place: Path) -> None:
	"""Editable install into the bench's environment with the app's few dependencies (see pyproject.toml), unless Python there
	already imports them and this checkout."""
	probe = f"import {APP}, os, iso4217, nh3, segno, stdnum; print(os.path.realpath({APP}.__path__[0]))"
	done = subprocess.run(
		[bench.python, "-c", probe], cwd=bench.sites, env=clean_environment(), capture_output=True, text=True
	)
	if done.returncode == 0 and done.stdout.strip() == str(CHECKOUT / APP):
		return
	with step("Installing the app into the bench's environment"):
		run_pip(bench.python, ["install", "--editable", str(place)])


def clean_environment() -> dict[str, str]:
	"""The environment without a PYTHONPATH that would let the probe find the checkout by chance."""
	return {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}


def run_pip(python: Path, arguments: list[str]) -> None:
	"""pip in that environment; benches made by uv may have no pip, then uv does it."""
	has_pip = subprocess.run([python, "-c", "import pip"], capture_output=True).returncode == 0
	if has_pip:
		command = [
			str(python),
			"-m",
			"pip",
			arguments[0],
			"--quiet",
			"--disable-pip-version-check",
			*arguments[1:],
		]
	else:
		command = ["uv", "pip", arguments[0], "--quiet", "--python", str(python), *arguments[1:]]
	done = subprocess.run(command, stdout=sys.stderr, stdin=subprocess.DEVNULL)
	if done.returncode:
		raise Stop(f"Could not install into {python.parents[1]}: {' '.join(command)} failed, see above.")
