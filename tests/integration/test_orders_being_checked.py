"""An accepted quotation whose order staff have yet to submit: it is accepted everywhere, and the order is being checked, with
what was accepted, until it is confirmed, cancelled or deleted."""

import re

import frappe
import pytest
from frappe.utils import add_days, getdate

from customer_portal_ext.access import quotation_follow_up, quotation_mail, tokens
from customer_portal_ext.documents import dashboard, kinds, lists, orders
from customer_portal_ext.documents.filters import Filters
from customer_portal_ext.payments import deposits
from tests import factories
from tests.factories import answers
from tests.factories.mail import get_messages_to
from tests.factories.users import make_user
from tests.factories.visitors import make_visitor

CHECKING = "We are checking this order"
CANCELLED = "We have cancelled the order that was made of it"
ROW = re.compile(r"<tr>.*?</tr>", re.DOTALL)


@pytest.fixture
def visitor(http, customer, portal_settings):
	portal_settings(**answers.SETTINGS)
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	return http


def order_of(quotation):
	frappe.db.rollback()
	name = frappe.db.get_value("Portal Quotation Response", {"quotation": quotation.name}, "sales_order")
	return frappe.get_doc("Sales Order", name)


def accept(visitor, quotation, **values):
	"""The draft that accepting makes."""
	assert answers.accept(visitor, quotation.name, None, **values).status_code == 303
	order = order_of(quotation)
	assert order.docstatus == 0
	return order


def get_row(page, name):
	rows = [row for row in ROW.findall(page.text) if f"<bdi>{name}</bdi>" in row]
	assert len(rows) <= 1
	return rows[0] if rows else None


def find(visitor, path, name):
	return get_row(visitor.get(path), name) is not None


def test_from_its_acceptance_the_quotation_is_accepted_everywhere(visitor, customer):
	quotation = factories.make_quotation(customer, valid_till=add_days(getdate(), 31))
	waiting = dashboard.get_page(make_visitor(customer))["waiting"]
	assert [item["action"] for item in waiting] == ["Review"]
	order = accept(visitor, quotation)
	page = visitor.get(f"/portal/quotations/{quotation.name}").text
	assert '<span class="status ok">Accepted</span>' in page
	assert "more day" not in page and " · until " not in page
	assert f"Your order {order.name} is being checked. We confirm it as soon as that is done." in page
	assert f'href="/portal/orders/{order.name}"' in page
	row = get_row(visitor.get("/portal/quotations"), quotation.name)
	assert "Accepted" in row and "Valid" not in row
	for status, is_found in (("accepted", True), ("valid", False), ("open", False), ("ordered", False)):
		assert find(visitor, f"/portal/quotations?status={status}", quotation.name) is is_found, status
	overview = dashboard.get_page(make_visitor(customer))
	assert overview["waiting"] == []
	assert {(item["kind"], item["status"]["text"]) for item in overview["latest"]} == {
		("quotation", "Accepted"),
		("order", "Being checked"),
	}
	home = visitor.get("/portal").text
	assert "Nothing needs your attention." in home and "Valid" not in home and "Being checked" in home


def test_the_order_is_shown_with_what_was_accepted(visitor, customer):
	address = factories.make_address(customer, address_type="Shipping", city="Elsewhere")
	quotation = factories.make_quotation(
		customer,
		items=[{"qty": 3, "rate": 120.5, "description": "Made <b>to</b> measure & more"}],
		terms="<p>Net 30 days</p>",
	)
	order = accept(visitor, quotation, po_no="PO 77", delivery_address=address.name)
	row = get_row(visitor.get("/portal/orders"), order.name)
	assert "Being checked" in row and "361.50" in row and "PO 77" in row
	for status, is_found in (("being_checked", True), ("open", True), ("confirmed", False)):
		assert find(visitor, f"/portal/orders?status={status}", order.name) is is_found, status
	page = visitor.get(f"/portal/orders/{order.name}").text
	for text in (CHECKING, "Accepted by Ann Buyer", "Being checked", "361.50", "PO 77", "Elsewhere"):
		assert text in page, text
	assert "Made to measure &amp; more" in page and "Net 30 days" in page
	assert f'href="/portal/quotations/{quotation.name}"' in page
	assert f"/portal/download/orders/{order.name}.pdf" not in page and "Delivered" not in page
	assert "No orders yet" not in visitor.get("/portal/orders").text


