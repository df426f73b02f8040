"""Desk in Chromium, for every file that looks at staff's side."""

import pytest

PATIENCE = 60_000  # Desk loads some megabytes of scripts before its first page


@pytest.fixture(scope="module")
def contexts(chromium, server, site):
	"""By its roles, one of the staff who is signed in and may use the clipboard. Desk's scripts are fetched once for each."""
	from tests.client import Client
	from tests.factories.users import PASSWORD, make_user

	found = {}

	def get(roles):
		if roles not in found:
			client = Client(site)
			client.sign_in(make_user(*roles), PASSWORD)
			found[roles] = chromium.new_context(
				base_url=server.url, permissions=["clipboard-read", "clipboard-write"]
			)
			found[roles].add_cookies(
				[{"name": "sid", "value": client.cookie("sid"), "domain": site, "path": "/"}]
			)
		return found[roles]

	yield get
	for context in found.values():
		context.close()


@pytest.fixture
def desk(db, contexts):
	"""Open Desk as one of the staff."""
	import frappe
	from playwright.sync_api import expect

	pages = []

	def open_desk(path, width=1280, roles=("Customer Portal Manager", "Sales User", "Accounts User")):
		frappe.db.commit()
		page = contexts(roles).new_page()
		pages.append(page)
		page.set_viewport_size({"width": width, "height": 900})
		page.set_default_timeout(PATIENCE)
		page.complaints = []
		page.on("pageerror", lambda error: page.complaints.append(str(error)))
		page.goto(path, wait_until="commit")
		return page

	expect.set_options(timeout=PATIENCE)
	yield open_desk
	for page in pages:
		page.close()
