"""Accepting a quotation: one order by ERPNext's own rules, and the record of who signed what."""

import hashlib
import json
import re
from datetime import timedelta
from decimal import Decimal

import frappe
import pytest
from frappe.utils import add_days, getdate, now_datetime

from customer_portal_ext.access import tokens
from customer_portal_ext.quotes import acceptance, signature
from tests import factories
from tests.factories import answers

PROBLEM = re.compile(r'id="p-(\w+)" class="problem">([^<]+)')
NOTICE = re.compile(r'class="notice bad".*?<p>([^<]+)', re.DOTALL)


@pytest.fixture
def visitor(http, customer, portal_settings):
	portal_settings(**answers.SETTINGS)
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	return http


def fresh():
	frappe.db.rollback()


def get_responses(quotation):
	fresh()
	names = frappe.get_all("Portal Quotation Response", {"quotation": quotation.name}, pluck="name")
	return [frappe.get_doc("Portal Quotation Response", name) for name in names]


def get_orders(customer):
	fresh()
	names = frappe.get_all("Sales Order", {"customer": customer.name}, pluck="name")
	return [frappe.get_doc("Sales Order", name) for name in names]


def get_problems(response):
	return dict(PROBLEM.findall(response.text))


def assert_refused(response, quotation, customer, text, status=409):
	assert response.status_code == status
	notice = NOTICE.search(response.text)
	assert notice and text in notice[1], response.text[-3000:]
	assert get_responses(quotation) == []
	assert get_orders(customer) == []


def test_it_makes_one_draft_order_and_records_who_signed_what(visitor, customer):
	quotation = factories.make_quotation(
		customer, items=[{"qty": 3, "rate": 120.5}], terms="<p>Net 30 days</p>", owner="Administrator"
	)
	address = factories.make_address(customer, address_type="Shipping", city="Elsewhere")
	page = visitor.get(f"/portal/accept/{quotation.name}").text
	assert "Net 30 days" in page and "361.50" in page and "Elsewhere" in page
	before = now_datetime() - timedelta(seconds=2)
	response = answers.accept(
		visitor,
		quotation.name,
		po_no="PO 77",
		delivery_address=address.name,
		signature=answers.to_data_url(answers.make_png()),
	)
	assert response.status_code == 303
	assert response.headers["Location"] == f"/portal/quotations/{quotation.name}?notice=quotation-accepted"
	(order,) = get_orders(customer)
	assert (order.docstatus, order.grand_total, order.po_no) == (0, 361.5, "PO 77")
	assert order.owner == quotation.owner
	assert order.shipping_address_name == address.name and "Elsewhere" in order.shipping_address
	(line,) = order.items
	assert (line.prevdoc_docname, line.quotation_item) == (quotation.name, quotation.items[0].name)
	(record,) = get_responses(quotation)
	assert (record.answer, record.sales_order, record.customer) == ("Accepted", order.name, customer.name)
	assert (record.signer_name, record.signer_email) == ("Ann Buyer", "ann@example.com")
	assert record.ip_address == "127.0.0.1" and record.answered_on >= before
	assert frappe.db.get_value("Portal Access Token", record.token, "customer") == customer.name
	assert record.signature_kind == "Drawing" and record.signature.startswith("data:image/png;base64,")
	assert record.content_digest == hashlib.sha256(record.signed_content.encode()).hexdigest()
	assert acceptance.is_intact(record)
	signed = json.loads(record.signed_content)
	assert signed["total"] == "361.5" and signed["terms"] == "Net 30 days"
	assert signed["lines"][0]["quantity"] == "3" and signed["purchase_order"] == "PO 77"
	assert (
		signed["signature"]["sha256"] == hashlib.sha256(signature.read_drawing(record.signature)).hexdigest()
	)
	assert "Elsewhere" in " ".join(signed["delivery_address"])
	page = visitor.get(f"/portal/quotations/{quotation.name}").text
	assert "Accepted by Ann Buyer" in page and order.name in page
	assert f"/portal/accept/{quotation.name}" not in page


