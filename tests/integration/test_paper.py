"""Paper of every kind in the portal's own format: who sells to whom, what it is, what it comes to, how to pay, on which page."""

import io
import re
from types import SimpleNamespace

import frappe
import pytest
from frappe.utils import add_days, getdate, today
from pypdf import PdfReader

from customer_portal_ext.access import tokens
from customer_portal_ext.documents import kinds, pdf
from customer_portal_ext.payments import receipt
from customer_portal_ext.quotes import signed_pdf
from customer_portal_ext.statement import document as statement_document
from customer_portal_ext.statement import export_pdf, ledger
from tests import factories
from tests.factories import answers, discounts, paying

DOCUMENTS = ("quotation", "order", "delivery", "invoice", "credit_note", "payment")
ALL = (*DOCUMENTS, "statement", "receipt")
SELLER = {"phone_no": "+1 555 0100", "email": "sales@seller.example", "tax_id": "TAX-SELLER"}
POINTS = {"A4": (595, 842), "Letter": (612, 792)}
# "Quantity", "Total" (of a payment: "Payment") as they must not stand in another language
HEADINGS = {
	"de": ("Rechnung", "Menge", "Gesamt", "Seite"),
	"fr": ("Facture", "Quantité", "Total", "Page"),
	"es": ("Factura", "Cantidad", "Total", "Página"),
	"zh": ("发票", "数量", "第"),
	"ja": ("請求書", "数量", "ページ"),
	# presentation forms of a PDF: only what is written in Latin letters is looked for
	"ar": (),
}


@pytest.fixture
def seller(db):
	"""A company that is known by name, address, phone, e-mail and tax number, and has no letter head."""
	company = factories.get_company()
	frappe.db.set_value("Company", company, {**SELLER, "default_letter_head": None})
	frappe.db.set_value("Letter Head", {"is_default": 1}, "is_default", 0)
	for name in frappe.get_all(
		"Dynamic Link",
		{"link_doctype": "Company", "link_name": company, "parenttype": "Address"},
		pluck="parent",
	):
		frappe.db.set_value("Address", name, "disabled", 1)
	address = {
		"doctype": "Address",
		"address_title": company,
		"address_type": "Office",
		"country": "United States",
	}
	lines = {"address_line1": "1 Seller Street", "city": "Sellerton"}
	links = [{"link_doctype": "Company", "link_name": company}]
	frappe.get_doc({**address, **lines, "links": links}).insert()
	frappe.clear_document_cache("Company", company)
	yield company
	frappe.db.rollback()
	frappe.clear_document_cache("Company", company)
	frappe.clear_document_cache("Print Settings", "Print Settings")


@pytest.fixture
def buyer(seller):
	return factories.make_customer(customer_name="Bare Buyer")


def make_document(kind_key: str, customer, **fields):
	"""A submitted document of the kind, without a letter head."""
	if kind_key == "credit_note":
		document = factories.make_credit_note(factories.make_sales_invoice(customer, 77))
	elif kind_key == "delivery":
		document = factories.make_delivery_note(factories.make_sales_order(customer))
	elif kind_key == "payment":
		document = factories.make_payment_entry(customer, 77)
	else:
		makers = {
			"quotation": factories.make_quotation,
			"order": factories.make_sales_order,
			"invoice": factories.make_sales_invoice,
		}
		document = makers[kind_key](customer, **{"rate": 77, **fields})
	frappe.db.set_value(document.doctype, document.name, "letter_head", None)
	return document


def print_document(kind_key: str, document, language: str = "en") -> bytes:
	owner = document.get("customer") or document.get("party") or document.get("party_name")
	record = kinds.find(kinds.KINDS[kind_key], (owner,), document.name)
	return pdf.get_file(SimpleNamespace(language=language), kind_key, record)[1]


def print_any(key: str, customer, language: str = "en") -> bytes:
	if key == "statement":
		factories.make_sales_invoice(customer, 77)
		frappe.local.lang = language
		account = next(iter(ledger.get_openings(customer.name, getdate())))
		made = statement_document.get_statement(account, add_days(getdate(), -30), getdate())
		stream = io.BytesIO()
		export_pdf.write(made, stream, lambda _count: None)
		return stream.getvalue()
	if key == "receipt":
		payment = frappe.get_doc(
			{
				"doctype": "Portal Payment",
				"customer": customer.name,
				"customer_name": customer.customer_name,
				"company": factories.get_company(),
				"currency": "USD",
				"amount": 77,
				"amount_minor": 7700,
				"captured_minor": 7700,
				"captured_currency": "USD",
				"captured_on": frappe.utils.now_datetime(),
			}
		)
		payment.name = "PAY-PAPER-1"
		return receipt.get_file(payment, language)[1]
	return print_document(key, make_document(key, customer), language)


