"""Prices and quantities of many decimals: wherever a line is shown or printed, price times quantity is the amount."""

from html import unescape
from io import BytesIO
from types import SimpleNamespace

import frappe
import pytest
from pypdf import PdfReader

from customer_portal_ext.access import tokens
from customer_portal_ext.desk.template_functions import portal_number
from customer_portal_ext.documents import kinds, pdf
from tests import factories

LINES = [{"rate": 0.0045, "qty": 10000, "uom": "Gram"}, {"rate": 25000.5, "qty": 0.0004, "uom": "Kg"}]
PATHS = {"quotation": "quotations", "order": "orders", "delivery": "deliveries", "invoice": "invoices"}


@pytest.fixture
def made(db, customer, site_numbers):
	"""One document of each kind, made while ERPNext kept six decimals; it prints with two of a price and three of a quantity."""
	site_numbers(currency_precision="6", float_precision="6")
	for uom in ("Gram", "Kg"):
		if not frappe.db.exists("UOM", uom):
			frappe.get_doc({"doctype": "UOM", "uom_name": uom}).insert()
	lines = [
		{
			**line,
			"conversion_factor": 1,
			"item_code": factories.make_item(f"Sold by the {line['uom']}", stock_uom=line["uom"]).name,
		}
		for line in LINES
	]
	order = factories.make_sales_order(customer, items=lines)
	documents = {
		"quotation": factories.make_quotation(customer, items=lines),
		"order": order,
		"delivery": factories.make_delivery_note(order),
		"invoice": factories.make_sales_invoice(customer, items=lines),
	}
	site_numbers(currency_precision="", float_precision="3")
	for document in documents.values():
		assert [(row.rate, row.qty) for row in document.items] == [(0.0045, 10000), (25000.5, 0.0004)]
	return documents


def get_text(http, path):
	page = http.get(path)
	assert page.status_code == 200
	return unescape(page.text).replace("\N{NO-BREAK SPACE}", " ").replace("<bdi>", "").replace("</bdi>", "")


def test_pages(http, customer, made, portal_settings, site_numbers):
	portal_settings(allow_quotation_acceptance=1)
	http.open_link(tokens.get_link(tokens.get_or_issue(customer.name)))
	for kind, document in made.items():
		text = get_text(http, f"/portal/{PATHS[kind]}/{document.name}")
		for quantity in ("10,000 Gram", "0.0004 Kg"):
			assert quantity in text, kind
		if kind != "delivery":
			for price in ("0.0045", "25,000.50", "45.00", "10.00"):
				assert f">{price}<" in text, (kind, price)
	# what is accepted is mapped anew, with what the site keeps today
	site_numbers(currency_precision="6", float_precision="6")
	text = get_text(http, f"/portal/accept/{made['quotation'].name}")
	assert ">0.0045<" in text and "0.0004 Kg" in text


def test_print_formats(made):
	for kind in ("quotation", "order", "delivery"):
		document = made[kind]
		customer = document.get("customer") or document.party_name
		record = kinds.find(kinds.get_kind(kind), (customer,), document.name)
		_name, content = pdf.get_file(SimpleNamespace(language=None), kind, record)
		text = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())
		assert "0.0004 Kg" in text
		assert kind == "delivery" or " 0.0045 " in text


@pytest.mark.parametrize(
	("value", "number_format", "printed"),
	[
		(0.0045, "#,###.##", "$ 0.0045"),
		(-1234567.125, "#,###.##", "-$ 1,234,567.125"),
		(1234567.125, "#.###,##", "$ 1.234.567,125"),
		(1234567.125, "#,##,###.##", "$ 12,34,567.125"),
		(0.00001234, "#,###.##", "$ 0.00001234"),
		(12.5, "#,###.##", "$ 12.50"),
	],
)
def test_a_printed_price(site_numbers, value, number_format, printed):
	site_numbers(number_format=number_format)
	document = frappe.get_doc({"doctype": "Sales Invoice", "currency": "USD", "items": [{"rate": value}]})
	assert portal_number(document.items[0], "rate", document) == printed


def test_what_is_signed_has_all_decimals(customer, made, site_numbers):
	from customer_portal_ext.quotes import offer, order
	from customer_portal_ext.quotes.digest import to_canonical_text

	site_numbers(currency_precision="6", float_precision="6")
	record = kinds.find(kinds.QUOTATION, (customer.name,), made["quotation"].name)
	text = to_canonical_text(offer.get_content(record, order.map_order(record["name"], (), False)))
	assert '"rate":"0.0045"' in text and '"quantity":"0.0004"' in text
