"""Installing and uninstalling leave no trace but Frappe's own note of them.

On a site of its own, made from the snapshot of ERPNext's site that ``./portal test`` keeps (it is made if there is none,
which takes minutes). Two dumps, one row a line, are compared: before installing, and after uninstalling.
"""

import re
import subprocess
from collections import Counter

import pytest

from development.bench import APP
from development.running import running_services
from development.site import Site
from development.snapshots import ensure_portal_snapshot, get_base_key, restore

NAME = "portal-install.localhost"
# Frappe's own bookkeeping of which apps a site has.
OF_FRAPPE = (
	"`tabInstalled Application`",
	"`tabVersion` .* 'Installed Applications'",
	"`tabSingles` .* ('Installed Applications',",
	"`tabDefaultValue` .* 'installed_apps'",
)
# Installing any app saves Portal Settings, whose rows get a new time of change.
TIME = re.compile(r"'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+'")
USE = """
from tests.factories import make_customer, make_sales_invoice
customer = make_customer("Left Behind", email="left@example.com")
make_sales_invoice(customer)
# as the nightly job does, which adds what the hooks of each app name
frappe.get_doc("Log Settings").save(ignore_version=True)
frappe.db.commit()
"""
USE_PORTAL = """
import frappe
from customer_portal_ext.access import tokens
frappe.get_doc({"doctype": "Customer Portal Policy", "applies_to": "Customer", "party": "Left Behind"}).insert()
token = tokens.issue("Left Behind")
settings = frappe.get_doc("Customer Portal Settings")
settings.token_expiry_days = 60
settings.save()
frappe.get_doc({"doctype": "Has Role", "parent": "Guest", "parenttype": "User", "parentfield": "roles",
	"role": "Customer Portal Manager"}).db_insert()
frappe.get_doc({"doctype": "Property Setter", "doc_type": "Portal Activity", "doctype_or_field": "DocField",
	"field_name": "details", "property": "label", "value": "X", "property_type": "Data"}).insert()
frappe.get_doc({"doctype": "Comment", "comment_type": "Comment", "reference_doctype": "Portal Access Token",
	"reference_name": token.name, "content": "x"}).insert()
payment = frappe.get_doc({"doctype": "Portal Payment", "customer": "Left Behind",
	"company": frappe.get_all("Company", pluck="name")[0], "currency": "USD",
	"party_account": frappe.get_all("Account", {"account_type": "Receivable", "is_group": 0}, pluck="name")[0],
	"form_key": "x", "attention_reason": "x"}).insert()
frappe.get_doc({"doctype": "Portal Payment Event", "event_id": "x", "portal_payment": payment.name}).insert()
from customer_portal_ext.payments import telling
telling.tell_staff(payment)
frappe.get_doc("Log Settings").save(ignore_version=True)
frappe.get_doc({"doctype": "Custom DocPerm", "parent": "Portal Activity", "role": "Sales User", "read": 1}).insert()
frappe.db.commit()
"""
OPEN = """
from customer_portal_ext.access import tokens
print(tokens.get_link(tokens.issue("Left Behind")))
"""
CONNECT = "import frappe; frappe.init(site={!r}, sites_path='.'); frappe.connect()\n"


@pytest.fixture(scope="module")
def throwaway(bench):
	with running_services(bench) as services:
		base = bench.state / "snapshots" / f"base-{get_base_key(bench)}"
		if not (base / "complete").exists():
			ensure_portal_snapshot(bench, services)
		site = Site(bench, services, NAME)
		restore(site, base)
		yield site
		site.drop()


def run(site, code):
	return site.run("-c", CONNECT.format(site.name) + code, report=lambda line: None)


def dump(site):
	"""Every row and every table's definition, as lines."""
	options = ("--skip-extended-insert", "--skip-comments", "--skip-dump-date", "--single-transaction")
	command = site.services.client("mariadb-dump", *options, site.database)
	done = subprocess.run(command, env=site.services.client_environment, capture_output=True, check=True)
	lines = done.stdout.decode("utf-8", "replace").splitlines()
	return Counter(TIME.sub("'…'", line) for line in lines if not is_of_frappe(line))


def is_of_frappe(line):
	return any(all(part in line for part in mark.split(" .* ")) for mark in OF_FRAPPE)


def describe(lines):
	return [f"{line[:160]} … {line[-80:]}" for line in sorted(lines)]


def test_uninstalling_leaves_the_site_as_it_was_found_and_installing_works_again(throwaway):
	run(throwaway, USE)
	before = dump(throwaway)
	for _ in range(2):
		throwaway.bench_command("--site", NAME, "install-app", APP)
		run(throwaway, USE_PORTAL)
		assert "/portal/a/" in run(throwaway, OPEN)
		throwaway.bench_command("--site", NAME, "uninstall-app", APP, "--yes", "--no-backup")
		after = dump(throwaway)
		assert describe(after - before) == []  # nothing of ours stays
		assert describe(before - after) == []  # nothing of ERPNext's went