def read(content: bytes) -> list[str]:
	return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]


def squeeze(text: str) -> str:
	return "".join(text.split())


@pytest.mark.parametrize("key", ALL)
def test_it_names_seller_buyer_and_page_and_nothing_empty(buyer, seller, key):
	(text,) = read(print_any(key, buyer))
	for part in (seller, *SELLER.values(), "1 Seller Street", "Sellerton", "Bare Buyer", "Page 1 of 1"):
		assert part in text, part
	assert key == "delivery" or "77.00" in text
	for word in ("None", "Terms", "Shipping address", "Contact", "Your tax number", "Instructions", "nan"):
		assert word not in text, word
	# a label is followed by what it names
	assert not re.search(r":\s*(:|$)", text)


@pytest.mark.parametrize("language", HEADINGS)
@pytest.mark.parametrize("key", ALL)
def test_it_speaks_each_language(buyer, seller, key, language):
	text = " ".join(read(print_any(key, buyer, language)))
	assert seller in text and "None" not in text
	for word in ("Quantity", "Amount, ", "Number", "Page 1"):
		assert word not in text or (word == "Page 1" and language == "fr"), word
	if key == "invoice":
		for word in HEADINGS[language]:
			assert word in squeeze(text), word


@pytest.mark.parametrize("size", POINTS)
@pytest.mark.parametrize("key", ALL)
def test_it_keeps_to_the_papers_size(buyer, key, size):
	frappe.db.set_single_value("Print Settings", "pdf_page_size", size)
	frappe.clear_document_cache("Print Settings", "Print Settings")
	(page,) = PdfReader(io.BytesIO(print_any(key, buyer))).pages
	assert (round(page.mediabox.width), round(page.mediabox.height)) == POINTS[size]


def test_a_long_one_repeats_its_head_and_counts_its_pages(buyer):
	lines = [{"rate": 10 + number, "qty": 2, "item_name": f"Line {number} of many"} for number in range(80)]
	pages = read(
		print_document("invoice", make_document("invoice", buyer, items=lines, terms="<p>word </p>" * 300))
	)
	assert len(pages) > 4
	name = frappe.get_last_doc("Sales Invoice").name
	for number, text in enumerate(pages, 1):
		assert f"Page {number} of {len(pages)}" in text and f"Invoice {name}" in text
	with_lines = [text for text in pages if re.search(r"Line \d+ of many", text)]
	assert len(with_lines) > 2 and all("Item Quantity Price Amount, USD" in text for text in with_lines)
	assert [int(found) for text in pages for found in re.findall(r"Line (\d+) of many", text)] == list(
		range(80)
	)


def test_what_is_longer_still_is_made_by_the_tool_that_can_be_ended(buyer, monkeypatch):
	from customer_portal_ext.platform import wkhtmltopdf

	made = []
	run = wkhtmltopdf.run
	monkeypatch.setattr(wkhtmltopdf, "run", lambda *arguments: made.append(1) or run(*arguments))
	invoice = make_document("invoice", buyer)
	print_document("invoice", invoice)
	assert made == []
	monkeypatch.setattr(pdf, "MOST_PIECES", 100)
	assert invoice.name in " ".join(read(print_document("invoice", invoice))) and made == [1]


def test_taxes_discount_and_what_is_paid_add_up_on_paper(buyer, seller):
	account = frappe.db.get_value("Account", {"company": seller, "account_type": "Tax", "is_group": 0})
	taxes = [
		{"charge_type": "On Net Total", "account_head": account, "description": f"Tax {rate}", "rate": rate}
		for rate in (4, 4.5, 0.375)
	]
	invoice = make_document(
		"invoice", buyer, rate=1000, taxes=taxes, discount_amount=100, apply_discount_on="Net Total"
	)
	factories.make_payment_entry(buyer, 200, [invoice])
	(text,) = read(print_document("invoice", invoice))
	shown = ("Subtotal $1,000.00", "Discount −$100.00", "Tax 4 (4%) $36.00", "Tax 4.5 (4.5%) $40.50")
	total = frappe.utils.fmt_money(invoice.rounded_total or invoice.grand_total, currency="USD").replace(
		"$ ", "$"
	)
	open_amount = frappe.utils.fmt_money(invoice.reload().outstanding_amount, currency="USD").replace(
		"$ ", "$"
	)
	for part in (*shown, f"Total {total}", "Paid and credited −$200.00", f"Open {open_amount}"):
		assert part in text, part


