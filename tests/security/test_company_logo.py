"""A logo that Desk keeps as a private file is shown on pages, paper and in e-mails; no other private file opens by it."""

import html
import io
import os
import re
from pathlib import Path
from types import SimpleNamespace

import frappe
import pytest
from PIL import Image
from pypdf import PdfReader

from customer_portal_ext.access import quotation_mail, tokens
from customer_portal_ext.base import company_logo, pictures
from customer_portal_ext.documents import kinds, pdf
from customer_portal_ext.payments import receipt
from customer_portal_ext.statement import document, export_pdf, ledger
from tests import factories
from tests.factories import hostile, paying
from tests.factories.files import make_image
from tests.factories.mail import get_messages_to, make_outgoing_account, remove_outgoing_account

COLOUR = (210, 30, 120)
ICON = re.compile(r'<link rel="icon" href="([^"]+)"')


@pytest.fixture
def company(db):
	name = company_logo.get_default_company()
	letter_heads = frappe.get_all("Letter Head", {"is_default": 1}, pluck="name")
	fields = ["company_logo", "default_letter_head"]
	before = dict(zip(fields, frappe.db.get_value("Company", name, fields), strict=True))
	frappe.db.set_value("Company", name, "default_letter_head", None)
	frappe.db.set_value("Letter Head", {"is_default": 1}, "is_default", 0)
	yield name
	frappe.db.rollback()
	frappe.db.set_value("Company", name, before)
	for letter_head in letter_heads:
		frappe.db.set_value("Letter Head", letter_head, "is_default", 1)
	frappe.db.commit()
	frappe.clear_document_cache("Company", name)


@pytest.fixture
def keep(company):
	"""Keep a file as Desk does, by default as the company's private logo: its File."""
	made = []

	def keep(content: bytes | None = None, name="logo.png", **fields):
		file = frappe.get_doc(
			{
				"doctype": "File",
				"file_name": f"{frappe.generate_hash(length=8)}-{name}",
				"content": content or make_image(size=(90, 30), colour=COLOUR),
				"is_private": 1,
				"attached_to_doctype": "Company",
				"attached_to_name": company,
				"attached_to_field": "company_logo",
				**fields,
			}
		).insert()
		made.append(file)
		return file

	yield keep
	frappe.db.rollback()
	for file in made:
		file.delete()
	frappe.db.commit()


@pytest.fixture
def name_logo(company):
	def name(address: str | None):
		frappe.db.set_value("Company", company, "company_logo", address)
		frappe.db.commit()
		frappe.clear_document_cache("Company", company)

	return name


@pytest.fixture
def visitor(http, customer):
	http.open_link(tokens.get_link(tokens.issue(customer.name)))
	return http


def has_logo(content: bytes) -> bool:
	pages = PdfReader(io.BytesIO(content)).pages
	pixels = [
		Image.open(io.BytesIO(image.data)).convert("RGB").getpixel((5, 5))
		for page in pages
		for image in page.images
	]
	return any(all(abs(a - b) < 12 for a, b in zip(pixel, COLOUR, strict=True)) for pixel in pixels)


def icon_of(client) -> str:
	return html.unescape(ICON.search(client.get("/portal").text)[1])


def test_it_is_on_every_page_and_may_be_kept(visitor, new_client, keep, name_logo):
	file = keep()
	name_logo(file.file_url)
	address = icon_of(visitor)
	page = visitor.get("/portal").text
	assert address.startswith("/portal/logo?v=") and f'<img src="{html.escape(address)}"' in page
	assert "/private/" not in page
	# who has no visit sees it too: on the page that asks for a link
	stranger = new_client()
	got = stranger.get(address)
	assert got.status_code == 200 and got.mimetype == "image/png" and got.data == file.get_content()
	assert got.headers["Cache-Control"] == "public, max-age=31536000, immutable"
	assert "sandbox" in got.headers["Content-Security-Policy"]
	assert got.headers["X-Content-Type-Options"] == "nosniff"
	for other in ("/portal/logo", "/portal/logo?v=1"):
		assert stranger.get(other).headers["Cache-Control"] == "no-store, private"
	# Frappe itself goes on refusing it
	assert stranger.get(file.file_url).status_code in (403, 404)


def test_another_file_gets_another_address(visitor, keep, name_logo):
	seen = set()
	for colour in ("red", "green"):
		name_logo(keep(make_image(size=(8, 8), colour=colour)).file_url)
		seen.add(icon_of(visitor))
	assert len(seen) == 2


