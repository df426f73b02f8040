"""The portal's addresses skip the website's rules; nobody else's do."""

import frappe
import pytest
from frappe.website.path_resolver import resolve_path

from customer_portal_ext.web import path_resolver


@pytest.mark.parametrize("path", ["portal", "portal/invoices", "portal/a/x", "portal/download/statement.pdf"])
def test_a_portal_address_is_its_own_endpoint(db, path):
	assert path_resolver.resolve(path) == path
	assert frappe.local.path == path


@pytest.mark.parametrize("path", ["", "login", "invoices", "orders/SAL-ORD-1", "about.html", "portalx", "me"])
def test_any_other_address_goes_frappes_way(db, path):
	assert path_resolver.resolve(path) == resolve_path(path)


def test_erpnexts_own_portal_still_finds_its_pages(http):
	assert http.get("/login").status_code == 200
	http.sign_in("Administrator", "admin")
	for path in ("/invoices", "/orders", "/quotations"):
		assert http.get(path).status_code == 200, path


def test_another_apps_resolver_is_heard(db, monkeypatch):
	hooks = frappe.get_hooks

	def with_another(hook=None, *args, **keywords):
		found = hooks(hook, *args, **keywords)
		return (
			["tests.integration.test_path_resolver.another", *found]
			if hook == "website_path_resolver"
			else found
		)

	monkeypatch.setattr(frappe, "get_hooks", with_another)
	monkeypatch.setattr(
		frappe, "get_attr", lambda path: another if path.endswith("another") else path_resolver.resolve
	)
	assert path_resolver.resolve("anything") == "from-another-app"
	assert path_resolver.resolve("portal/invoices") == "portal/invoices"


def another(path):
	return "from-another-app"
