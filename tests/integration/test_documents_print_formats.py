"""The app's own print formats: what a customer may see is printed, what is internal is not, in the visitor's language."""

from io import BytesIO
from types import SimpleNamespace

import frappe
import pytest
from pypdf import PdfReader

from tests import factories
from tests.conftest import connect

KINDS = {
	"Quotation": "quotation",
	"Sales Order": "order",
	"Delivery Note": "delivery",
	"Sales Invoice": "invoice",
}
# Layout, what the system keeps for itself, and what cannot be set to a text of the test's own.
TEXTS = (
	"Data",
	"Small Text",
	"Text",
	"Long Text",
	"Text Editor",
	"Code",
	"Link",
	"Dynamic Link",
	"Autocomplete",
)
NUMBERS = ("Currency", "Float", "Percent", "Int")
# What a customer may see of the document and its lines; every other field is internal. Totals, dates and quantities are
# what the document makes of them.
SEEN = {
	*("name", "customer", "customer_name", "party_name", "title", "language", "doctype"),
	# what else ERPNext needs to load it
	*("quotation_to", "company", "currency", "prevdoc_doctype", "prevdoc_docname"),
	*("address_display", "contact_display", "shipping_address", "company_address_display", "tax_id"),
	*("po_no", "incoterm", "named_place", "terms", "in_words", "instructions", "select_print_heading"),
	*("transporter_name", "lr_no", "vehicle_no", "letter_head"),
	*("party_account_currency", "outstanding_amount", "company_tax_id", "return_against"),
	*("item_name", "item_code", "description", "customer_item_code", "uom", "batch_no", "serial_no"),
}
COUNTED = {
	*("qty", "rate", "amount", "discount_percentage", "discount_amount", "additional_discount_percentage"),
	*("total", "grand_total", "rounded_total", "rounding_adjustment", "payment_amount", "idx", "docstatus"),
}
# a number no price of these documents has
ODD = 7654.32


@pytest.fixture
def made(db, names):
	"""DocType -> a submitted document; what a test changes of it is rolled back."""
	return {doctype: frappe.get_doc(doctype, name) for doctype, name in names.items()}


@pytest.fixture(scope="module")
def names(site):
	"""The documents' names, for all tests of this file."""
	connect(site)
	found = {doctype: document.name for doctype, document in make_documents().items()}
	frappe.db.commit()
	frappe.destroy()
	return found


def make_documents():
	"""One of each kind, with a second, alternative or partly delivered line."""
	customer = factories.make_customer()
	factories.make_address(customer, address_line1="8 Print Street")
	order = factories.make_sales_order(customer, rate=120, qty=3, po_no="PO-SEEN", terms="<p>TERMS-SEEN</p>")
	return {
		"Quotation": factories.make_quotation(customer, rate=120, qty=3, terms="<p>TERMS-SEEN</p>"),
		"Sales Order": order,
		"Sales Invoice": factories.make_sales_invoice(
			customer, rate=120, qty=3, po_no="PO-SEEN", terms="<p>TERMS-SEEN</p>"
		),
		"Delivery Note": factories.make_delivery_note(
			order, qty=2, transporter_name="CARRIER-SEEN", lr_no="LR-SEEN", instructions="CARE-SEEN"
		),
	}


