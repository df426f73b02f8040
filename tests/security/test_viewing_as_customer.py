"""*View as Customer* shows what the policy gives the customer and ERPNext's permissions give the member of staff, no more."""

import frappe
import pytest

from customer_portal_ext.access import tokens
from customer_portal_ext.access.policy import CAPABILITIES
from customer_portal_ext.access.staff_view import SHOWS
from customer_portal_ext.documents import row_limits
from customer_portal_ext.documents.prepared import prepared, value
from tests import factories
from tests.factories.foreign import LEAKED_AMOUNTS, deny, make_party
from tests.factories.users import PASSWORD, make_user, restrict
from tests.security.test_desk_api import write

LISTS = {
	"Sales Invoice": "invoices",
	"Sales Order": "orders",
	"Quotation": "quotations",
	"Delivery Note": "deliveries",
	"Payment Entry": "transactions",
	"Issue": "issues",
}
STATEMENT = "/portal/statement"


@pytest.fixture
def party(db, portal_settings):
	portal_settings(allow_support_issues=1, allow_account_changes=1, allow_payments=1)
	return make_party()


@pytest.fixture
def view(new_client, party):
	"""Sign in with these roles, within these User Permissions, and view as the customer."""

	def open_view(*roles, **limits):
		user = make_user(*roles)
		for doctype, name in limits.items():
			restrict(user, doctype.replace("_", " "), name)
		client = new_client().sign_in_for_rest(user, PASSWORD)
		assert write(client, "view_as_customer", customer=party.customer.name).status_code == 200
		return client

	return open_view


def readable_by(client):
	"""What ERPNext lets this member of staff read, by role."""
	return [
		doctype
		for doctype in LISTS
		if frappe.permissions.has_permission(doctype, "read", user=client.user, raise_exception=False)
	]


def page_of(doctype, name):
	return f"/portal/{'payments' if doctype == 'Payment Entry' else LISTS[doctype]}/{name}"


def assert_shows(client, party, *doctypes):
	"""Each list and page of these, and nothing of the others."""
	for doctype, segment in LISTS.items():
		name, expected = party.name_of(doctype), doctype in doctypes
		listed = client.get(f"/portal/{segment}")
		assert (listed.status_code == 200 and name in listed.text) == expected, f"{doctype} in the list"
		assert client.get(page_of(doctype, name)).status_code == (200 if expected else 404), doctype
		if not expected and doctype != "Issue":
			assert client.get(f"{page_of(doctype, name)}/pdf").status_code == 404


def test_every_capability_says_what_it_shows():
	assert set(SHOWS) == set(CAPABILITIES)


def test_stock_staff_see_deliveries_and_no_money(view, party):
	client = view("Stock User")
	readable = readable_by(client)
	assert "Delivery Note" in readable and "Sales Invoice" not in readable
	assert_shows(client, party, *readable)
	assert client.get(STATEMENT).status_code == 404
	for path in ("/portal", "/portal/account", "/portal/transactions", "/portal/messages"):
		text = client.get(path).text
		assert party.name_of("Sales Invoice") not in text, path
	# the order's amount is theirs to see in ERPNext, what is owed is not
	assert not any(amount in client.get("/portal/account").text for amount in LEAKED_AMOUNTS)


def test_sales_staff_see_documents_and_no_statement(view, party):
	client = view("Sales User")
	readable = readable_by(client)
	assert {"Sales Order", "Quotation"} <= set(readable)
	assert_shows(client, party, *readable)
	assert client.get(STATEMENT).status_code == 404
	assert client.get("/portal/pay").status_code == 404


def test_accounts_staff_see_the_statement(view, party):
	client = view("Accounts User")
	statement = client.get(STATEMENT)
	assert statement.status_code == 200 and party.name_of("Sales Invoice") in statement.text
	assert "Sales Invoice" in readable_by(client)
	assert client.get(page_of("Quotation", party.name_of("Quotation"))).status_code == 404


def test_what_the_policy_denies_stays_denied(view, party):
	deny(party, "invoices", "statement")
	client = view("Accounts User")
	assert client.get(STATEMENT).status_code == 404
	assert client.get(page_of("Sales Invoice", party.name_of("Sales Invoice"))).status_code == 404


