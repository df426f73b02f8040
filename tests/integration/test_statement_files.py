"""The statement's page and files: what they hold, how long ones are made, and where the e-mail goes."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import frappe
import pytest
from frappe.utils import add_days, getdate

from customer_portal_ext.access import tokens
from customer_portal_ext.statement import exports, files, limits
from tests import factories
from tests.factories.ledgers import make_long_ledger

EVIL = '=HYPERLINK("http://x","y")'


def enter(client, customer):
	assert client.open_link(tokens.get_link(tokens.issue(customer.name))).status_code == 200
	return client


@pytest.fixture
def customer(db):
	customer = factories.make_customer(
		f"=Müller & Söhne <i> 北京 {frappe.generate_hash(length=6)}".replace("<i>", "i"),
		email=f"{frappe.generate_hash(length=8)}@example.com",
	)
	invoice = factories.make_sales_invoice(
		customer, 1234.5, posting_date=add_days(getdate(), -3), po_no=EVIL, due_date=getdate()
	)
	factories.make_payment_entry(customer, 234.5, [invoice], posting_date=add_days(getdate(), -1))
	customer.invoice = invoice
	return customer


def get_period():
	return f"from={add_days(getdate(), -30)}&to={getdate()}"


def test_page(http, customer):
	enter(http, customer)
	page = http.get(f"/portal/statement?{get_period()}").text
	assert f"/portal/invoices/{customer.invoice.name}" in page
	for text in ("Opening balance", "1,234.50", "Closing balance", "$1,000.00", "Payment", "Not due"):
		assert text in page
	assert "HYPERLINK" in page and "<i>" not in page


def test_page_and_pdf_name_the_linked_address(http, customer):
	from pypdf import PdfReader

	factories.make_address(customer, address_line1="7 Linked Avenue", city="Fallbackton")
	frappe.db.set_value(
		"Customer", customer.name, {"primary_address": None, "customer_primary_address": None}
	)
	enter(http, customer)
	assert "7 Linked Avenue" in http.get(f"/portal/statement?{get_period()}").text
	content = http.get(f"/portal/download/statement.pdf?{get_period()}").data
	text = PdfReader(io.BytesIO(content)).pages[0].extract_text()
	assert "7 Linked Avenue" in text and "Fallbackton" in text


def test_csv_is_plain_and_harmless(http, customer):
	enter(http, customer)
	content = http.get(f"/portal/download/statement.csv?{get_period()}").data
	assert content.startswith(b"\xef\xbb\xbf")
	rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
	assert [row["Entry"] for row in rows] == ["Opening balance", "Invoice", "Payment", "Closing balance"]
	invoice, payment = rows[1:3]
	assert (invoice["Charged"], invoice["Balance"], invoice["Currency"]) == ("1234.50", "1234.50", "USD")
	assert invoice["Date"] == str(add_days(getdate(), -3)) and invoice["Due date"] == str(getdate())
	assert invoice["Reference"] == f"'{EVIL}"
	assert (payment["Paid or credited"], payment["Balance"]) == ("234.50", "1000.00")
	assert rows[-1]["Balance"] == "1000.00"


def test_workbook_holds_numbers_dates_and_no_formula(http, customer):
	from openpyxl import load_workbook

	enter(http, customer)
	book = load_workbook(io.BytesIO(http.get(f"/portal/download/statement.xlsx?{get_period()}").data))
	entries, ageing = book.worksheets
	cells = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
	assert not [cell for cell in cells if cell.data_type == "f"]
	invoice = [cell for row in entries if row[2].value == customer.invoice.name for cell in row]
	assert invoice[3].value == EVIL and invoice[3].data_type == "s"
	assert invoice[0].value == datetime.combine(add_days(getdate(), -3), datetime.min.time())
	assert (invoice[5].value, invoice[5].number_format, invoice[7].value) == (1234.5, "#,##0.00", 1234.5)
	assert customer.customer_name in [cell.value for cell in cells]
	assert [row[1].value for row in ageing][2:] == [1000, 0, 0, 0, 0, 0, 1000]


def test_pdf_repeats_its_headings_and_counts_its_pages(http, db):
	from pypdf import PdfReader

	customer = factories.make_customer()
	make_long_ledger(customer, 240)
	enter(http, customer)
	reader = PdfReader(io.BytesIO(http.get("/portal/download/statement.pdf").data))
	pages = [page.extract_text() for page in reader.pages]
	assert len(pages) > 2
	for number, text in enumerate(pages, 1):
		assert f"Page {number} of {len(pages)}" in text
		assert "Paid or credited" in text or "By due date" in text
	assert customer.customer_name in pages[0] and "Opening balance" in pages[0]
	assert "Closing balance" in pages[-1] and "Unallocated credit" in pages[-1]


def test_pdf_in_parts_is_one_document(db, monkeypatch):
	from pypdf import PdfReader

	from customer_portal_ext.statement import document, export_pdf, ledger

	customer = factories.make_customer()
	make_long_ledger(customer, 240)
	((account, _opening),) = ledger.get_openings(customer.name, getdate()).items()
	statement = document.get_statement(account, getdate().replace(month=1, day=1), getdate())
	monkeypatch.setattr(export_pdf, "LINES_PER_PART", 100)
	stream, told = io.BytesIO(), []
	export_pdf.write(statement, stream, told.append)
	assert told == [100, 200, statement.totals.count]
	texts = [page.extract_text() for page in PdfReader(stream).pages]
	assert all(f"Page {number} of {len(texts)}" in text for number, text in enumerate(texts, 1))
	assert sum(text.count("TT ") + text.count("PO ") for text in texts) == statement.totals.count
	assert "Closing balance" in texts[-1] and "Closing balance" not in texts[1]


def test_arabic_words_keep_their_spaces():
	from fontTools.ttLib import TTFont

	from customer_portal_ext.statement import fonts

	faces = fonts.get_faces("\N{ARABIC LETTER ALEF}", "ar")
	assert [(family, weight) for family, weight, _content in faces] == [
		("Portal Arabic", "normal"),
		("Portal Arabic", "bold"),
	]
	for _family, _weight, content in faces:
		font = TTFont(io.BytesIO(content))
		characters = font.getBestCmap()
		assert {0x20, 0xA0, ord("\N{ARABIC LETTER ALEF}")} <= set(characters)
		assert font["hmtx"][characters[0x20]][0] > 0 and "GSUB" in font


def test_pdf_fetches_nothing_from_anywhere(db, customer, monkeypatch):
	from customer_portal_ext.statement import document, export_pdf, ledger

	((account, _opening),) = ledger.get_openings(customer.name, getdate()).items()
	statement = document.get_statement(account, getdate(), getdate())
	fetch = export_pdf.get_url_fetcher(statement.company["logo"])
	for url in ("http://127.0.0.1/x", "file:///etc/passwd", "/files/x.png", "data:image/png;base64,AA=="):
		with pytest.raises(export_pdf.AddressRefused):
			fetch(url)
	for url in (
		"/private/files/x.png",
		"/files/../private/x.png",
		"/files/none.png",
		"http://x/files/a.png",
		None,
	):
		frappe.db.set_value("Company", account.company, "company_logo", url)
		frappe.clear_document_cache("Company", account.company)
		assert document.get_company(account.company)["logo"] is None


def test_a_long_one_is_made_in_the_background(http, customer, monkeypatch):
	monkeypatch.setitem(limits.AT_ONCE, "csv", 1)
	enter(http, customer)
	page = http.get(f"/portal/statement?{get_period()}")
	assert 'action="/portal/statement/exports"' in page.text
	assert http.get(f"/portal/download/statement.csv?{get_period()}").status_code == 303

	wish = {"format": "csv", "period": "own", "from": str(add_days(getdate(), -30)), "to": str(getdate())}
	first = http.submit("/portal/statement", "/portal/statement/exports", wish)
	second = http.submit("/portal/statement", "/portal/statement/exports", wish)
	place = first.headers["Location"]
	assert first.status_code == 303 and second.headers["Location"] == place
	name = place.rsplit("/", 1)[1]

	waiting = http.get(place).text
	assert "data-refresh" in waiting and "<progress" in waiting
	assert http.get(f"/portal/download/exports/{name}").status_code == 404

	frappe.db.rollback()
	exports.run(name)
	ready = http.get(place).text
	assert "data-refresh" not in ready and f"/portal/download/exports/{name}" in ready
	made = http.get(f"/portal/download/exports/{name}")
	assert made.status_code == 200 and customer.invoice.name in made.text
	assert made.headers["Content-Disposition"].startswith("attachment")
	# the wish is free again
	third = http.submit("/portal/statement", "/portal/statement/exports", wish)
	assert third.headers["Location"] != place


def test_the_same_wish_at_once_is_one_job(new_client, customer, site):
	frappe.db.commit()
	link = tokens.get_link(tokens.issue(customer.name))
	clients = [new_client() for _ in range(6)]
	for client in clients:
		client.open_link(link)
	from tests.client import hidden_fields

	fields = [hidden_fields(client.get("/portal/statement").text) | {"format": "csv"} for client in clients]

	def ask(number):
		return clients[number].post("/portal/statement/exports", data=fields[number]).headers["Location"]

	with ThreadPoolExecutor(6) as threads:
		assert len(set(threads.map(ask, range(6)))) == 1
	frappe.db.rollback()
	assert frappe.db.count(exports.DOCTYPE, {"customer": customer.name}) == 1


def test_progress_and_failure(db, customer, monkeypatch):
	export = frappe.get_doc(
		{
			"doctype": exports.DOCTYPE,
			"customer": customer.name,
			"company": customer.invoice.company,
			"currency": "USD",
			"from_date": getdate(),
			"to_date": getdate(),
			"format": "csv",
			"language": "en",
			"total": 2,
			"request_key": frappe.generate_hash(),
		}
	).insert()

	def fail(*arguments):
		raise OSError("disk full")

	monkeypatch.setattr(files, "get_writer", fail)
	exports.run(export.name)
	export.reload()
	assert (export.status, export.request_key, export.file) == ("Failed", None, None)
	exports.run(export.name)
	assert frappe.db.get_value(exports.DOCTYPE, export.name, "status") == "Failed"


def test_old_files_go_with_their_rows(db, customer):
	export = frappe.get_doc(
		{
			"doctype": exports.DOCTYPE,
			"customer": customer.name,
			"company": customer.invoice.company,
			"currency": "USD",
			"from_date": getdate(),
			"to_date": getdate(),
			"format": "csv",
			"language": "en",
			"total": 2,
		}
	).insert()
	exports.run(export.name)
	path = exports.get_path(frappe.db.get_value(exports.DOCTYPE, export.name, "file"))
	assert path.is_file()
	exports.clear_old_logs(days=7)
	assert path.is_file()
	frappe.db.set_value(
		exports.DOCTYPE, export.name, "creation", add_days(getdate(), -8), update_modified=False
	)
	exports.clear_old_logs(days=7)
	assert not path.exists() and not frappe.db.exists(exports.DOCTYPE, export.name)


def test_mail_goes_to_the_address_on_file_and_to_no_other(http, customer, outgoing):
	enter(http, customer)
	sent = http.submit("/portal/statement", "/portal/statement/email", {"to_address": "x@example.org"})
	assert sent.status_code == 303 and "notice=statement-sent" in sent.headers["Location"]
	assert "on its way" in http.get(sent.headers["Location"]).text
	frappe.db.rollback()
	(queued,) = frappe.get_all("Email Queue", {"reference_name": customer.name}, pluck="name")
	mail = frappe.get_doc("Email Queue", queued)
	assert [row.recipient for row in mail.recipients] == [customer.email_id]
	assert "application/pdf" in mail.message or ".pdf" in (mail.attachments or "")


def test_no_mail_without_an_address_on_file(http, db, outgoing):
	customer = factories.make_customer()
	factories.make_sales_invoice(customer, 5)
	enter(http, customer)
	answer = http.submit("/portal/statement", "/portal/statement/email")
	assert answer.status_code == 400 and "no e-mail address on file" in answer.text
	frappe.db.rollback()
	assert not frappe.get_all("Email Queue", {"reference_name": customer.name})


def test_nothing_on_the_account(http, db):
	enter(http, factories.make_customer())
	page = http.get("/portal/statement")
	assert page.status_code == 200 and "Nothing on your account yet" in page.text
	assert http.get("/portal/download/statement.pdf").status_code == 400


def test_without_a_mail_server_it_is_said(http, customer):
	accounts = frappe.get_all("Email Account", {"enable_outgoing": 1}, pluck="name")
	assert accounts == [], "another test left an outgoing account behind"
	enter(http, customer)
	answer = http.submit("/portal/statement", "/portal/statement/email")
	assert answer.status_code == 400 and "cannot be sent" in answer.text
