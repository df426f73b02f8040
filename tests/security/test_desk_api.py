"""Staff's API: four roles, customers they may read, and the right HTTP methods. Everybody else changes nothing."""

import frappe
import pytest

from customer_portal_ext.access import tokens
from customer_portal_ext.desk.staff import MANAGER_ROLES
from tests.factories import make_customer, make_sales_invoice
from tests.factories.users import PASSWORD, make_user, restrict

API = "/api/method/customer_portal_ext.api."
READS = ("get_portal_tokens", "get_link_state", "get_bulk_progress")
WRITES = (
	"generate_link",
	"regenerate_link",
	"copy_link",
	"copy_document_link",
	"email_link",
	"revoke_link",
	"start_bulk",
)


@pytest.fixture
def customer(db):
	return make_customer(email=f"{frappe.generate_hash(length=8)}@example.com").name


def sign_in(new_client, *roles, **fields):
	client = new_client()
	client.user = make_user(*roles, **fields)
	client.sign_in(client.user, PASSWORD)
	return client


def read(client, method, **arguments):
	return client.get(API + method, query_string=arguments)


def write(client, method, **arguments):
	return client.write("POST", API + method, data=arguments)


def get_arguments(method, customer):
	return {
		"get_portal_tokens": {},
		"get_bulk_progress": {"job": "portal-links-none"},
		"start_bulk": {"action": "generate", "customers": frappe.as_json([customer])},
		"copy_document_link": {"doctype": "Customer", "name": customer},
	}.get(method, {"customer": customer})


def count_tokens(customer):
	frappe.db.rollback()
	return frappe.db.count("Portal Access Token", {"customer": customer})


@pytest.mark.parametrize("who", ["guest", "website user", "sales user"])
def test_the_others_are_refused_and_nothing_changes(new_client, customer, who):
	roles = ["Sales User"] if who == "sales user" else []
	client = new_client() if who == "guest" else sign_in(new_client, *roles)
	for method in READS + WRITES:
		ask = read if method in READS else write
		response = ask(client, method, **get_arguments(method, customer))
		assert response.status_code == 403, method
		assert "/portal/a/" not in response.text
	assert count_tokens(customer) == 0


def test_reads_are_gets_and_changes_and_secrets_are_posts(new_client, customer):
	tokens.issue(customer)
	client = sign_in(new_client, "Customer Portal Manager")
	for method in READS:
		assert write(client, method, **get_arguments(method, customer)).status_code == 403, method
	for method in WRITES:
		response = read(client, method, **get_arguments(method, customer))
		assert response.status_code == 403, method
		assert "/portal/a/" not in response.text
	assert count_tokens(customer) == 1 and tokens.get_active(customer)


@pytest.mark.parametrize("role", MANAGER_ROLES)
def test_each_of_the_four_roles_alone_is_enough_and_user_permissions_bind_it(new_client, customer, role):
	"""Also where the role itself reads no customers, as ERPNext's System Manager."""
	client = sign_in(new_client, role)
	assert write(client, "generate_link", customer=customer).get_json()["message"]["state"] == "active"
	link = write(client, "copy_link", customer=customer).get_json()["message"]["link"]
	assert new_client().get(link).status_code == 303
	listed = read(client, "get_portal_tokens", search=customer).get_json()["message"]
	assert [row["name"] for row in listed["rows"]] == [customer]
	assert "/portal/a/" not in frappe.as_json(listed)
	assert write(client, "revoke_link", customer=customer).get_json()["message"]["ended"] == 1
	assert new_client().get(link).status_code == 403
	frappe.db.rollback()
	traces = frappe.get_all("Portal Activity", {"customer": customer, "user": client.user}, pluck="activity")
	assert sorted(traces) == ["Link Copied", "Link Issued", "Link Revoked"]
	require_bound_to(client, customer)


def require_bound_to(client, customer):
	"""A user restricted to customer A neither sees nor touches B."""
	other = make_customer(email=f"{frappe.generate_hash(length=8)}@example.com").name
	invoice = make_sales_invoice(other)
	token = tokens.issue(other)
	restrict(client.user, "Customer", customer)

	listed = read(client, "get_portal_tokens").get_json()["message"]
	assert [row["name"] for row in listed["rows"]] == [customer] and listed["total"] == 1
	assert read(client, "get_link_state", customer=other).status_code == 403
	for method in ("generate_link", "regenerate_link", "copy_link", "email_link", "revoke_link"):
		response = write(client, method, customer=other)
		assert response.status_code == 403, method
		assert "/portal/a/" not in response.text
	response = write(client, "copy_document_link", doctype="Sales Invoice", name=invoice.name)
	assert response.status_code == 403 and "/portal/a/" not in response.text
	for action in ("revoke", "regenerate"):
		for selection in ({"customers": frappe.as_json([other])}, {"search": other}):
			result = write(client, "start_bulk", action=action, **selection).get_json()
			assert result["message"]["total"] == 0
	frappe.db.rollback()
	assert tokens.get_active(other).name == token.name
	assert write(client, "generate_link", customer=customer).status_code == 200


def test_a_missing_customer_is_answered_like_a_hidden_one(new_client, customer):
	other = make_customer().name
	client = sign_in(new_client, "Sales Manager")
	restrict(client.user, "Customer", customer)
	hidden, missing = (
		read(client, "get_link_state", customer=name) for name in (other, "No Such Customer <b>")
	)
	assert (hidden.status_code, missing.status_code) == (403, 403)
	assert "<b>No Such" not in missing.text
	assert hidden.text.count("or you may not see it") == missing.text.count("or you may not see it") > 0


def test_a_job_is_its_own_users(new_client, customer):
	first, second = (sign_in(new_client, "Customer Portal Manager") for _ in range(2))
	progress = write(first, "start_bulk", action="generate", customers=frappe.as_json([customer])).get_json()
	job = progress["message"]["job"]
	assert read(first, "get_bulk_progress", job=job).get_json()["message"]["status"] == "finished"
	assert read(second, "get_bulk_progress", job=job).status_code == 404


def test_nonsense_is_a_message_or_a_list(new_client, db):
	client = sign_in(new_client, "Customer Portal Manager")
	for arguments in (
		{"action": "delete", "customers": "[]"},
		{"action": "generate", "customers": '{"name": "x"}'},
		{"action": "generate", "customers": "[1, 2]"},
		{"action": "", "customers": "[]"},
	):
		response = write(client, "start_bulk", **arguments)
		assert response.status_code == 417, arguments
		assert "_server_messages" in response.get_json()
	for arguments in (
		{"start": -5},
		{"start": 10**30},
		{"page_length": 10**9},
		{"search": "%' or 1=1 --"},
		{"state": "x"},
	):
		page = read(client, "get_portal_tokens", **arguments).get_json()["message"]
		assert len(page["rows"]) <= 100


def test_a_document_without_a_portal_page_gets_no_link(new_client, customer):
	client = sign_in(new_client, "Customer Portal Manager", "Accounts User")
	draft = make_sales_invoice(customer, do_not_submit=True)
	response = write(client, "copy_document_link", doctype="Sales Invoice", name=draft.name)
	assert response.status_code == 417 and "/portal/a/" not in response.text
	assert count_tokens(customer) == 0
