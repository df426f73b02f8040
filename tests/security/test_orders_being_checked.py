"""A draft order is the customer's only where their own acceptance made it, and then on the portal's pages alone."""

import frappe
import pytest

from customer_portal_ext.access import document_rules, tokens
from customer_portal_ext.documents import kinds
from tests import factories
from tests.client import without_key
from tests.factories import answers
from tests.factories.users import PASSWORD, make_portal_user, make_user


@pytest.fixture
def visitor(http, customer, portal_settings):
	portal_settings(**answers.SETTINGS)
	return enter(http, customer)


def enter(client, customer):
	client.open_link(tokens.get_link(tokens.get_or_issue(customer.name)))
	return client


def accept(visitor, customer):
	quotation = factories.make_quotation(customer)
	assert answers.accept(visitor, quotation.name).status_code == 303
	frappe.db.rollback()
	record = frappe.get_last_doc("Portal Quotation Response", {"quotation": quotation.name})
	return quotation, frappe.get_doc("Sales Order", record.sales_order), record


def assert_hidden(client, order):
	"""No page opens, lists, finds or files it; its address looks like one where nothing is."""
	missing = client.get("/portal/orders/SAL-ORD-0000-00000")
	page = client.get(f"/portal/orders/{order.name}")
	assert (page.status_code, without_key(page.text)) == (404, without_key(missing.text))
	assert client.get(f"/portal/download/orders/{order.name}.pdf").status_code == 404
	for query in ("", "?status=open", "?status=being_checked"):
		assert order.name not in client.get(f"/portal/orders{query}").text, query
	assert order.name not in client.get("/portal").text
	assert "Nothing matches" in client.get(f"/portal/orders?search={order.name}").text


def test_another_customers(visitor, customer, new_client):
	_quotation, order, _record = accept(visitor, customer)
	assert visitor.get(f"/portal/orders/{order.name}").status_code == 200
	assert_hidden(enter(new_client(), factories.make_customer()), order)


def test_a_draft_that_staff_made_by_themselves(visitor, customer):
	own = factories.make_sales_order(customer, do_not_submit=True)
	quotation = factories.make_quotation(customer)
	of_quotation = factories.order_from_quotation(quotation, do_not_submit=True)
	accept(visitor, customer)
	for order in (own, of_quotation):
		assert_hidden(visitor, order)
	page = visitor.get(f"/portal/quotations/{quotation.name}").text
	assert of_quotation.name not in page and "Accepted" not in page


def test_one_that_staff_turned_over_to_another_customer(visitor, customer, new_client):
	_quotation, order, _record = accept(visitor, customer)
	other = factories.make_customer()
	order.db_set("customer", other.name)
	assert_hidden(visitor, order)
	assert_hidden(enter(new_client(), other), order)


def test_an_acceptance_that_no_longer_stands(visitor, customer):
	_quotation, order, record = accept(visitor, customer)
	record.db_set("answer_key", None)
	assert_hidden(visitor, order)


def test_where_orders_are_switched_off(visitor, customer, portal_settings):
	quotation, order, _record = accept(visitor, customer)
	portal_settings(show_sales_orders=0)
	assert visitor.get(f"/portal/orders/{order.name}").status_code == 404
	page = visitor.get(f"/portal/quotations/{quotation.name}").text
	assert f"/portal/orders/{order.name}" not in page and "is being checked" in page
	assert f"/portal/orders/{order.name}" not in visitor.get("/portal").text


def test_signed_in_it_opens_on_the_portal_and_by_no_other_way(visitor, customer, new_client):
	_quotation, order, _record = accept(visitor, customer)
	order.items[0].rate = 4711.25
	order.save()
	user = make_portal_user(customer)
	client = new_client()
	client.sign_in(user, PASSWORD)
	page = client.get(f"/portal/orders/{order.name}")
	assert page.status_code == 200 and "4,711" not in page.text
	for path in (
		f"/api/resource/Sales Order/{order.name}",
		f"/api/method/frappe.client.get?doctype=Sales Order&name={order.name}",
		f"/printview?doctype=Sales Order&name={order.name}",
		f"/orders/{order.name}",
	):
		answer = client.get(path)
		assert answer.status_code in (403, 404), path
		assert "4711.25" not in answer.text and "4,711.25" not in answer.text, path
	listed = client.get('/api/resource/Sales Order?fields=["name","grand_total"]')
	assert order.name not in listed.text
	assert order.name not in client.get("/orders").text
	assert not document_rules.may(order, "read", user)
	condition = document_rules.get_query_conditions(user, "Sales Order")
	assert frappe.db.sql(f"select name from `tabSales Order` where {condition}") == ()
	order.submit()
	assert document_rules.may(order, "read", user)
	assert frappe.db.sql(f"select name from `tabSales Order` where {condition}") == ((order.name,),)


def test_staff_who_look_on_see_it_where_they_may_read_orders(visitor, customer, new_client):
	_quotation, order, _record = accept(visitor, customer)
	assert kinds.find(kinds.ORDER, [customer.name], order.name)
	assert kinds.find(kinds.ORDER, [customer.name], order.name, as_kept=True) is None
	user = make_user("Sales User")
	client = new_client()
	client.sign_in(user, PASSWORD)
	headers = {"X-Frappe-CSRF-Token": client.get_csrf_token()}
	client.post(
		"/api/method/customer_portal_ext.api.view_as_customer",
		data={"customer": customer.name},
		headers=headers,
	)
	assert client.get(f"/portal/orders/{order.name}").status_code == 200
