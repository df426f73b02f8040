"""Many customers' links at once."""

import subprocess

import frappe
import pytest

from customer_portal_ext.access import tokens
from customer_portal_ext.desk import bulk, token_list
from development.serving import get_environment
from tests.factories import make_customer


@pytest.fixture
def mark(db):
	return f"Zz{frappe.generate_hash(length=8)}"


def work_off(bench, job):
	"""Let a worker do everything that is queued, and end."""
	command = [bench.python, "-m", "frappe.utils.bench_helper", "frappe", "worker", "--burst", "--quiet"]
	subprocess.run(command, cwd=bench.sites, env=get_environment(None), check=True, timeout=120)
	frappe.db.rollback()  # this test's snapshot of the database is older than the job
	return bulk.get_progress(job)


def get_active(names):
	filters = {"customer": ("in", names), "status": "Active"}
	return frappe.get_all("Portal Access Token", filters, pluck="customer")


def test_a_few_are_done_within_the_request(mark):
	names = [make_customer(name=f"{mark} {n}").name for n in range(3)]
	disabled = make_customer(name=f"{mark} off", disabled=1)
	tokens.issue(names[0])
	result = bulk.start("generate", [*names, disabled.name])
	assert (result["status"], result["done"], result["total"]) == ("finished", 4, 4)
	assert (result["changed"], result["unchanged"]) == (2, 1)
	reason = "The customer is disabled"
	assert result["refused"] == [
		{"customer": disabled.name, "customer_name": disabled.customer_name, "reason": reason}
	]
	assert sorted(get_active(names)) == sorted(names)
	assert bulk.start("revoke", names)["changed"] == 3
	assert bulk.start("revoke", names)["unchanged"] == 3
	assert get_active(names) == []


def test_an_email_without_address_makes_no_link(mark, outgoing):
	reached = make_customer(name=f"{mark} a", email=f"{mark}@example.com".lower())
	unreached = make_customer(name=f"{mark} b")
	result = bulk.start("email", None, search=mark)
	assert [row["reason"] for row in result["refused"]] == ["No e-mail address on file"]
	assert [row["customer"] for row in result["refused"]] == [unreached.name]
	assert get_active([reached.name, unreached.name]) == [reached.name]
	assert frappe.db.count("Email Queue Recipient", {"recipient": reached.email_id}) == 1


def test_without_an_outgoing_account_nothing_begins(mark):
	default = frappe.get_all("Email Account", {"default_outgoing": 1}, pluck="name")
	assert not default, "this site has an outgoing account; the test needs one without"
	make_customer(name=mark, email="a@example.com")
	with pytest.raises(frappe.OutgoingEmailError):
		bulk.start("email", None, search=mark)


def test_a_failure_for_one_does_not_undo_the_others(mark, monkeypatch):
	names = [make_customer(name=f"{mark} {n}").name for n in range(3)]
	issue = tokens.get_or_issue

	def fail_for_the_second(customer):
		token = issue(customer)
		if customer == names[1]:
			raise RuntimeError("the database went away")
		return token

	monkeypatch.setattr(tokens, "get_or_issue", fail_for_the_second)
	result = bulk.start("generate", names)
	assert result["changed"] == 2 and [row["customer"] for row in result["refused"]] == [names[1]]
	assert sorted(get_active(names)) == [names[0], names[2]]
	assert "RuntimeError" in frappe.get_last_doc("Error Log").error


def test_a_thousand_customers_in_a_background_job(mark, outgoing, empty_queue, bench):
	"""Every tenth without an e-mail address, every fiftieth disabled."""
	now = frappe.utils.now_datetime()
	columns = [
		"name",
		"customer_name",
		"creation",
		"modified",
		"owner",
		"modified_by",
		"disabled",
		"email_id",
	]
	rows = [
		(
			f"{mark}-{n:04}",
			f"{mark} {n:04}",
			now,
			now,
			"Administrator",
			"Administrator",
			int(n % 50 == 1),
			"" if n % 10 == 0 else f"{mark}-{n}@example.com".lower(),
		)
		for n in range(1000)
	]
	frappe.db.bulk_insert("Customer", columns, rows)
	frappe.db.commit()  # the worker reads over its own connection
	started = bulk.start("generate", None, search=mark)
	assert started["status"] in ("waiting", "running") and started["total"] == 1000
	assert (
		bulk.start("generate", None, search=mark)["job"] == started["job"]
	)  # a second click follows the first

	result = work_off(bench, started["job"])
	assert (result["status"], result["done"]) == ("finished", 1000)
	assert (result["changed"], result["unchanged"]) == (980, 0)
	assert {row["reason"] for row in result["refused"]} == {"The customer is disabled"}
	assert len(result["refused"]) == 20
	assert token_list.get_page(search=mark, state="active")["total"] == 980

	without = [name for name, *_, disabled, email in rows if not email and not disabled]
	emailed = bulk.run("portal-links-test", "email", token_list.get_selection([*without, f"{mark}-0002"]))
	assert [row["customer"] for row in emailed["refused"]] == without and len(without) == 100
	assert {row["reason"] for row in emailed["refused"]} == {"No e-mail address on file"}
	assert emailed["changed"] == 1


def test_a_job_that_died_is_failed(db):
	job = f"portal-links-{frappe.generate_hash(length=8)}"
	bulk._report(job, {"status": "running", "done": 30, "total": 100})
	progress = bulk.get_progress(job)
	assert (progress["status"], progress["done"]) == ("failed", 30)


def test_an_unknown_job_is_not_found(db):
	with pytest.raises(frappe.DoesNotExistError):
		bulk.get_progress("portal-links-nothing")