def test_a_get_never_accepts(visitor, customer):
	quotation = factories.make_quotation(customer)
	query = "&".join(
		f"{key}={value}" for key, value in answers.get_filled_form(visitor, quotation.name).items()
	)
	assert visitor.get(f"/portal/accept/{quotation.name}?{query}").status_code == 200
	assert get_responses(quotation) == [] and get_orders(customer) == []


def test_submitted_where_the_settings_say_so(visitor, customer, portal_settings):
	portal_settings(order_created_as="Submitted")
	quotation = factories.make_quotation(customer)
	assert answers.accept(visitor, quotation.name).status_code == 303
	(order,) = get_orders(customer)
	assert order.docstatus == 1 and order.status == "To Deliver and Bill"
	assert quotation.reload().status == "Ordered"


def test_no_signature_is_asked_for_where_the_settings_want_none(visitor, customer, portal_settings):
	portal_settings(signature_required=0)
	quotation = factories.make_quotation(customer)
	page = visitor.get(f"/portal/accept/{quotation.name}").text
	assert "data-signature" not in page and "signature_pad" not in page
	assert answers.accept(visitor, quotation.name, typed_signature="").status_code == 303
	assert not get_responses(quotation)[0].signature_kind


def make_alternatives(customer):
	names = [factories.make_item(code).name for code in ("Test Basic", "Test Comfort", "Test Frame")]
	return factories.make_quotation(
		customer,
		items=[
			{"item_code": names[2], "qty": 1, "rate": 10},
			{"item_code": names[0], "qty": 2, "rate": 100},
			{"item_code": names[1], "qty": 2, "rate": 150, "is_alternative": 1},
		],
	)


def test_one_of_the_alternatives_is_ordered(visitor, customer):
	quotation = make_alternatives(customer)
	_frame, basic, comfort = quotation.items
	page = visitor.get(answers.accept_path(quotation.name)).text
	assert "210.00" in page and page.count(f'value="{basic.name}" checked') == 1
	assert "310.00" in visitor.get(answers.accept_path(quotation.name, **{basic.name: comfort.name})).text
	assert answers.accept(visitor, quotation.name, {basic.name: comfort.name}).status_code == 303
	(order,) = get_orders(customer)
	assert [(line.item_code, line.qty, line.rate) for line in order.items] == [
		("Test Frame", 1, 10),
		("Test Comfort", 2, 150),
	]
	assert json.loads(get_responses(quotation)[0].signed_content)["total"] == "310"


def test_an_alternative_of_another_quotation_is_refused(visitor, customer):
	quotation, other = make_alternatives(customer), make_alternatives(customer)
	response = answers.accept(
		visitor, quotation.name, **{f"choice-{quotation.items[1].name}": other.items[2].name}
	)
	assert response.status_code == 400 and "Choose one of the items offered." in response.text
	assert get_orders(customer) == [] and get_responses(quotation) == []


def test_what_is_signed_must_be_what_was_shown(visitor, customer):
	quotation = make_alternatives(customer)
	_frame, basic, comfort = quotation.items
	response = answers.accept(visitor, quotation.name, **{f"choice-{basic.name}": comfort.name})
	assert_refused(response, quotation, customer, "has changed since you opened this page")


