"""Quotations, orders and deliveries as owner, other customer, guest, expired, revoked, and holder of one document's link."""

from datetime import timedelta

import frappe
import pytest
from frappe.utils import now_datetime

from customer_portal_ext.access import tokens
from tests import factories
from tests.client import without_key

KINDS = {"Quotation": "quotations", "Sales Order": "orders", "Delivery Note": "deliveries"}


@pytest.fixture
def made(customer):
	"""DocType -> a submitted document of the customer."""
	order = factories.make_sales_order(customer, qty=2)
	return {
		"Quotation": factories.make_quotation(customer),
		"Sales Order": order,
		"Delivery Note": factories.make_delivery_note(order, qty=1),
	}


def get_addresses(documents):
	for doctype, document in documents.items():
		yield f"/portal/{KINDS[doctype]}/{document.name}"
		yield f"/portal/download/{KINDS[doctype]}/{document.name}.pdf"


def get_pages(documents):
	return [address for address in get_addresses(documents) if "/download/" not in address]


def enter(client, customer):
	assert client.open_link(tokens.get_link(tokens.get_or_issue(customer.name))).status_code == 200
	return client


def test_the_owner_sees_list_page_and_pdf(http, customer, made):
	enter(http, customer)
	for doctype, document in made.items():
		assert document.name in http.get(f"/portal/{KINDS[doctype]}").text
		page = http.get(f"/portal/{KINDS[doctype]}/{document.name}")
		assert page.status_code == 200 and document.name in page.text
		assert page.headers["Cache-Control"] == "no-store, private"
		pdf = http.get(f"/portal/download/{KINDS[doctype]}/{document.name}.pdf")
		assert (pdf.status_code, pdf.headers["Content-Type"], pdf.data[:5]) == (
			200,
			"application/pdf",
			b"%PDF-",
		)
		assert document.name in pdf.headers["Content-Disposition"]


def test_missing_foreign_draft_and_cancelled_are_the_same_404(http, new_client, customer, made):
	stranger = factories.make_customer()
	enter(http, stranger)
	own = {
		"Quotation": factories.make_quotation(stranger, do_not_submit=True),
		"Sales Order": factories.make_sales_order(stranger, do_not_submit=True),
	}
	cancelled = {
		"Quotation": factories.make_quotation(stranger),
		"Sales Order": factories.make_sales_order(stranger),
	}
	for document in cancelled.values():
		document.cancel()
	missing = {doctype: frappe._dict(name="SAL-XXX-9999") for doctype in KINDS}
	shouted = {doctype: frappe._dict(name=document.name.lower()) for doctype, document in made.items()}
	bodies: dict[str, set[str]] = {}
	for documents in (made, own, cancelled, missing):
		for address in get_addresses(documents):
			response = http.get(address)
			assert response.status_code == 404, address
			# the page marks the part of the menu it belongs to
			bodies.setdefault(address.rsplit("/", 1)[0], set()).add(without_key(response.text))
			for document in made.values():
				assert document.name not in response.text
	for folder, texts in bodies.items():
		assert len(texts) == 1, f"{folder}: what is foreign must look like what does not exist"
	owner = enter(new_client(), customer)
	for address in get_pages(made):
		assert owner.get(address).status_code == 200, "a 404 for one blocks no other"
	for address in get_pages(shouted):
		assert owner.get(address).status_code == 404, "a document answers to its exact name"


def test_lists_and_overview_hold_no_stranger(http, customer, made):
	stranger = factories.make_customer()
	enter(http, stranger)
	for path in ("/portal", *(f"/portal/{segment}" for segment in KINDS.values())):
		for address in (path, f"{path}?search=SAL", f"{path}?status=open"):
			page = http.get(address)
			assert page.status_code == 200
			for document in made.values():
				assert document.name not in page.text, address


def test_guest_expired_and_revoked_are_refused(http, new_client, customer, made):
	token = tokens.issue(customer.name)
	http.open_link(tokens.get_link(token))
	guest = new_client()
	token.db_set("expires_on", now_datetime() - timedelta(seconds=1))
	for address in get_addresses(made):
		for client in (http, guest):
			response = client.get(address)
			assert response.status_code == 403, address
			assert customer.customer_name not in response.text
	token.db_set("expires_on", now_datetime() + timedelta(days=1))
	assert http.get(get_pages(made)[0]).status_code == 200
	tokens.revoke(token.name)
	for address in get_addresses(made):
		assert http.get(address).status_code == 403, address


def test_one_documents_link_opens_nothing_else(new_client, customer, made):
	for doctype in KINDS:
		assert_opens_nothing_else(new_client(), customer, made, doctype)


