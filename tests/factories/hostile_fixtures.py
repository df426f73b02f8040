"""Fixtures of texts that would make a careless reader read files or ask somebody, and of who would hear it."""

import pytest


@pytest.fixture(scope="module")
def listener():
	from tests.factories import hostile

	with hostile.Listener() as listening:
		yield listening


@pytest.fixture(scope="module")
def trap(site, listener, tmp_path_factory):
	import frappe

	from tests.conftest import connect
	from tests.factories import hostile

	connect(site)
	made = hostile.Trap(tmp_path_factory.mktemp("outside"), listener.port)
	frappe.destroy()
	yield made
	made.close()