WRONG_INPUT = (
	({"name": ""}, "name", "Enter your name."),
	({"name": "x" * 101}, "name", "100 characters"),
	({"email": ""}, "email", "Enter an e-mail address."),
	({"email": "ann@example.com, bob@example.com"}, "email", "one e-mail address"),
	({"email": "ann@example.com\nBcc: bob@example.com"}, "email", "one e-mail address"),
	({"po_no": "9" * 141}, "po_no", "140 characters"),
	({"delivery_address": "Nobody's-Billing"}, "delivery_address", "one of your addresses"),
	({"typed_signature": ""}, "typed_signature", "Sign in the box"),
	({"signature": "data:text/html;base64,PGI+"}, "signature", "could not be read"),
	({"signature": "data:image/png;base64,!!!"}, "signature", "could not be read"),
	({"signature": answers.to_data_url(b"PK\x03\x04" + b"0" * 50)}, "signature", "could not be read"),
	(
		{"signature": answers.to_data_url(answers.make_png(file_format="JPEG"))},
		"signature",
		"could not be read",
	),
	({"signature": answers.to_data_url(b"<svg onload=alert(1)>")}, "signature", "could not be read"),
	({"signature": answers.to_data_url(answers.make_png()[:200])}, "signature", "could not be read"),
	({"signature": answers.to_data_url(answers.make_png((2401, 20)))}, "signature", "could not be read"),
	({"signature": answers.to_data_url(answers.make_png(ink=None))}, "signature", "Sign in the box"),
	({"signature": answers.to_data_url(answers.make_png(ink="white"))}, "signature", "Sign in the box"),
	({"signature": answers.to_data_url(bytes(210 * 1024))}, "signature", "too large"),
)


def test_wrong_input_says_where_and_changes_nothing(visitor, customer):
	factories.make_address(customer)
	quotation = factories.make_quotation(customer)
	for values, field, text in WRONG_INPUT:
		case = f"{field}: {text}, for {str(values)[:80]}"
		response = answers.accept(visitor, quotation.name, **{"po_no": "KEEP-1", **values})
		assert response.status_code == 400, case
		problems = get_problems(response)
		assert set(problems) == {field} and text in problems[field], case
		assert 'value="KEEP-1"' in response.text or field == "po_no", case
		assert get_responses(quotation) == [] and get_orders(customer) == [], case


def test_a_signature_is_written_anew():
	hidden = b"<script>alert(1)</script>"
	written = signature.read_drawing(answers.to_data_url(answers.make_png() + hidden))
	assert written.startswith(b"\x89PNG") and hidden not in written


def test_the_address_of_another_customer_is_refused(visitor, customer):
	theirs = factories.make_address(factories.make_customer())
	factories.make_address(customer)
	quotation = factories.make_quotation(customer)
	assert theirs.name not in visitor.get(f"/portal/accept/{quotation.name}").text
	response = answers.accept(visitor, quotation.name, delivery_address=theirs.name)
	assert response.status_code == 400 and "delivery_address" in get_problems(response)
	assert get_orders(customer) == []


def test_an_expired_quotation(visitor, customer):
	quotation = factories.make_quotation(customer)
	form = answers.get_filled_form(visitor, quotation.name)
	quotation.db_set("valid_till", add_days(getdate(), -1))
	assert_refused(visitor.post(f"/portal/accept/{quotation.name}", form), quotation, customer, "has expired")
	assert "has expired" in visitor.get(f"/portal/accept/{quotation.name}").text
	assert f"/portal/accept/{quotation.name}" not in visitor.get(f"/portal/quotations/{quotation.name}").text


def test_its_last_day_counts(visitor, customer):
	quotation = factories.make_quotation(customer, valid_till=getdate())
	assert answers.accept(visitor, quotation.name).status_code == 303


def test_a_quotation_of_last_week_is_ordered_with_due_dates_from_today(visitor, customer):
	quotation = factories.make_quotation(customer, transaction_date=add_days(getdate(), -9))
	assert answers.accept(visitor, quotation.name).status_code == 303
	(order,) = get_orders(customer)
	assert (order.transaction_date, [row.due_date for row in order.payment_schedule]) == (
		getdate(),
		[getdate()],
	)


def test_an_expired_quotation_where_erpnext_allows_it(visitor, customer):
	key = "allow_sales_order_creation_for_expired_quotation"
	before = frappe.db.get_single_value("Selling Settings", key)
	quotation = factories.make_quotation(customer, transaction_date=add_days(getdate(), -9))
	quotation.db_set("valid_till", add_days(getdate(), -1))
	frappe.db.set_single_value("Selling Settings", key, 1)
	try:
		assert answers.accept(visitor, quotation.name).status_code == 303
	finally:
		frappe.db.set_single_value("Selling Settings", key, before)
		frappe.db.commit()
	assert len(get_orders(customer)) == 1


