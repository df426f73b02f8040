"""PDFs: the company's own format and letter head, nothing asked of the site or of strangers' files, a limit in time."""

import subprocess
from io import BytesIO
from types import SimpleNamespace

import frappe
import pytest
from PIL import Image
from pypdf import PdfReader

from tests import factories

PIXEL = bytes.fromhex(
	"89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf50"
	"0f0003860180285ac59b0000000049454e44ae426082"
)


@pytest.fixture
def customer(db):
	return factories.make_customer()


@pytest.fixture
def guest():
	frappe.set_user("Guest")
	yield
	frappe.set_user("Administrator")


def record_of(document):
	from customer_portal_ext.documents import kinds

	kind = kinds.PAYMENT if document.doctype == "Payment Entry" else kinds.INVOICE
	return kinds.find(kind, (document.get("customer") or document.party,), document.name)


def make(document, kind_key="invoice", language=None):
	from customer_portal_ext.documents import pdf

	return pdf.get_file(SimpleNamespace(language=language), kind_key, record_of(document))


def text_of(content: bytes) -> str:
	return "".join("".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def test_it_is_printed_with_letter_head_and_footer_for_a_guest(customer, guest):
	frappe.set_user("Administrator")
	head = frappe.get_doc(
		{
			"doctype": "Letter Head",
			"letter_head_name": frappe.generate_hash(length=8),
			"source": "HTML",
			"content": "<p>OUR-LETTER-HEAD</p>",
			"footer_source": "HTML",
			"footer": "<p>OUR-FOOTER</p>",
		}
	).insert()
	invoice = factories.make_sales_invoice(customer, 123.45, letter_head=head.name)
	frappe.set_user("Guest")
	name, content = make(invoice)
	assert name == f"Invoice {invoice.name}.pdf"
	for part in ("OUR-LETTER-HEAD", "OUR-FOOTER", invoice.name, "123.45"):
		assert part in text_of(content), part


def test_the_companys_own_default_format_is_used(customer):
	own = frappe.get_doc(
		{
			"doctype": "Print Format",
			"name": f"Own {frappe.generate_hash(length=6)}",
			"doc_type": "Sales Invoice",
			"custom_format": 1,
			"print_format_type": "Jinja",
			"standard": "No",
			"html": "<p>OWN-FORMAT {{ doc.name }} {{ _('Invoice') }}</p>",
		}
	).insert()
	frappe.make_property_setter(
		{
			"doctype": "Sales Invoice",
			"doctype_or_field": "DocType",
			"property": "default_print_format",
			"value": own.name,
		},
		is_system_generated=False,
	)
	frappe.clear_cache(doctype="Sales Invoice")
	try:
		invoice = factories.make_sales_invoice(customer, 10)
		assert f"OWN-FORMAT{invoice.name}" in text_of(make(invoice)[1])
	finally:
		frappe.db.rollback()
		frappe.clear_cache(doctype="Sales Invoice")


def test_a_payment_receipt_names_no_account_of_ours(customer):
	invoice = factories.make_sales_invoice(customer, 100)
	payment = factories.make_payment_entry(customer, 120, [invoice], remarks="INTERNAL", custom_remarks=1)
	text = text_of(make(payment, "payment")[1])
	for part in (payment.name, invoice.name, "120.00", "20.00", payment.reference_no):
		assert part in text, part
	for part in (payment.paid_to, payment.paid_from, "INTERNAL", payment.cost_center or "-"):
		assert "".join(part.split()) not in text or part == "-", part


def test_the_language_is_the_visitors_and_is_put_back(customer):
	invoice = factories.make_sales_invoice(customer, 10)
	before = frappe.local.lang
	name, _content = make(invoice, language="de")
	assert name != f"Invoice {invoice.name}.pdf" and name.endswith(f"{invoice.name}.pdf")
	assert frappe.local.lang == before


def test_rights_and_parameters_are_as_before_even_when_printing_fails(customer, monkeypatch):
	from customer_portal_ext.documents import pdf

	invoice = factories.make_sales_invoice(customer, 10)
	frappe.local.form_dict = frappe._dict(format="Standard", key="x")
	frappe.flags.ignore_print_permissions = None
	seen = {}

	def fail(*_arguments, **_keywords):
		seen.update(form=dict(frappe.local.form_dict), elevated=frappe.flags.ignore_print_permissions)
		raise ZeroDivisionError

	monkeypatch.setattr(pdf.printview, "get_rendered_template", fail)
	with pytest.raises(ZeroDivisionError):
		make(invoice)
	assert seen == {"form": {}, "elevated": True}
	assert frappe.local.form_dict == {"format": "Standard", "key": "x"}
	assert not frappe.flags.ignore_print_permissions


def test_a_file_that_takes_too_long_is_ended(customer, monkeypatch):
	from customer_portal_ext.documents import pdf

	monkeypatch.setattr(pdf, "TIME_LIMIT_SECONDS", 0.01)
	monkeypatch.setattr(pdf, "PRINT_FORMATS", {})
	with pytest.raises(subprocess.TimeoutExpired):
		make(factories.make_sales_invoice(customer, 10))


def test_a_failure_says_what_was_wrong(monkeypatch, db):
	from customer_portal_ext.documents import pdf
	from customer_portal_ext.platform import wkhtmltopdf

	monkeypatch.setattr(
		wkhtmltopdf.pdfkit.PDFKit, "command", lambda self: ["/bin/sh", "-c", "echo broken >&2; exit 3"]
	)
	with pytest.raises(RuntimeError, match="broken"):
		pdf.to_pdf("<html><head></head><body><p>x</p></body></html>")


def make_file(content: bytes, **fields):
	return frappe.get_doc(
		{
			"doctype": "File",
			"file_name": f"{frappe.generate_hash(length=8)}.png",
			"content": content,
			**fields,
		}
	).insert()


def test_the_sites_own_images_and_style_go_inside_and_nothing_else(db):
	from frappe.utils.jinja_globals import bundled_asset

	from customer_portal_ext.documents.pdf_assets import inline_assets
	from customer_portal_ext.documents.printed_files import PrintedFiles

	public = make_file(PIXEL)
	printed = make_file(PIXEL + b"1", is_private=1, attached_to_doctype="Letter Head", attached_to_name="x")
	others = make_file(PIXEL + b"3", is_private=1, attached_to_doctype="Letter Head", attached_to_name="y")
	private = make_file(PIXEL + b"2", is_private=1)
	try:
		html = inline_assets(
			f"""<html><head><link rel="stylesheet" href="{bundled_asset("print.bundle.css")}"></head><body>
			<img id="public" src="{public.file_url}"><img id="absolute" src="{frappe.utils.get_url(public.file_url)}">
			<img id="printed" src="{printed.file_url}"><img id="private" src="{private.file_url}"><img id="others" src="{others.file_url}">
			<img id="climbing" src="/files/../../site_config.json"><img id="missing" src="/files/none.png">
			<img id="elsewhere" src="https://cdn.example/logo.png"><img id="local" src="file:///etc/passwd">
			<p style="background: url('{public.file_url}')">x</p></body></html>""",
			PrintedFiles({("Letter Head", "x")}),
		)
	finally:
		for file in (public, printed, others, private):
			file.delete()
	from bs4 import BeautifulSoup

	soup = BeautifulSoup(html, "html.parser")
	sources = {image["id"]: image["src"] for image in soup.find_all("img")}
	assert set(sources) == {"public", "absolute", "printed"}
	for inside in ("public", "absolute", "printed"):
		assert sources[inside].startswith("data:image/png;base64,")
	assert soup.find("link") is None and len(soup.find("style").string) > 10_000
	assert "data:image/png" in soup.p["style"]


def test_wkhtmltopdf_gets_no_cookie_no_script_and_no_local_file(db, monkeypatch):
	from customer_portal_ext.documents import pdf
	from customer_portal_ext.platform import wkhtmltopdf

	frappe.local.request = SimpleNamespace(
		host="documents.example", method="GET", headers={}, path="/", url_root=""
	)
	commands = []
	run = subprocess.run
	monkeypatch.setattr(
		wkhtmltopdf.subprocess,
		"run",
		lambda command, **keywords: commands.append(command) or run(command, **keywords),
	)
	html = '<html><head></head><body><script>x</script><p>hello</p><img src="file:///etc/hostname"></body></html>'
	assert "hello" in text_of(pdf.to_pdf(html))
	options = [str(part) for part in commands[0]]
	assert "--disable-javascript" in options and "--disable-local-file-access" in options
	assert options[options.index("--proxy") + 1] == wkhtmltopdf.NO_NETWORK
	assert not [option for option in options if "cookie" in option]


COLOURS = {"head": (200, 10, 10), "own": (10, 10, 200), "public": (200, 200, 10), "data": (200, 10, 200)}
OTHERS = (10, 90, 10)


def test_pictures_of_what_is_printed_are_in_it_and_others_are_not(customer):
	"""Those of the letter head, of the document itself, of the public files, and drawn ones; no other private file."""
	from customer_portal_ext.documents import pdf
	from tests.factories.answers import to_data_url
	from tests.factories.files import make_image

	pictures = {name: make_image(size=(40, 40), colour=colour) for name, colour in COLOURS.items()}
	head = frappe.get_doc(
		{"doctype": "Letter Head", "letter_head_name": frappe.generate_hash(length=8), "source": "HTML"}
	).insert()
	quotation = factories.make_quotation(customer, letter_head=head.name)
	attached = {"is_private": 1, "attached_to_doctype": "Letter Head", "attached_to_name": head.name}
	own = {"is_private": 1, "attached_to_doctype": "Quotation", "attached_to_name": quotation.name}
	files = {
		"head": make_file(pictures["head"], **attached),
		"own": make_file(pictures["own"], **own),
		"public": make_file(pictures["public"]),
		"others": make_file(make_image(size=(40, 40), colour=OTHERS), is_private=1),
	}
	addresses = {name: file.file_url for name, file in files.items()} | {
		"data": to_data_url(pictures["data"])
	}
	head.db_set("content", f'<p><img src="{addresses["head"]}"></p>')
	quotation.db_set("terms", "".join(f'<p><img src="{address}"></p>' for address in addresses.values()))
	try:
		html, printed = pdf.get_print_page("Quotation", quotation.name, "Portal Quotation", head.name)
		content = pdf.to_pdf(html, printed)
	finally:
		for file in files.values():
			file.delete()
	found = {get_middle(image.data) for page in PdfReader(BytesIO(content)).pages for image in page.images}
	for colour in COLOURS.values():
		assert any(is_near(colour, other) for other in found), (colour, found)
	assert not any(is_near(OTHERS, other) for other in found)


def get_middle(picture: bytes) -> tuple[int, int, int]:
	image = Image.open(BytesIO(picture)).convert("RGB")
	return image.getpixel((image.width // 2, image.height // 2))


def is_near(one, other) -> bool:
	return all(abs(left - right) < 12 for left, right in zip(one, other, strict=True))
