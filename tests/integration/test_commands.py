"""``bench --site SITE portal-link`` and ``portal-revoke``."""

import os
import subprocess

import frappe
import pytest
from frappe.utils import add_days, now_datetime

from customer_portal_ext.access import tokens
from tests.factories import make_customer


@pytest.fixture
def run(bench, site, db):
	"""Run a command as bench does; what the test wrote is committed first, and read anew afterwards."""

	def run_command(*arguments):
		frappe.db.commit()
		command = [bench.python, "-m", "frappe.utils.bench_helper", "frappe", "--site", site, *arguments]
		done = subprocess.run(command, cwd=bench.sites, env=os.environ, capture_output=True, text=True)
		frappe.db.rollback()
		return done

	return run_command


def test_portal_link_prints_a_link_and_nothing_else(run, http):
	customer = make_customer(name=f"O'Brien & Söhne {frappe.generate_hash(length=6)}").name
	first = run("portal-link", customer)
	assert (first.returncode, first.stderr) == (0, "")
	link = first.stdout.removesuffix("\n")
	assert link == tokens.get_link(tokens.get_active(customer))
	assert http.open_link(link).status_code == 200
	assert run("portal-link", customer.upper()).stdout == first.stdout  # as MariaDB compares; no second token
	traces = frappe.get_all(
		"Portal Activity", {"customer": customer, "user": "Administrator"}, pluck="activity"
	)
	assert sorted(traces) == ["Link Copied", "Link Copied", "Link Issued"]

	days = run("portal-link", customer, "--days", "3")
	assert days.returncode == 0 and days.stdout != first.stdout
	token = tokens.get_active(customer)
	assert abs((token.expires_on - add_days(now_datetime(), 3)).total_seconds()) < 600
	assert http.get(link).status_code == 403


def test_portal_revoke_says_what_it_did(run):
	customer = make_customer().name
	tokens.issue(customer)
	revoked, again = run("portal-revoke", customer), run("portal-revoke", customer)
	assert revoked.stdout == f"Revoked 1 active portal link of {customer}.\n"
	assert again.stdout == f"{customer} had no active portal link; nothing changed.\n"
	assert (revoked.returncode, again.returncode) == (0, 0)
	assert tokens.get_active(customer) is None


def test_what_cannot_be_done_is_one_line_and_exit_code_1(run, site):
	disabled = make_customer(disabled=1).name
	for arguments, text in (
		(("portal-link", "Nobody"), f"Error: There is no customer Nobody on {site}."),
		(("portal-revoke", "Nobody"), f"Error: There is no customer Nobody on {site}."),
		(("portal-link", disabled), f"Error: Customer {disabled} is disabled, so no portal link was made."),
		(
			("portal-link", make_customer().name, "--days", "366"),
			"Error: A portal link can work for 1 to 365 days, not 366.",
		),
	):
		done = run(*arguments)
		assert (done.returncode, done.stdout, done.stderr.strip()) == (1, "", text)