def test_what_staff_are_typing_shows_nowhere(visitor, customer):
	quotation = factories.make_quotation(customer, items=[{"qty": 3, "rate": 120.5}])
	order = accept(visitor, quotation, po_no="PO 77")
	secret = factories.make_item(f"Secret {frappe.generate_hash(length=6)}")
	order.items[0].rate = 4711
	order.append(
		"items", {"item_code": secret.name, "qty": 1, "rate": 815, "delivery_date": order.delivery_date}
	)
	order.update({"po_no": "TYPED-1", "terms": "Typed terms", "tax_id": "TYPED-2"})
	order.save()
	assert order.grand_total == 14948
	pages = [
		"/portal",
		"/portal/orders",
		f"/portal/orders/{order.name}",
		f"/portal/quotations/{quotation.name}",
	]
	for path in pages:
		page = visitor.get(path)
		assert page.status_code == 200
		for typed in ("4,711", "815.00", "14,948", secret.name, "TYPED", "Typed terms"):
			assert typed not in page.text, (path, typed)
		assert "361.50" in page.text, path
	for query, is_found in (
		(f"search={secret.name}", False),
		("search=TYPED-1", False),
		("search=PO+77", True),
		(f"search={order.items[0].item_code.lower()}", True),
		("search=quantity", False),
		("amount_from=14000", False),
		("amount_from=361&amount_to=362", True),
	):
		assert find(visitor, f"/portal/orders?{query}", order.name) is is_found, query
	assert visitor.get(f"/portal/download/orders/{order.name}.pdf").status_code == 404


def test_staff_submit_it_and_it_is_confirmed(visitor, customer):
	quotation = factories.make_quotation(customer, items=[{"qty": 3, "rate": 120.5}])
	order = accept(visitor, quotation)
	order.items[0].qty = 2
	order.save()
	order.submit()
	row = get_row(visitor.get("/portal/orders"), order.name)
	assert "Confirmed" in row and "241.00" in row
	page = visitor.get(f"/portal/orders/{order.name}").text
	assert "Confirmed" in page and CHECKING not in page and "241.00" in page and "361.50" not in page
	assert visitor.get(f"/portal/download/orders/{order.name}.pdf").status_code == 200
	page = visitor.get(f"/portal/quotations/{quotation.name}").text
	assert f"Your order: {order.name}" in page and "is being checked" not in page
	row = get_row(visitor.get("/portal/quotations"), quotation.name)
	assert "Accepted" in row, "what was accepted stays so, though less of it was ordered"


def test_all_of_it_confirmed_is_ordered(visitor, customer):
	quotation = factories.make_quotation(customer)
	accept(visitor, quotation).submit()
	assert "Ordered" in get_row(visitor.get("/portal/quotations"), quotation.name)


@pytest.mark.parametrize("end", ["delete", "submit and cancel"])
def test_staff_undo_it_and_the_quotation_says_so(visitor, customer, end):
	quotation = factories.make_quotation(customer)
	order = accept(visitor, quotation)
	if end == "delete":
		frappe.delete_doc("Sales Order", order.name)
	else:
		order.submit()
		order.cancel()
	page = visitor.get(f"/portal/quotations/{quotation.name}").text
	assert CANCELLED in page and "Accepted by Ann Buyer" in page and "is being checked" not in page
	assert f"/portal/accept/{quotation.name}" in page and order.name not in page
	assert "Valid" in get_row(visitor.get("/portal/quotations"), quotation.name)
	assert "No orders yet" in visitor.get("/portal/orders").text
	assert visitor.get(f"/portal/orders/{order.name}").status_code == 404
	waiting = dashboard.get_page(make_visitor(customer))["waiting"]
	assert [item["action"] for item in waiting] == ["Review"]
	accept(visitor, quotation)
	page = visitor.get(f"/portal/quotations/{quotation.name}").text
	assert CANCELLED not in page and "is being checked" in page


def test_an_amended_order_is_checked_anew(visitor, customer):
	quotation = factories.make_quotation(customer)
	order = accept(visitor, quotation)
	order.submit()
	order.cancel()
	amended = frappe.copy_doc(order)
	amended.amended_from, amended.docstatus = order.name, 0
	amended.insert()
	assert CHECKING in visitor.get(f"/portal/orders/{amended.name}").text
	assert "Accepted" in get_row(visitor.get("/portal/quotations"), quotation.name)


def test_what_was_accepted_does_not_expire(visitor, customer):
	quotation = factories.make_quotation(customer)
	accept(visitor, quotation)
	later = add_days(quotation.valid_till, 5)
	rows = lists.get_rows([kinds.QUOTATION], [customer.name], Filters(), later).rows
	assert [row["status"] for row in rows] == ["accepted"]


