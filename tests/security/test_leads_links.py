"""Quotations to leads and prospects, as everyone who might knock: another customer, a lead that became somebody else, a link of
another lead, and what a link without a customer opens beside its quotation."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import frappe
import pytest
from frappe.utils import now_datetime

from customer_portal_ext.access import document_rules, tokens
from customer_portal_ext.documents import kinds, parties
from customer_portal_ext.web.routes import ROUTES
from tests import factories
from tests.client import hidden_fields
from tests.factories import answers
from tests.factories.sending import copy, send
from tests.factories.users import PASSWORD, make_portal_user

MAKE = {"Lead": factories.make_lead, "Prospect": factories.make_prospect}


@pytest.fixture(autouse=True)
def settings(portal_settings):
	portal_settings(**answers.SETTINGS, allow_messages=1, allow_support_issues=1)


@pytest.fixture(params=MAKE)
def party(request, db):
	return MAKE[request.param]()


@pytest.fixture
def quotation(party):
	return factories.quote_to(party)


def enter(client, customer):
	client.open_link(tokens.get_link(tokens.get_or_issue(customer.name)))
	return client


def issue(quotation, **values):
	return tokens.issue_for_document(
		None, "Quotation", quotation.name, "Staff", **{"may_answer": 1, **values}
	)


def assert_hidden(client, quotation, page="/portal"):
	fields = hidden_fields(client.get(page).text)
	assert client.get(f"/portal/quotations/{quotation.name}").status_code == 404
	for action in ("accept", "decline", "share"):
		assert client.get(f"/portal/{action}/{quotation.name}").status_code == 404
		posted = client.post(
			f"/portal/{action}/{quotation.name}", {**fields, **answers.SIGNER, "reason": "x"}
		)
		assert posted.status_code == 404, action
	assert client.get(f"/portal/download/quotations/{quotation.name}.pdf").status_code == 404
	frappe.db.rollback()
	assert frappe.db.get_value("Quotation", quotation.name, "status") == "Open"
	assert frappe.db.count("Portal Quotation Response", {"quotation": quotation.name}) == 0


def test_another_customer(http, quotation):
	assert_hidden(enter(http, factories.make_customer()), quotation)
	assert quotation.name not in http.get("/portal/quotations").text


def test_a_lead_that_became_another_customer(http, new_client, party, quotation):
	theirs, other = factories.become_customer(party), factories.become_customer(MAKE[party.doctype]())
	assert quotation.name in enter(http, theirs).get("/portal/quotations").text
	assert_hidden(enter(new_client(), other), quotation)


def test_a_customer_of_the_leads_name(http, party, quotation):
	namesake = factories.make_customer()
	frappe.rename_doc("Customer", namesake.name, party.name, force=True)
	assert_hidden(enter(http, frappe.get_doc("Customer", party.name)), quotation)


def test_two_customers_of_one_lead(http, new_client, party, quotation):
	first = factories.become_customer(party)
	second = factories.become_customer(party, customer_name=f"Second {frappe.generate_hash(length=6)}")
	assert parties.find_customer(party.doctype, party.name) is None
	for customer in (first, second):
		assert kinds.find(kinds.QUOTATION, [customer.name], quotation.name) is None
	assert_hidden(enter(http, first), quotation)
	assert new_client().get(tokens.get_link(issue(quotation)), follow_redirects=True).status_code == 403


def test_a_link_opens_its_quotation_and_no_other_page(http, party, quotation):
	other = factories.quote_to(party)
	foreign = factories.make_quotation(factories.make_customer())
	landed = http.open_link(tokens.get_link(issue(quotation)))
	own = f"/portal/quotations/{quotation.name}"
	assert landed.request.path == own
	assert_hidden(http, other, page=own)
	assert_hidden(http, foreign, page=own)
	for route in ROUTES:
		if "<" in route.path or route.open_to_all or "GET" not in route.methods or route.path == "/portal":
			continue
		assert http.get(route.path).status_code == 404, route.path
	assert http.get("/portal").headers["Location"].endswith(own)
	assert http.get(f"/portal/download/quotations/{quotation.name}.pdf").status_code == 200
	assert http.get(f"/portal/share/{quotation.name}").status_code == 404
	fields = hidden_fields(http.get(own).text)
	written = http.post(f"/portal/write/quotations/{quotation.name}", {**fields, "name": "x", "message": "x"})
	assert written.status_code == 404, "there is no customer whose message it would be"


def test_a_link_for_reading_alone(http, party, quotation):
	landed = http.open_link(tokens.get_link(issue(quotation, may_answer=0)))
	assert landed.status_code == 200 and "/portal/accept/" not in landed.text
	assert http.get(f"/portal/accept/{quotation.name}").status_code == 404


@pytest.mark.parametrize("end", ["expires", "is revoked", "quotation is cancelled", "customer is disabled"])
def test_a_link_that_has_ended(http, party, quotation, end):
	token = issue(quotation)
	http.open_link(tokens.get_link(token))
	if end == "expires":
		token.db_set("expires_on", now_datetime() - timedelta(seconds=1))
	elif end == "is revoked":
		tokens.revoke(token.name)
	elif end == "quotation is cancelled":
		quotation.cancel()
	else:
		factories.become_customer(party).db_set("disabled", 1)
	page = http.get(f"/portal/quotations/{quotation.name}")
	assert page.status_code == 403 and quotation.customer_name not in page.text


@pytest.mark.parametrize("switch", ["show_quotations", "allow_quotation_acceptance"])
def test_switched_off(http, portal_settings, quotation, switch):
	http.open_link(tokens.get_link(issue(quotation)))
	portal_settings(**{switch: 0})
	wanted = 404 if switch == "show_quotations" else 200
	assert http.get(f"/portal/quotations/{quotation.name}").status_code == wanted
	assert http.get(f"/portal/accept/{quotation.name}").status_code == 404


def test_a_token_without_a_customer_opens_nothing_else(http, db):
	order = factories.make_sales_order(factories.make_customer())
	of_order = tokens.issue_for_document(None, "Sales Order", order.name, "Staff")
	of_all = tokens._insert(None, tokens.get_expiry(None), scope=tokens.WHOLE_ACCOUNT)
	own = factories.make_quotation(factories.make_customer())
	of_customers = tokens.issue_for_document(None, "Quotation", own.name, "Staff")
	for token in (of_order, of_all, of_customers):
		assert http.get(tokens.get_link(token), follow_redirects=True).status_code == 403, token.scope
		http.forget_cookies()


def test_frappes_own_checks_of_permission_agree(new_client, party, quotation):
	"""Beside the portal's pages they only take away: ERPNext gives customers' users no quotations by REST."""
	customer = factories.become_customer(party)
	other = factories.make_quotation(factories.make_customer())
	user, stranger = make_portal_user(customer), make_portal_user(factories.make_customer())
	for who, sees in ((user, True), (stranger, False)):
		client = new_client()
		client.sign_in(who, PASSWORD)
		assert (client.get(f"/portal/quotations/{quotation.name}").status_code == 200) is sees
		assert client.get(f"/api/resource/Quotation/{quotation.name}").status_code == 403
		assert document_rules.may(quotation, "read", who) is sees
		assert not document_rules.may(quotation, "write", who) and not document_rules.may(other, "read", who)
		condition = document_rules.get_query_conditions(who, "Quotation")
		rows = frappe.db.sql(f"select name from tabQuotation where {condition}", pluck="name")
		assert rows == ([quotation.name] if sees else [])


def test_two_quotations_accepted_at_once_make_one_customer(new_client, party, quotation):
	forms = []
	for offered in (quotation, factories.quote_to(party)):
		client = new_client()
		client.open_link(tokens.get_link(issue(offered)))
		path = f"/portal/accept/{offered.name}"
		forms += [(client, path, answers.get_filled_form(client, offered.name))] * 10
	frappe.db.commit()
	windows = [(copy(client), path, fields) for client, path, fields in forms]
	with ThreadPoolExecutor(len(windows)) as pool:
		answered = list(pool.map(lambda window: send(*window).status_code, windows))
	assert answered == [303] * 20
	frappe.db.rollback()
	assert frappe.db.count("Customer", {parties.BECAME[party.doctype]: party.name}) == 1
	assert frappe.db.count("Sales Order", {"customer_name": quotation.customer_name}) == 2