def make(document, language=None) -> str:
	from customer_portal_ext.documents import kinds, pdf

	kind_key = KINDS[document.doctype]
	customer = document.get("customer") or document.party_name
	record = kinds.find(kinds.get_kind(kind_key), (customer,), document.name)
	_name, content = pdf.get_file(SimpleNamespace(language=language), kind_key, record)
	return "".join("".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def fill_internal_fields(document) -> dict[str, str]:
	"""Write a mark of its own into each field that is not for customers: mark -> field."""
	marks = {}
	for row in (document, *document.items):
		values = {}
		for field in row.meta.fields:
			if field.fieldname in SEEN | COUNTED or field.get("is_virtual"):
				continue
			if field.fieldtype in TEXTS:
				mark = f"X{len(marks)}{field.fieldname.replace('_', '')}"[:30].upper() + "X"
				values[field.fieldname], marks[mark] = mark, field.fieldname
			elif field.fieldtype in NUMBERS:
				values[field.fieldname] = ODD
		frappe.db.set_value(row.doctype, row.name, values, update_modified=False)
	return marks


def add_internal_rows(document) -> list[str]:
	"""The sales team, and what a quotation was lost for and to."""
	person = frappe.get_doc(
		{"doctype": "Sales Person", "sales_person_name": f"SELLER{frappe.generate_hash(length=6)}"}
	).insert()
	rows = [("Sales Team", "sales_team", {"sales_person": person.name, "allocated_percentage": 100})]
	if document.doctype == "Quotation":
		rows = [
			("Quotation Lost Reason Detail", "lost_reasons", {"lost_reason": "LOSTFORTHIS"}),
			("Competitor Detail", "competitors", {"competitor": "THEIRRIVAL"}),
		]
	for doctype, field, values in rows:
		frappe.get_doc(
			{
				"doctype": doctype,
				"parent": document.name,
				"parenttype": document.doctype,
				"parentfield": field,
				"name": frappe.generate_hash(length=10),
				**values,
			}
		).db_insert()
	return [str(value) for _doctype, _field, values in rows for value in values.values() if value != 100]


@pytest.mark.parametrize("doctype", KINDS)
def test_what_a_customer_may_see_is_printed(made, doctype):
	text = make(made[doctype])
	seen = [made[doctype].name, "PortalTestService", "TERMS-SEEN"]
	seen += ["360.00"] if doctype != "Delivery Note" else ["CARRIER-SEEN", "LR-SEEN", "CARE-SEEN", "PO-SEEN"]
	seen += ["8PrintStreet"] if made[doctype].address_display else []
	seen += ["PO-SEEN"] if doctype in ("Sales Order", "Sales Invoice") else []
	for part in seen:
		assert part in text, part


@pytest.mark.parametrize("doctype", KINDS)
def test_no_internal_field_is_printed(made, doctype):
	document = made[doctype]
	marks = fill_internal_fields(document)
	hidden = add_internal_rows(document)
	assert len(marks) > 35
	text = make(document).upper()
	assert {field for mark, field in marks.items() if mark in text} == set()
	assert [value for value in hidden if "".join(value.split()).upper() in text] == []
	assert "7,654.32" not in text and "7654.32" not in text


def test_the_test_would_notice_frappes_own_format(made, monkeypatch):
	from customer_portal_ext.documents import pdf

	monkeypatch.setattr(pdf, "PRINT_FORMATS", {})
	document = made["Sales Order"]
	marks = fill_internal_fields(document)
	text = make(document).upper()
	assert {"project", "cost_center"} <= {field for mark, field in marks.items() if mark in text}


@pytest.mark.parametrize("doctype", KINDS)
def test_it_speaks_the_visitors_language(made, doctype):
	text = make(made[doctype], "de")
	heading = {
		"Quotation": "Angebot",
		"Sales Order": "Auftrag",
		"Delivery Note": "Lieferung",
		"Sales Invoice": "Rechnung",
	}[doctype]
	assert heading in text and "Menge" in text and "Quantity" not in text


def test_alternatives_are_marked_and_plain_text_is_no_markup(made):
	document = made["Quotation"]
	line = document.items[0]
	frappe.db.set_value(line.doctype, line.name, {"is_alternative": 1, "item_name": "<b>A&B</b>"})
	text = make(document)
	assert "Alternative,notinthetotal" in text and "<b>A&B</b>" in text


@pytest.mark.parametrize("has_taxes", [False, True])
@pytest.mark.parametrize(
	("discount", "printed", "total"),
	[(7.25, "−$7.25", "352.75"), (-7.25, "$7.25", "367.25"), (0, None, "360.00")],
)
def test_a_discount_is_taken_off(db, discount, printed, total, has_taxes):
	tax = {
		"charge_type": "Actual",
		"account_head": frappe.db.get_value(
			"Account", {"account_type": "Tax", "company": factories.get_company()}
		),
		"description": "Freight",
		"tax_amount": 1000,
	}
	document = factories.make_quotation(
		factories.make_customer(),
		rate=120,
		qty=3,
		discount_amount=discount,
		apply_discount_on="Net Total",
		taxes=[tax] if has_taxes else [],
	)
	text = make(document)
	assert ("Freight$1,000.00" in text) is has_taxes
	assert ("Discount" in text) is bool(printed)
	assert not printed or f"Discount{printed}" in text
	assert f"Total${'1,' if has_taxes else ''}{total}" in text