def test_it_is_on_paper_of_every_kind(customer, keep, name_logo, portal_settings):
	name_logo(keep().file_url)
	invoice = factories.make_sales_invoice(customer, 100)
	order = factories.make_sales_order(customer)
	made = {
		"invoice": invoice,
		"credit_note": factories.make_credit_note(factories.make_sales_invoice(customer, 10)),
		"quotation": factories.make_quotation(customer),
		"order": order,
		"delivery": factories.make_delivery_note(order),
		"payment": factories.make_payment_entry(customer, 10),
	}
	for key, printed in made.items():
		frappe.db.set_value(printed.doctype, printed.name, "letter_head", None)
		record = kinds.find(kinds.KINDS[key], (customer.name,), printed.name)
		assert has_logo(pdf.get_file(SimpleNamespace(language="en"), key, record)[1]), key
	(account, _opening), *_more = ledger.get_openings(customer.name, frappe.utils.getdate()).items()
	statement = document.get_statement(account, frappe.utils.getdate(), frappe.utils.getdate())
	stream = io.BytesIO()
	export_pdf.write(statement, stream, lambda _count: None)
	assert has_logo(stream.getvalue())
	portal_settings(allow_payments=1, payment_gateways=[paying.make_gateway()])
	payment = paying.capture_payment(paying.begin(customer, [invoice.name]))
	assert has_logo(receipt.get_file(payment, "en")[1])


def test_it_is_in_e_mails(customer, keep, name_logo):
	file = keep()
	name_logo(file.file_url)
	account = make_outgoing_account()
	try:
		quotation = factories.make_quotation(customer)
		address = f"{frappe.generate_hash(length=8)}@example.com"
		token = tokens.issue_for_document(
			customer.name, "Quotation", quotation.name, "Customer", shared_with=address
		)
		quotation_mail.send_share(token, "Somebody", "en")
		frappe.db.commit()
		(message,) = get_messages_to(address)
		version = company_logo.get_version(Path(file.get_full_path()).resolve())
		text = hostile.read_mail(message)
		assert f'src="{frappe.utils.get_url()}/portal/logo?v={version}"' in text
		assert "private/files" not in text
	finally:
		remove_outgoing_account(account)


@pytest.fixture
def nothing_opens(new_client, visitor, company):
	"""That no file opens as the logo, on any way."""

	def check():
		assert new_client().get("/portal/logo").status_code == 404
		assert icon_of(visitor).startswith("data:image/svg+xml")
		assert company_logo.get_file(company) is None and company_logo.get_mail_address(company) is None

	return check


def test_a_private_file_that_is_no_picture_does_not_open(keep, name_logo, nothing_opens):
	for content in (b"%PDF-1.4 secret", b"<svg><script>secret</script>", b"<html>secret</html>"):
		name_logo(keep(content, "secret.png").file_url)
		nothing_opens()


def test_a_private_picture_of_another_record_does_not_open(keep, name_logo, nothing_opens, customer):
	for owner in (
		{"attached_to_doctype": "Customer", "attached_to_name": customer.name},
		{"attached_to_doctype": None},
	):
		file = keep(attached_to_field=None, **owner)
		name_logo(file.file_url)
		nothing_opens()


def test_a_way_that_leads_elsewhere_does_not_open(keep, name_logo, nothing_opens, tmp_path):
	logo, secret = keep(), keep(attached_to_doctype=None, attached_to_name=None, attached_to_field=None)
	folder = Path(logo.get_full_path()).parent
	name = Path(secret.get_full_path()).name
	for address in (
		f"/private/files/../files/{name}",
		f"/private/files/./{name}",
		f"/private/files//{name}",
		f"/private/files/{logo.name}/../{name}",
		f"/private/files/%2e%2e/files/{name}",
		f"/files/../../private/files/{name}",
		f"/files/../private/files/{name}",
		"/private/files/",
		"/private/backups/site_config.json",
		str(folder / name),
		f"file://{folder / name}",
		"/private/files/none.png",
	):
		frappe.db.set_value("File", logo.name, "file_url", address)
		name_logo(address)
		nothing_opens()


@pytest.mark.parametrize("is_inside", [True, False])
def test_a_symbolic_link_does_not_open(keep, name_logo, nothing_opens, tmp_path, is_inside):
	logo, secret = keep(), keep(attached_to_doctype=None, attached_to_name=None, attached_to_field=None)
	place = Path(logo.get_full_path())
	target = Path(secret.get_full_path()) if is_inside else tmp_path / "secret.png"
	if not is_inside:
		target.write_bytes(secret.get_content())
	content = place.read_bytes()
	place.unlink()
	os.symlink(target.resolve(), place)
	try:
		name_logo(logo.file_url)
		nothing_opens()
	finally:
		place.unlink()
		place.write_bytes(content)


def test_a_picture_that_unpacks_to_too_much_does_not_open(keep, name_logo, nothing_opens):
	written = io.BytesIO()
	Image.new("1", (6000, 6000)).save(written, "PNG")
	assert len(written.getvalue()) < 20_000 and 6000 * 6000 > pictures.MOST_PIXELS
	name_logo(keep(written.getvalue()).file_url)
	nothing_opens()


def test_a_drawing_is_cleaned(new_client, keep, name_logo):
	drawing = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>secret</script><rect width="9" height="9"/></svg>'
	file = keep(drawing, "logo.svg")
	Path(file.get_full_path()).write_bytes(drawing)
	name_logo(file.file_url)
	got = new_client().get("/portal/logo")
	assert got.status_code == 200 and got.mimetype == "image/svg+xml"
	assert "rect" in got.text and "secret" not in got.text
