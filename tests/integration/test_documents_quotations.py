"""Quotations: their states as ERPNext has them, validity, alternatives, and the order made of one."""

import frappe
import pytest
from frappe.utils import add_days, getdate

from customer_portal_ext.documents import dashboard, kinds, lists, quotations
from customer_portal_ext.documents.filters import Filters
from tests import factories
from tests.factories.visitors import make_visitor

QUOTATION = kinds.QUOTATION


@pytest.fixture
def customer(db):
	return factories.make_customer()


def get_rows(customer, today=None, **filters):
	return lists.get_rows([QUOTATION], [customer.name], Filters(**filters), today or getdate()).rows


def get_state(quotation, today=None):
	rows = get_rows(frappe._dict(name=quotation.party_name), today)
	return next(row["status"] for row in rows if row["name"] == quotation.name)


def get_page(quotation, **visitor):
	record = kinds.find(QUOTATION, [quotation.party_name], quotation.name)
	customer = frappe.get_doc("Customer", quotation.party_name)
	return quotations.get_page(make_visitor(customer, **visitor), record)


def test_the_states_are_erpnexts_own(customer):
	from erpnext.selling.doctype.quotation.quotation import set_expired_status

	open_one = factories.make_quotation(customer)
	ordered = factories.make_quotation(customer)
	factories.order_from_quotation(ordered)
	partly = factories.make_quotation(customer, qty=10)
	order = factories.order_from_quotation(partly, do_not_submit=True)
	order.items[0].qty = 4
	order.save()
	order.submit()
	lost = factories.make_quotation(customer)
	lost.declare_enquiry_lost([], [], detailed_reason="Too dear")
	expired = factories.make_quotation(
		customer, transaction_date=add_days(getdate(), -40), valid_till=add_days(getdate(), -1)
	)
	unstamped = {row["name"]: row["status"] for row in get_rows(customer)}
	set_expired_status()
	wanted = {
		open_one.name: ("Open", "valid"),
		ordered.name: ("Ordered", "ordered"),
		partly.name: ("Partially Ordered", "partly_ordered"),
		lost.name: ("Lost", "declined"),
		expired.name: ("Expired", "expired"),
	}
	for name, (erpnext, ours) in wanted.items():
		assert frappe.db.get_value("Quotation", name, "status") == erpnext
		assert unstamped[name] == ours, "known before ERPNext's nightly job has run"
	assert {row["name"]: row["status"] for row in get_rows(customer)} == unstamped


def test_the_last_day_of_validity_counts(customer):
	quotation = factories.make_quotation(customer, valid_till=add_days(getdate(), 12))
	assert get_page(quotation)["status"] == {"text": "Valid 12 more days", "tone": "info"}
	assert get_state(quotation, today=quotation.valid_till) == "valid"
	assert get_state(quotation, today=add_days(quotation.valid_till, 1)) == "expired"


def test_without_an_end_it_stays_open(customer):
	quotation = factories.make_quotation(customer)
	quotation.db_set("valid_till", None)
	assert get_state(quotation, today=add_days(getdate(), 4000)) == "valid"
	page = get_page(quotation)
	assert page["status"]["text"] == "Open"
	assert page["valid_till"] is None


def test_what_was_ordered_from_does_not_expire(customer):
	quotation = factories.make_quotation(customer, qty=10)
	order = factories.order_from_quotation(quotation, do_not_submit=True)
	order.items[0].qty = 4
	order.save()
	order.submit()
	assert get_state(quotation, today=add_days(quotation.valid_till, 100)) == "partly_ordered"


def test_alternatives_are_named_and_in_no_total(customer):
	second, third = (factories.make_item(f"Portal Test Choice {number}").name for number in (2, 3))
	quotation = factories.make_quotation(
		customer,
		items=[
			{"rate": 100, "qty": 2},
			{"item_code": second, "rate": 70, "qty": 2, "is_alternative": 1},
			{"item_code": third, "rate": 50, "qty": 2},
		],
	)
	page = get_page(quotation)
	main, alternative, last = page["lines"]
	assert (main["is_alternative"], alternative["is_alternative"], last["is_alternative"]) == (
		False,
		True,
		False,
	)
	assert alternative["instead_of"] == main["name"]
	assert main["instead_of"] is None and last["instead_of"] is None
	assert page["total"] == 300
	assert page["totals"][-1]["amount"] == 300
	assert alternative["amount"] == 140


def test_its_order_is_linked_where_orders_may_be_seen(customer):
	quotation = factories.make_quotation(customer)
	order = factories.order_from_quotation(quotation)
	assert [link["url"] for link in get_page(quotation)["related"]] == [f"/portal/orders/{order.name}"]
	assert get_page(quotation, without=("orders",))["related"] == []
	assert get_page(quotation, scope=("Quotation", quotation.name))["related"] == []


def test_a_quotation_to_a_lead_of_the_same_name_is_not_the_customers(customer):
	quotation = factories.make_quotation(customer)
	quotation.db_set("quotation_to", "Lead")
	assert get_rows(customer) == []
	assert kinds.find(QUOTATION, [customer.name], quotation.name) is None


def test_lost_reasons_and_margins_are_not_among_the_fields():
	for field in ("order_lost_reason", "competitors", "lost_reasons", "enq_det", "campaign", "source"):
		assert field not in QUOTATION.fields


@pytest.mark.parametrize(
	("filters", "found"),
	[
		({"status": "open"}, {"open", "soon"}),
		({"status": "expired"}, {"expired"}),
		({"search": "Choice"}, {"soon"}),
		({"search": "nowhere"}, set()),
		({"search": "%"}, set()),
	],
)
def test_the_list_finds(customer, filters, found):
	item = factories.make_item("Portal Test Choice 2").name
	day = getdate()
	made = {
		"open": factories.make_quotation(customer),
		"soon": factories.make_quotation(customer, items=[{"item_code": item, "rate": 9, "qty": 1}]),
		"expired": factories.make_quotation(
			customer, transaction_date=add_days(day, -9), valid_till=add_days(day, -1)
		),
	}
	names = {quotation.name: key for key, quotation in made.items()}
	assert {names[row["name"]] for row in get_rows(customer, **filters)} == found


def test_the_overview_waits_for_an_answer_soonest_first(customer):
	day = getdate()
	late = factories.make_quotation(customer, valid_till=add_days(day, 30))
	endless = factories.make_quotation(customer)
	endless.db_set("valid_till", None)
	soon = factories.make_quotation(customer, valid_till=add_days(day, 2))
	factories.make_quotation(customer, transaction_date=add_days(day, -9), valid_till=add_days(day, -1))
	overdue = factories.make_sales_invoice(customer, posting_date=add_days(day, -40))
	page = dashboard.get_page(make_visitor(customer))
	assert [(row["url"].rsplit("/", 1)[1], row["action"]) for row in page["waiting"]] == [
		(overdue.name, "View"),
		(soon.name, "Review"),
		(late.name, "Review"),
		(endless.name, "Review"),
	]
	assert page["waiting"][1]["detail"].endswith("Valid 2 more days")
	page = dashboard.get_page(make_visitor(customer, without=("quotations",)))
	assert [row["action"] for row in page["waiting"]] == ["View"]
	assert {row["kind"] for row in page["latest"]} == {"invoice"}