def test_a_company_that_one_may_not_read_is_left_out(view, party):
	"""Of two companies' invoices those of one show, in every list; sums over both do not."""
	other = next(name for name in frappe.get_all("Company", pluck="name") if name != factories.get_company())
	hidden = factories.make_sales_invoice(party.customer, company=other, posting_date=None)
	client = view("Accounts User", Company=factories.get_company())
	shown = party.name_of("Sales Invoice")
	for path in ("/portal/invoices", "/portal", "/portal/transactions"):
		text = client.get(path).text
		assert hidden.name not in text, path
	assert shown in client.get("/portal/invoices").text
	assert client.get(page_of("Sales Invoice", shown)).status_code == 200
	assert client.get(page_of("Sales Invoice", hidden.name)).status_code == 404
	assert client.get(STATEMENT).status_code == 404
	# whoever may read both, and whoever is limited to nothing of this customer's, is not mixed up with them
	both = view("Accounts User")
	assert hidden.name in both.get("/portal/invoices").text
	assert both.get(page_of("Sales Invoice", hidden.name)).status_code == 200


def test_a_document_with_a_row_that_one_may_not_read_does_not_open(view, party):
	"""ERPNext's lists ask for no rows, its form does."""
	name = party.name_of("Sales Invoice")
	used = frappe.get_all("Sales Invoice Item", {"parent": name}, pluck="item_code")
	other = frappe.db.get_value("Item", {"name": ("not in", used), "is_sales_item": 1})
	client = view("Accounts User", Item=other)
	assert client.get(page_of("Sales Invoice", name)).status_code == 404
	assert client.get(f"{page_of('Sales Invoice', name)}/pdf").status_code == 404
	assert view("Accounts User").get(page_of("Sales Invoice", name)).status_code == 200


def test_limits_of_one_viewer_do_not_stay_for_the_next(view, party, http):
	other = next(name for name in frappe.get_all("Company", pluck="name") if name != factories.get_company())
	page = page_of("Sales Invoice", party.name_of("Sales Invoice"))
	assert view("Accounts User", Company=other).get(page).status_code == 404
	http.open_link(tokens.get_link(tokens.issue(party.customer.name)))
	assert http.get(page).status_code == 200


@pytest.mark.parametrize("limited_first", [True, False])
def test_a_statement_that_is_kept_is_kept_for_its_limits(db, limited_first):
	"""Whoever comes first to a process, the next gets what is theirs."""
	customer = factories.make_customer().name

	@prepared
	def find_customers():
		table = frappe.qb.DocType("Customer")
		own = row_limits.within_limits(table.name == value("customer"), "Customer", table)
		return frappe.qb.from_(table).select(table.name).where(own)

	for is_limited in (limited_first, not limited_first):
		row_limits.set_limits({"Customer": "1=0"} if is_limited else {})
		assert find_customers({"customer": customer}) == ([] if is_limited else [{"name": customer}])


def test_limits_on_another_customer_close_the_view(new_client, party):
	user = make_user("Accounts User", "Sales User")
	restrict(user, "Customer", factories.make_customer().name)
	client = new_client().sign_in_for_rest(user, PASSWORD)
	assert write(client, "view_as_customer", customer=party.customer.name).status_code == 403


def test_addresses_and_contacts_need_their_permission(view, party, reader_of_customers):
	client = view("Accounts User")
	assert party.mark in client.get("/portal/addresses").text
	client = view(reader_of_customers)
	assert party.mark not in client.get("/portal/addresses").text
	assert party.mark not in client.get("/portal/contacts").text
	assert client.get("/portal/account/activity").status_code == 404


@pytest.fixture
def reader_of_customers(db):
	"""A role that reads customers, and nothing of theirs."""
	role = f"Reader {frappe.generate_hash(length=6)}"
	frappe.get_doc({"doctype": "Role", "role_name": role, "desk_access": 1}).insert()
	frappe.permissions.add_permission("Customer", role)
	yield role
	frappe.db.rollback()
	frappe.permissions.reset_perms("Customer")
	frappe.clear_cache(doctype="Customer")
	frappe.db.commit()
