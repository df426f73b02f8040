"""Everyone who might come × every route: walked from ROUTES, so that a new route is in from its first day. What each capability
opens is in test_matrix.py.

What a route needs is not listed here but observed: the owner with every capability opens it or is told that the record
does not exist (404); whoever has no portal gets 403; a document link opens nothing of the account.
"""

import frappe
import pytest

from customer_portal_ext.access import policy, tokens
from customer_portal_ext.access.policy import CAPABILITIES
from tests.factories import make_customer
from tests.factories.users import PASSWORD, link_user, make_portal_user, make_user, unlink_user
from tests.security.test_routes import CLOSED, address_of

SWITCHES = {switch: 1 for switch in CAPABILITIES.values() if switch}


@pytest.fixture
def everything(portal_settings):
	return portal_settings(**SWITCHES)


def nobody(client, customer):
	pass


def user_of_none(client, customer):
	client.sign_in(make_user("Customer"), PASSWORD)


def supplier(client, customer):
	client.sign_in(make_user("Supplier"), PASSWORD)


def staff(client, customer):
	client.sign_in(make_user("Sales Manager", "Accounts Manager", "System Manager"), PASSWORD)


def administrator(client, customer):
	client.sign_in("Administrator", "admin")


def just_removed(client, customer):
	user = make_portal_user(customer)
	client.sign_in(user, PASSWORD)
	assert client.get("/portal").status_code == 200
	unlink_user(customer, user)


def of_a_disabled_customer(client, customer):
	just = make_portal_user(customer)
	client.sign_in(just, PASSWORD)
	customer.reload()
	customer.db_set("disabled", 1)


def with_a_dead_link(client, customer):
	token = tokens.issue(customer.name)
	client.open_link(tokens.get_link(token))
	tokens.revoke(token.name)


OUTSIDERS = (
	nobody,
	user_of_none,
	supplier,
	staff,
	administrator,
	just_removed,
	of_a_disabled_customer,
	with_a_dead_link,
)


def post(client, route):
	form = {"csrf_token": client.get_csrf_token()} if client.cookie("sid") else {}
	return client.post(address_of(route), data=form)


@pytest.mark.parametrize("persona", OUTSIDERS, ids=lambda persona: persona.__name__)
def test_who_has_no_portal_opens_no_route(new_client, customer, everything, persona):
	client = new_client()
	persona(client, customer)
	for route in CLOSED:
		for method in route.methods:
			answer = client.get(address_of(route)) if method == "GET" else post(client, route)
			assert answer.status_code == 403, (persona.__name__, method, route.path)
			assert customer.customer_name not in answer.text


def test_a_disabled_user_opens_no_route(new_client, customer, everything):
	client = new_client()
	user = make_portal_user(customer)
	client.sign_in(user, PASSWORD)
	frappe.db.sql("update tabUser set enabled = 0 where name = %s", user)
	for route in CLOSED:
		if "GET" in route.methods:
			answer = client.get(address_of(route))
			assert answer.status_code in (403, 417), route.path
			assert customer.customer_name not in answer.text


@pytest.mark.parametrize("number", [1, 3])
def test_who_has_a_portal_is_never_refused_and_never_shown_another(new_client, customer, everything, number):
	"""Every address answers with the page, with what the form lacks, or with "not found" for the record that does not exist."""
	stranger = make_customer()
	own = [customer, *(make_customer() for _more in range(number - 1))]
	client = new_client()
	user = make_portal_user(*own)
	client.sign_in(user, PASSWORD)
	for route in CLOSED:
		if "GET" in route.methods:
			answer = client.get(address_of(route))
			assert answer.status_code in (200, 303, 400, 404), (route.path, answer.status_code)
			assert stranger.customer_name not in answer.text


def test_the_settings_alone_decide_where_no_policy_speaks(customer, portal_settings):
	for capability, switch in CAPABILITIES.items():
		if switch:
			portal_settings(**{**SWITCHES, switch: 0})
			assert capability not in policy.get_capabilities(customer.name, customer.customer_group)


def test_a_visit_of_a_signed_in_user_costs_what_a_links_does(new_client, customer, everything):
	from development import measuring

	link, user = new_client(), new_client()
	link.open_link(tokens.get_link(tokens.issue(customer.name)))
	name = make_portal_user(customer)
	link_user(make_customer(), name)
	user.sign_in(name, PASSWORD)
	user.get("/portal/invoices")
	by_link = measuring.count(lambda: measuring.get_page(link, "/portal/invoices"))
	signed_in = measuring.count(lambda: measuring.get_page(user, "/portal/invoices"))
	assert by_link <= 12 and signed_in <= 12, (by_link, signed_in)