def test_a_lost_quotation(visitor, customer):
	quotation = factories.make_quotation(customer)
	form = answers.get_filled_form(visitor, quotation.name)
	quotation.declare_enquiry_lost([], [], "No budget")
	assert_refused(
		visitor.post(f"/portal/accept/{quotation.name}", form), quotation, customer, "was declined"
	)


def test_one_that_staff_have_ordered(visitor, customer):
	quotation = factories.make_quotation(customer)
	form = answers.get_filled_form(visitor, quotation.name)
	order = factories.order_from_quotation(quotation)
	response = visitor.post(f"/portal/accept/{quotation.name}", form)
	assert response.status_code == 409 and "already been ordered" in response.text
	assert [made.name for made in get_orders(customer)] == [order.name] and get_responses(quotation) == []


def test_one_that_staff_are_ordering(visitor, customer):
	quotation = factories.make_quotation(customer)
	order = factories.order_from_quotation(quotation, do_not_submit=True)
	response = answers.accept(visitor, quotation.name)
	assert response.status_code == 409 and "is being prepared" in response.text
	assert [made.name for made in get_orders(customer)] == [order.name] and get_responses(quotation) == []


def test_what_is_left_of_a_partly_ordered_one(visitor, customer):
	quotation = factories.make_quotation(customer, qty=5, rate=10)
	order = factories.order_from_quotation(quotation, do_not_submit=True)
	order.items[0].qty = 2
	order.save()
	order.submit()
	assert answers.accept(visitor, quotation.name).status_code == 303
	assert sorted(made.items[0].qty for made in get_orders(customer)) == [2, 3]


def test_an_item_that_is_no_longer_sold(visitor, customer):
	item = factories.make_item(f"Gone {frappe.generate_hash(length=6)}")
	quotation = factories.make_quotation(customer, items=[{"item_code": item.name, "rate": 5, "qty": 1}])
	form = answers.get_filled_form(visitor, quotation.name)
	item.disabled = 1
	item.save()
	response = visitor.post(f"/portal/accept/{quotation.name}", form)
	assert_refused(response, quotation, customer, item.name)


def test_the_credit_limit(visitor, customer, portal_settings):
	portal_settings(order_created_as="Submitted")
	customer.append("credit_limits", {"company": factories.get_company(), "credit_limit": 50})
	customer.save()
	quotation = factories.make_quotation(customer, rate=100)
	response = answers.accept(visitor, quotation.name)
	assert_refused(response, quotation, customer, "credit limit of your account")
	assert quotation.reload().status == "Open"


def test_a_purchase_order_number_is_used_once(visitor, customer):
	first, second = factories.make_quotation(customer), factories.make_quotation(customer)
	assert answers.accept(visitor, first.name, po_no="PO 1").status_code == 303
	response = answers.accept(visitor, second.name, po_no="PO 1")
	assert response.status_code == 400 and "already" in get_problems(response)["po_no"]
	assert len(get_orders(customer)) == 1 and get_responses(second) == []
	assert answers.accept(visitor, second.name, po_no="PO 2").status_code == 303


def test_the_back_button_and_a_second_click(visitor, customer):
	quotation = factories.make_quotation(customer)
	form = answers.get_filled_form(visitor, quotation.name)
	notices = [
		visitor.post(f"/portal/accept/{quotation.name}", {**form, **values})
		.headers["Location"]
		.partition("=")[2]
		for values in ({}, {}, {"name": "Bob"})
	]
	# the same form sent again is answered as it was; what is filled in otherwise comes too late
	assert notices == ["quotation-accepted", "quotation-accepted", "quotation-was-accepted"]
	assert len(get_orders(customer)) == 1 and len(get_responses(quotation)) == 1
	assert "Accepted by Ann Buyer" in visitor.get(f"/portal/accept/{quotation.name}").text
	assert answers.decline(visitor, quotation.name).headers["Location"].endswith("quotation-was-accepted")
	assert quotation.reload().status == "Open"


