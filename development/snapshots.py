"""Sites made once, kept as a snapshot, restored from it in seconds.

Two snapshots in ``<bench>/.portal/snapshots``: ``base`` is a site with ERPNext and payments through the setup wizard,
``portal`` is that site with the app and the demo's data. Each is named after a hash of what it was made from, so a
changed DocType or demo document makes a new one, and nothing else does.
"""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from development.bench import APP, CHECKOUT, REQUIRED_APPS, Bench
from development.console import Stop, step
from development.services import Services, write_private
from development.site import Site

ADMIN_PASSWORD = "admin"
WORKSHOP = "portal-build.localhost"
# What decides how a freshly installed site with demo data looks; page code and templates do not.
SOURCES = ("hooks.py", "install.py", "custom_fields.py", "modules.txt", "patches.txt")


def ensure_site(bench: Bench, services: Services, name: str, *, fresh: bool) -> Site:
	"""The site with the app and the demo's data; ``fresh`` restores it even when it is there."""
	site = Site(bench, services, name)
	if not fresh and site.exists():
		return site
	snapshot = ensure_portal_snapshot(bench, services)
	with step(f"Restoring {name} from the snapshot"):
		restore(site, snapshot)
	return site


def ensure_portal_snapshot(bench: Bench, services: Services) -> Path:
	base = bench.state / "snapshots" / f"base-{get_base_key(bench)}"
	portal = bench.state / "snapshots" / f"portal-{get_portal_key(bench)}"
	if (portal / "complete").exists():
		return portal
	workshop = Site(bench, services, WORKSHOP)
	if (base / "complete").exists():
		with step("Restoring ERPNext's site from the snapshot"):
			restore(workshop, base)
	else:
		make_base(workshop)
		save(workshop, base)
	with step(f"Installing {APP} on the site") as report:
		workshop.bench_command("--site", WORKSHOP, "install-app", APP, report=report)
	with step("Making the demo's customers and documents") as report:
		workshop.inside("seed", report=report)
	save(workshop, portal)
	workshop.drop()
	return portal


def make_base(site: Site) -> None:
	site.drop()
	with step("Making a site with ERPNext and payments, once (some minutes)") as report:
		site.bench_command(
			"new-site",
			site.name,
			"--force",
			f"--db-name={site.database}",
			"--db-root-username=root",
			f"--db-root-password={site.services.root_password}",
			f"--admin-password={ADMIN_PASSWORD}",
			"--install-app=erpnext",
			"--install-app=payments",
			report=report,
		)
	with step("Running ERPNext's setup wizard") as report:
		site.inside("setup", report=report)


def get_base_key(bench: Bench) -> str:
	return digest(
		[*get_versions(bench), (CHECKOUT / "development" / "demo_data" / "site_setup.py").read_bytes()]
	)


def get_portal_key(bench: Bench) -> str:
	"""The demo's documents lie some days before or after the day they are made, so each day has its own snapshot."""
	seeds = read_files((CHECKOUT / "development" / "demo_data").rglob("*.py"))
	today = date.today().isoformat()
	return digest([get_base_key(bench).encode(), get_schema_key().encode(), today.encode(), *seeds])


def get_schema_key() -> str:
	"""Changes with whatever `bench migrate` would have to bring to a site."""
	app = CHECKOUT / APP
	return digest(read_files([*app.rglob("*.json"), *(app / name for name in SOURCES)]))


def read_files(files: Iterable[Path]) -> list[bytes]:
	"""Name and content of each file that is there, in a fixed order."""
	present = sorted(file for file in files if file.exists())
	return [
		part for file in present for part in (str(file.relative_to(CHECKOUT)).encode(), file.read_bytes())
	]


def is_current(site: Site) -> bool:
	return site.config.get("portal_schema") == get_schema_key()


def mark_current(site: Site) -> None:
	site.set_config(portal_schema=get_schema_key())


def get_versions(bench: Bench) -> list[bytes]:
	files = (bench.path / "apps" / app / app / "__init__.py" for app in REQUIRED_APPS)
	return [file.read_bytes() for file in files]


def digest(parts: list[bytes]) -> str:
	collected = hashlib.sha256()
	for part in parts:
		collected.update(len(part).to_bytes(8, "big") + part)
	return collected.hexdigest()[:16]


def save(site: Site, snapshot: Path) -> None:
	"""Keep database, files and encryption key; older snapshots of the same kind go."""
	kind = snapshot.name.split("-")[0]
	for old in snapshot.parent.glob(f"{kind}-*"):
		shutil.rmtree(old)
	snapshot.mkdir(parents=True)
	with step(f"Keeping a snapshot ({kind})"):
		dump = site.services.client(
			"mariadb-dump", "--single-transaction", "--quick", "--skip-comments", site.database
		)
		with (snapshot / "database.sql").open("wb") as output:
			subprocess.run(dump, stdout=output, env=site.services.client_environment, check=True)
		for folder in ("public", "private"):
			shutil.copytree(site.folder / folder, snapshot / folder, ignore=shutil.ignore_patterns("backups"))
		write_private(snapshot / "site_config.json", json.dumps(site.config))
		(snapshot / "complete").touch()


def restore(site: Site, snapshot: Path) -> None:
	"""Make the site anew from the snapshot: database and its user, files, configuration, empty cache."""
	site.drop()
	kept = json.loads((snapshot / "site_config.json").read_text())
	services, database, password = site.services, site.database, kept["db_password"]
	host = services.sql("select substring_index(user(), '@', -1)").strip()
	services.sql(
		f"create database `{database}` character set utf8mb4 collate utf8mb4_unicode_ci;"
		f"create or replace user '{database}'@'{host}' identified by '{password}';"
		f"grant all privileges on `{database}`.* to '{database}'@'{host}';"
	)
	quick = ["--init-command=set autocommit=0, unique_checks=0, foreign_key_checks=0", database]
	with (snapshot / "database.sql").open("rb") as dump:
		process = subprocess.Popen(
			services.client("mariadb", *quick), stdin=subprocess.PIPE, env=services.client_environment
		)
		shutil.copyfileobj(dump, process.stdin, 1 << 20)
		process.stdin.write(b"\ncommit;\n")
		process.stdin.close()
	if process.wait():
		raise Stop(f"Could not restore {site.name} from {snapshot}")
	for folder in ("public", "private"):
		shutil.copytree(snapshot / folder, site.folder / folder)
	for folder in ("locks", "logs", "private/backups", "private/files", "public/files"):
		(site.folder / folder).mkdir(parents=True, exist_ok=True)
	site.set_config(**{**kept, "db_name": database, "developer_mode": 0, "portal_schema": get_schema_key()})