def assert_opens_nothing_else(http, customer, made, doctype):
	document = made[doctype]
	token = tokens._insert(
		customer.name,
		tokens.get_expiry(None),
		scope=tokens.ONE_DOCUMENT,
		document_type=doctype,
		document_name=document.name,
	)
	http.get(tokens.get_link(token))
	own = f"/portal/{KINDS[doctype]}/{document.name}"
	page = http.get(own)
	assert page.status_code == 200
	for other_doctype, other in made.items():
		if other_doctype != doctype:
			assert f"/{KINDS[other_doctype]}/" not in page.text, "a link that its holder cannot open"
			assert http.get(f"/portal/{KINDS[other_doctype]}/{other.name}").status_code == 404
	for segment in KINDS.values():
		assert http.get(f"/portal/{segment}").status_code == 404


SWITCHES = {
	"Quotation": "show_quotations",
	"Sales Order": "show_sales_orders",
	"Delivery Note": "show_deliveries",
}


def test_switched_off_a_kind_is_gone(http, customer, made, portal_settings):
	enter(http, customer)
	for doctype, switch in SWITCHES.items():
		portal_settings(**{switch: 0})
		segment = KINDS[doctype]
		for address in (f"/portal/{segment}", *get_addresses({doctype: made[doctype]})):
			assert http.get(address).status_code == 404, address
		home = http.get("/portal").text
		assert f"/portal/{segment}" not in home and made[doctype].name not in home, doctype
		portal_settings(**{switch: 1})


def test_a_policy_closes_what_the_settings_open(http, customer, made):
	frappe.get_doc(
		{
			"doctype": "Customer Portal Policy",
			"applies_to": "Customer",
			"party": customer.name,
			"orders": "Deny",
		}
	).insert()
	enter(http, customer)
	assert http.get("/portal/orders").status_code == 404
	assert http.get(f"/portal/orders/{made['Sales Order'].name}").status_code == 404
	delivery = http.get(f"/portal/deliveries/{made['Delivery Note'].name}")
	assert delivery.status_code == 200
	assert "/portal/orders" not in delivery.text


BAD_QUERIES = (
	"page=0",
	"page=-1",
	"page=1000000000000000000000",
	"sort=customer_group",
	"sort=name;drop",
	"size=7",
	"status=overdue",
	"type=invoice",
	"date_from=2026-02-30",
	"date_from=9999-01-01",
	"date_from=2026-05-01&date_to=2026-01-01",
	"amount_from=abc",
	"company=Nobody",
	"search=" + "x" * 200,
)


@pytest.mark.parametrize("segment", sorted(KINDS.values()))
def test_bad_input_gets_a_clear_page(http, customer, segment):
	enter(http, customer)
	before = frappe.db.count("Error Log")
	for query in BAD_QUERIES:
		response = http.get(f"/portal/{segment}?{query}")
		assert response.status_code == 400, query
		assert "cannot be shown as asked" in response.text, query
	assert http.get(f"/portal/{segment}?page=999999").status_code == 200
	frappe.db.rollback()
	assert frappe.db.count("Error Log") == before


def test_what_staff_typed_comes_out_inert(http, customer):
	evil = "<script>alert(1)</script>"
	order = factories.make_sales_order(
		customer,
		po_no=evil,
		terms=f"<p onclick=x()>Fine</p>{evil}",
		items=[{"rate": 1, "qty": 2, "description": evil}],
	)
	delivery = factories.make_delivery_note(
		order, qty=1, transporter_name=evil, lr_no=evil, vehicle_no=evil, instructions=evil
	)
	factories.make_shipment(
		delivery, carrier=evil, awb_number=evil, tracking_url="javascript:alert(1)", tracking_status_info=evil
	)
	enter(http, customer)
	for path in (f"orders/{order.name}", f"deliveries/{delivery.name}", "orders", "deliveries"):
		page = http.get(f"/portal/{path}")
		assert page.status_code == 200
		assert "<script>alert" not in page.text and "onclick" not in page.text
		assert 'href="javascript' not in page.text


def test_statements_of_lists(http, customer, made):
	from development import measuring

	factories.invoice_order(made["Sales Order"])
	enter(http, customer)
	for path in ("/portal", "/portal/orders", "/portal/deliveries", "/portal/quotations"):
		assert measuring.count(lambda path=path: measuring.get_page(http, path)) <= 12, path


def test_statements_of_documents(http, customer, made):
	from development import measuring

	factories.invoice_order(made["Sales Order"])
	factories.make_shipment(made["Delivery Note"], carrier="DHL")
	enter(http, customer)
	for address in get_pages(made):
		assert measuring.count(lambda address=address: measuring.get_page(http, address)) <= 15, address