@pytest.fixture
def discount_account(seller):
	before = frappe.db.get_value("Company", seller, "default_discount_account")
	yield discounts.make_discount_account(seller)
	frappe.db.rollback()
	discounts.set_company(seller, default_discount_account=before)
	frappe.db.commit()


def test_an_early_payment_discount_stands_on_paper_until_it_ends(buyer, discount_account):
	invoice = discounts.make_discounted(buyer, 1000)
	frappe.db.set_value("Sales Invoice", invoice.name, "letter_head", None)
	(text,) = read(print_document("invoice", invoice))
	assert "$20.00 off when paid by" in text and "Open $1,000.00" not in text
	row = invoice.payment_schedule[0].name
	frappe.db.set_value("Payment Schedule", row, "discount_date", add_days(today(), -1))
	(text,) = read(print_document("invoice", invoice))
	assert invoice.name in text and "off when paid by" not in text


def test_a_foreign_currency_and_instalments(buyer):
	receivable = factories.make_receivable_account("EUR")
	schedule = [
		{"due_date": add_days(today(), 10), "invoice_portion": 50, "description": "On order"},
		{"due_date": add_days(today(), 40), "invoice_portion": 50},
	]
	invoice = make_document(
		"invoice",
		buyer,
		rate=300,
		currency="EUR",
		debit_to=receivable,
		payment_schedule=schedule,
		due_date=add_days(today(), 40),
	)
	(text,) = read(print_document("invoice", invoice))
	assert "Amount, EUR" in text and "€300.00" in text and "On order 150.00 150.00" in text
	assert "$" not in text


def test_a_credit_note_and_a_return(buyer):
	invoice = factories.make_sales_invoice(buyer, 50)
	note = factories.make_credit_note(invoice)
	frappe.db.set_value("Sales Invoice", note.name, "letter_head", None)
	(text,) = read(print_document("credit_note", note))
	assert f"Invoice {invoice.name}" in text and "−$50.00" in text and "Due on" not in text
	delivery = factories.make_delivery_note(factories.make_sales_order(buyer, qty=2))
	from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_return

	back = make_sales_return(delivery.name).insert().submit()
	(text,) = read(print_document("delivery", back))
	assert "Return" in text and f"Delivery {delivery.name}" in text and "2 Nos" in text and "−2" not in text


def test_the_letter_head_is_used_where_there_is_one(buyer, seller):
	head = frappe.get_doc(
		{
			"doctype": "Letter Head",
			"letter_head_name": frappe.generate_hash(length=8),
			"source": "HTML",
			"content": "<p>OUR-LETTER-HEAD</p>",
			"footer": "<p>OUR-FOOTER</p>",
			"footer_source": "HTML",
		}
	).insert()
	frappe.db.set_value("Company", seller, "default_letter_head", head.name)
	frappe.clear_document_cache("Company", seller)
	for key in DOCUMENTS:
		(text,) = read(print_any(key, buyer))
		# a letter head may leave out what a document must name
		for part in ("OUR-LETTER-HEAD", "OUR-FOOTER", seller, "1 Seller Street", "TAX-SELLER"):
			assert part in text, (key, part)
		assert SELLER["phone_no"] not in text


@pytest.mark.parametrize("key", [key for key in DOCUMENTS if key != "credit_note"])
def test_the_companys_chosen_format_wins(buyer, key):
	doctype = kinds.KINDS[key].doctype
	own = frappe.get_doc(
		{
			"doctype": "Print Format",
			"name": f"Own {frappe.generate_hash(length=6)}",
			"doc_type": doctype,
			"custom_format": 1,
			"print_format_type": "Jinja",
			"standard": "No",
			"html": "<p>OWN-FORMAT {{ doc.name }}</p>",
		}
	).insert()
	document = make_document(key, buyer)
	frappe.db.set_value("DocType", doctype, "default_print_format", own.name)
	frappe.clear_cache(doctype=doctype)
	try:
		text = squeeze(" ".join(read(print_document(key, document))))
		assert f"OWN-FORMAT{document.name}" in text and "BareBuyer" not in text
	finally:
		frappe.db.rollback()
		frappe.clear_cache(doctype=doctype)


