"""Fixtures of every suite. tests/unit needs none of them and runs without Frappe; the others run on a real site.

How the fixtures fit together:

``site``    connects once to FRAPPE_SITE and moves into the bench's ``sites`` folder, where Frappe expects to be. Where
            processes test side by side (pytest-xdist), each has a site and a queue of its own.
``db``      gives one test a fresh Frappe context signed in as Administrator, and rolls back what the test wrote.
``http``    a browser without a screen: the real WSGI application, cookies kept, every request in a context of its
            own, as a web worker has. A request sees only what is committed, so the client **commits what the test
            has written so far before each request**, which also lets the test read what the request wrote.
            Records made that way stay in the test site: let the factories make customers of your own, and count
            only theirs. The portal's settings are put back after the test.
``server``  the same site behind gunicorn on a free port, for Chromium, threads and whatever needs a socket.
``worker``  a background worker; without it, jobs are queued and wait.
``new_page``, ``browser_page``  Chromium on that server. What the test wrote must be committed before it looks.
"""

import os
import sys
from pathlib import Path

import pytest

from development.bench import Bench, find_bench
from development.quicker import make_documents_quicker
from development.testing import get_site_name

pytest_plugins = [
	"tests.doubles.stripe_fixtures",
	"tests.factories.fixtures",
	"tests.factories.hostile_fixtures",
	"tests.factories.paying_fixtures",
]

# What a test may change through the settings form, put back after each test that commits.
SETTINGS = "Customer Portal Settings"
GATEWAYS = "Portal Payment Gateway"


def pytest_make_parametrize_id(config, val, argname):
	"""A file's content is named by its length: processes that share the tests must name them alike, and people read them."""
	return f"{len(val)} bytes" if isinstance(val, bytes) else None


def get_bench() -> Bench:
	"""The bench whose Python runs the tests, else the one ``./portal`` would find."""
	around_python = Path(sys.prefix).parent
	if (around_python / "sites" / "apps.txt").is_file():
		return Bench(around_python)
	bench = find_bench()
	assert bench, "These tests need a bench: run them with ./portal test"
	return bench


@pytest.fixture(scope="session")
def bench() -> Bench:
	return get_bench()


@pytest.fixture(scope="session")
def site(bench):
	"""The site's name. Frappe is imported here at the earliest, in the folder it expects to run in."""
	take_own_share()
	name = os.environ.get("FRAPPE_SITE")
	assert name, "These tests need a site: run them with ./portal test, or name one in FRAPPE_SITE"
	os.environ.pop("DEV_SERVER", None)
	os.chdir(bench.sites)

	import frappe

	make_documents_quicker()
	connect(name)
	assert not frappe.conf.developer_mode, (
		"Frappe caches no page in developer mode; the tests must run without it"
	)
	assert not frappe.conf.disable_website_cache, "The tests must run with the website cache on"
	frappe.destroy()
	return name


def take_own_share():
	"""One of several processes turns to its own site, and to a queue that no other's worker takes jobs from."""
	number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
	if number:
		os.environ["FRAPPE_SITE"] = get_site_name(number)
		os.environ["FRAPPE_REDIS_QUEUE"] += f"/{number}"


def connect(name):
	import frappe

	frappe.init(site=name, sites_path=".", force=True)
	frappe.connect()


@pytest.fixture
def db(site):
	"""``frappe.db`` in a fresh context; whatever the test leaves uncommitted is rolled back."""
	import frappe

	connect(site)
	yield frappe.db
	frappe.db.rollback()
	forget_cached_documents()
	frappe.destroy()


def forget_cached_documents():
	"""A document read inside a rolled-back transaction must not live on in Redis."""
	import frappe

	frappe.cache.delete_keys("document_cache::")
	frappe.cache.delete_keys("portal")


@pytest.fixture
def portal_settings(db):
	"""Change settings of the portal for one test: ``portal_settings(allow_payments=1)``. Put back afterwards."""
	import frappe

	before = read_settings()

	def change(**values):
		settings = frappe.get_single(SETTINGS)
		settings.update(values)
		settings.save()
		return settings

	yield change
	frappe.db.rollback()
	restore_settings(before)


def read_settings():
	import frappe

	values = frappe.db.sql("select field, value from tabSingles where doctype = %s", SETTINGS)
	gateways = frappe.get_all(GATEWAYS, {"parent": SETTINGS}, ["*"], order_by="idx")
	return values, gateways


def restore_settings(before):
	import frappe

	if read_settings() == before:
		return
	values, gateways = before
	frappe.db.delete("Singles", {"doctype": SETTINGS})
	frappe.db.delete(GATEWAYS, {"parent": SETTINGS})
	for row in gateways:
		frappe.get_doc({"doctype": GATEWAYS, **row}).db_insert()
	for field, value in values:
		frappe.db.sql(
			"insert into tabSingles (doctype, field, value) values (%s, %s, %s)", (SETTINGS, field, value)
		)
	frappe.db.commit()
	forget_cached_documents()


@pytest.fixture
def new_client(db, site, portal_settings):
	"""Make one more client: another visitor, with cookies of their own."""
	from tests.client import Client

	return lambda **keywords: Client(site, **keywords)


@pytest.fixture
def http(new_client):
	"""A visitor without a cookie yet. ``http.open_link(link)`` enters by a portal link."""
	return new_client()


@pytest.fixture(scope="session")
def server(bench, site):
	"""The test site behind gunicorn with several workers; ``server.url`` is where, by the site's own name."""
	from development.serving import WebServer

	with WebServer(bench, site, workers=2) as running:
		yield running


@pytest.fixture(scope="module")
def empty_queue(site):
	"""Forget the jobs that earlier tests left waiting: a worker would do all of them first."""
	import frappe
	from frappe.utils.background_jobs import get_queues

	connect(site)
	for queue in get_queues():
		queue.empty()
	frappe.destroy()


@pytest.fixture(scope="module")
def worker(bench, empty_queue):
	"""A background worker, for tests that wait for a real job's result; other modules' jobs are queued and wait."""
	from development.serving import Worker

	with Worker(bench) as running:
		yield running


@pytest.fixture(scope="session")
def chromium():
	"""Debian's Chromium, driven by Playwright."""
	from playwright.sync_api import sync_playwright

	from development.debian import find_browser

	quiet = ("--no-sandbox", "--disable-quic", "--disable-background-networking", "--no-first-run")
	with sync_playwright() as playwright:
		browser = playwright.chromium.launch(executable_path=find_browser(), args=list(quiet))
		yield browser
		browser.close()


@pytest.fixture
def new_page(chromium, server):
	"""Open a page of a visitor of their own: ``new_page(width=360, color_scheme="dark", locale="ar")``."""
	contexts = []

	def open_page(width: int = 1440, height: int = 900, **options):
		context = chromium.new_context(
			base_url=server.url, viewport={"width": width, "height": height}, **options
		)
		contexts.append(context)
		return context.new_page()

	yield open_page
	for context in contexts:
		context.close()


@pytest.fixture
def browser_page(new_page):
	"""A page at the width of a desk. ``browser_page.goto("/portal")`` goes to the test site."""
	return new_page()