def test_taxes_and_a_discount_add_up_to_what_was_signed(visitor, customer):
	account = frappe.db.get_value(
		"Account", {"company": factories.get_company(), "account_type": "Tax", "is_group": 0}
	)
	tax = {"charge_type": "On Net Total", "account_head": account, "description": "VAT", "rate": 10}
	for fields, wanted in (
		({}, [("Net total", 200), ("VAT (10%)", 20), ("Total", 220)]),
		(
			{"apply_discount_on": "Grand Total", "discount_amount": 22},
			[("Net total", 180), ("VAT (10%)", 20), ("Discount", -2), ("Total", 198)],
		),
		(
			{"taxes": [{**tax, "included_in_print_rate": 1}], "rate": 110},
			[("Net total", 100), ("VAT (10%)", 10), ("Total", 110)],
		),
	):
		quotation = factories.make_quotation(customer, **{"rate": 200, "taxes": [tax], **fields})
		order = accept(visitor, quotation)
		page = orders.get_page(make_visitor(customer), kinds.find(kinds.ORDER, [customer.name], order.name))
		assert [(row["label"], row["amount"]) for row in page["totals"]] == wanted
		assert sum(row["amount"] for row in page["totals"][:-1]) == page["total"]


def test_nothing_of_it_is_to_be_paid_yet(visitor, customer, portal_settings):
	portal_settings(deposit_percent=30)
	quotation = factories.make_quotation(customer)
	order = accept(visitor, quotation)
	assert deposits.get(quotation.name) is None
	assert "/portal/deposit/" not in visitor.get(f"/portal/quotations/{quotation.name}").text
	assert "/portal/pay" not in visitor.get(f"/portal/orders/{order.name}").text.partition("<main")[2]


def test_the_e_mails_say_what_happens_next(visitor, customer, outgoing):
	quotation = factories.make_quotation(customer)
	owner = make_user("Sales User", "Sales Manager")
	quotation.db_set("owner", owner)
	order = accept(visitor, quotation, email=customer.email_id)
	name = frappe.db.get_value("Portal Quotation Response", {"quotation": quotation.name})
	quotation_follow_up.finish(name)
	(to_staff,) = get_messages_to(owner)
	assert "the customer sees it as being checked" in " ".join(to_staff.replace("=\n", "").split())
	(to_customer,) = get_messages_to(frappe.db.get_value("Customer", customer.name, "email_id"))
	assert "We are checking your order" in " ".join(to_customer.replace("=\n", "").split())
	order.reload().submit()
	frappe.db.delete("Email Queue", {"reference_name": quotation.name})
	quotation_mail.send_confirmation(frappe.get_doc("Portal Quotation Response", name))
	frappe.db.commit()
	text = frappe.get_all("Email Queue", {"reference_name": quotation.name}, pluck="message")[0]
	assert "We are checking" not in text


def test_a_shared_link_says_the_same_and_opens_no_order(visitor, customer, new_client):
	quotation = factories.make_quotation(customer)
	token = tokens.issue_for_document(customer.name, "Quotation", quotation.name, "Customer", may_answer=1)
	colleague = new_client()
	colleague.open_link(tokens.get_link(token))
	order = accept(colleague, quotation)
	page = colleague.get(f"/portal/quotations/{quotation.name}").text
	assert '<span class="status ok">Accepted</span>' in page and "is being checked" in page
	assert "/portal/orders/" not in page
	assert colleague.get(f"/portal/orders/{order.name}").status_code == 404
	assert CHECKING in visitor.get(f"/portal/orders/{order.name}").text
	frappe.delete_doc("Sales Order", order.name)
	assert CANCELLED in colleague.get(f"/portal/quotations/{quotation.name}").text


def test_an_answered_quotation_is_shared_for_reading_alone(visitor, customer, outgoing):
	quotation = factories.make_quotation(customer)
	accept(visitor, quotation)
	assert 'name="may_answer"' not in visitor.get(f"/portal/share/{quotation.name}").text
	recipient = f"colleague-{frappe.generate_hash(length=8)}@example.com"
	answers.share(visitor, quotation.name, recipient, may_answer="1")
	(message,) = get_messages_to(recipient)
	assert "accept or decline" not in " ".join(message.replace("=\n", "").split())


def test_a_message_about_it_reaches_its_thread(visitor, customer, portal_settings):
	portal_settings(allow_messages=1)
	order = accept(visitor, factories.make_quotation(customer))
	path = f"/portal/orders/{order.name}"
	sent = visitor.submit(
		path, f"/portal/write/orders/{order.name}", {"name": "Ann", "message": "Is it in time?"}
	)
	assert sent.status_code == 303
	assert "Is it in time?" in visitor.get(path).text
	assert order.name in visitor.get("/portal/messages").text


def test_lists_take_as_many_statements_as_without(visitor, customer):
	from development import measuring

	factories.make_quotation(customer)
	factories.make_sales_order(customer)
	paths = ("/portal", "/portal/orders", "/portal/quotations")
	before = {path: measuring.count(lambda path=path: measuring.get_page(visitor, path)) for path in paths}
	for _number in range(3):
		accept(visitor, factories.make_quotation(customer))
	for path in paths:
		assert measuring.count(lambda path=path: measuring.get_page(visitor, path)) == before[path], path