def test_how_to_pay_is_said_of_what_is_open_to_who_may_pay(buyer, portal_settings):
	invoice = make_document("invoice", buyer, due_date=add_days(today(), 14))
	address = frappe.utils.get_url(f"/portal/invoices/{invoice.name}")

	def printed(document=invoice):
		return read(print_document("invoice", document))[0]

	assert "See it on the portal" in printed() and squeeze(address) in squeeze(printed())
	assert f"Due on {frappe.utils.formatdate(add_days(today(), 14), 'MMMM d, yyyy')}: $77.00" in printed()
	portal_settings(allow_payments=1, payment_gateways=[paying.make_gateway()])
	assert "Pay online" in printed()
	policy = {"doctype": "Customer Portal Policy", "applies_to": "Customer", "party": buyer.name}
	made = frappe.get_doc({**policy, "payments": "Deny"}).insert()
	assert "Pay online" not in printed() and "See it on the portal" in printed()
	made.update({"payments": "Allow", "invoices": "Deny"})
	made.save()
	assert "portal" not in printed()
	made.delete()
	factories.make_payment_entry(buyer, 77, [invoice])
	assert "Pay online" not in printed() and "Due on" not in printed() and "Open $0.00" in printed()
	portal_settings(enabled=0)
	assert "/portal/" not in printed()


@pytest.fixture
def accepted(http, portal_settings, buyer):
	portal_settings(**answers.SETTINGS)
	quotation = make_document("quotation", buyer)
	frappe.db.commit()
	http.open_link(tokens.get_link(tokens.issue(buyer.name)))
	assert answers.accept(http, quotation.name).status_code == 303
	frappe.db.rollback()
	frappe.db.set_value("Company", factories.get_company(), "default_letter_head", None)
	frappe.db.set_value("Quotation", quotation.name, "letter_head", None)
	return frappe.get_doc("Portal Quotation Response", {"quotation": quotation.name})


def test_a_signed_quotation_is_one_paper(accepted):
	pages = read(signed_pdf.make(accepted))
	assert len(pages) == 2
	assert f"Quotation {accepted.quotation}" in pages[0] and "<" not in pages[0]
	assert "Acceptance" not in pages[0] and "Terms" not in pages[1]
	assert f"Acceptance of quotation {accepted.quotation}" in pages[1] and accepted.content_digest in pages[1]
	assert "Page 1 of 2" in pages[0] and "Page 2 of 2" in pages[1]
	assert all(factories.get_company() in page for page in pages)


def test_behind_a_companys_own_format_too(accepted, monkeypatch):
	monkeypatch.setattr(pdf, "PRINT_FORMATS", {})
	pages = read(signed_pdf.make(accepted))
	assert f"Acceptance of quotation {accepted.quotation}" in pages[-1] and len(pages) == 2


def test_desk_prints_the_same(buyer):
	for key, print_format in pdf.PRINT_FORMATS.items():
		document = make_document(key, buyer)
		html, files = pdf.get_print_page(document.doctype, document.name, print_format, None)
		text = squeeze(" ".join(read(pdf.to_pdf(html, files))))
		assert document.name in text and "BareBuyer" in text and "None" not in text, key
		assert "SellerStreet" in text, key


def test_desk_prints_no_head_on_paper_that_has_one(buyer, seller):
	from frappe.www import printview

	invoice = frappe.get_doc("Sales Invoice", make_document("invoice", buyer).name)
	chosen = frappe.get_doc("Print Format", "Portal Invoice")
	html = printview.get_rendered_template(invoice, print_format=chosen, no_letterhead=True)
	assert 'class="paper-head"' not in html and "1 Seller Street" in html


def test_a_template_of_an_e_mail_prints_no_document(buyer):
	invoice = make_document("invoice", buyer)
	for doc in (invoice, invoice.as_dict()):
		assert frappe.render_template("{{ portal_paper(doc) }}", {"doc": doc}) == ""