def test_without_the_capability_there_is_nothing_to_accept(visitor, customer, portal_settings):
	quotation = factories.make_quotation(customer)
	form = answers.get_filled_form(visitor, quotation.name)
	portal_settings(allow_quotation_acceptance=0)
	page = visitor.get(f"/portal/quotations/{quotation.name}")
	assert page.status_code == 200 and "/portal/accept/" not in page.text
	for action in ("accept", "decline"):
		assert visitor.get(f"/portal/{action}/{quotation.name}").status_code == 404
		assert visitor.post(f"/portal/{action}/{quotation.name}", form).status_code == 404
	assert get_responses(quotation) == []


def test_a_cancelled_order_lets_the_quotation_be_answered_anew(visitor, customer, portal_settings):
	portal_settings(order_created_as="Submitted")
	quotation = factories.make_quotation(customer)
	answers.accept(visitor, quotation.name)
	(order,) = get_orders(customer)
	order.cancel()
	assert answers.accept(visitor, quotation.name).status_code == 303
	fresh()
	assert sorted(made.docstatus for made in get_orders(customer)) == [1, 2]
	assert sorted(record.answer_key or "" for record in get_responses(quotation)) == ["", quotation.name]


def test_a_draft_order_that_staff_delete_lets_it_be_answered_anew(visitor, customer):
	quotation = factories.make_quotation(customer)
	answers.accept(visitor, quotation.name)
	frappe.delete_doc("Sales Order", get_orders(customer)[0].name)
	assert answers.decline(visitor, quotation.name).headers["Location"].endswith("quotation-declined")


def test_the_answer_follows_an_amended_order(visitor, customer, portal_settings):
	portal_settings(order_created_as="Submitted")
	quotation = factories.make_quotation(customer)
	answers.accept(visitor, quotation.name)
	(order,) = get_orders(customer)
	order.cancel()
	amended = frappe.copy_doc(order)
	amended.amended_from = order.name
	amended.docstatus = 0
	amended.insert()
	frappe.db.commit()
	(record,) = get_responses(quotation)
	assert (record.sales_order, record.answer_key) == (amended.name, quotation.name)


def test_delivery_is_expected_after_the_items_lead_time(visitor, customer):
	item = factories.make_item(f"Slow {frappe.generate_hash(length=6)}", lead_time_days=12)
	quotation = factories.make_quotation(
		customer, items=[{"qty": 1, "rate": 1}, {"item_code": item.name, "qty": 1, "rate": 1}]
	)
	answers.accept(visitor, quotation.name)
	(order,) = get_orders(customer)
	assert [line.delivery_date for line in order.items] == [getdate(), add_days(getdate(), 12)]
	assert order.delivery_date == add_days(getdate(), 12)


def test_taxes_are_in_what_is_signed(visitor, customer):
	account = frappe.db.get_value(
		"Account", {"company": factories.get_company(), "account_type": "Tax", "is_group": 0}
	)
	quotation = factories.make_quotation(
		customer,
		rate=200,
		taxes=[{"charge_type": "On Net Total", "account_head": account, "description": "VAT", "rate": 10}],
	)
	assert "220.00" in visitor.get(f"/portal/accept/{quotation.name}").text
	assert answers.accept(visitor, quotation.name).status_code == 303
	assert get_orders(customer)[0].grand_total == 220
	signed = json.loads(get_responses(quotation)[0].signed_content)
	assert (Decimal(signed["net_total"]), Decimal(signed["total"])) == (200, 220)
	assert signed["taxes"] == [{"amount": "20", "label": "VAT (10%)"}]
