"""Bank transfers on an invoice's page, in its PDF and in print formats: the right standard, or none."""

import base64
import io
import re
from decimal import Decimal

import frappe
import pytest
import zxingcpp
from PIL import Image

from customer_portal_ext.access import tokens
from customer_portal_ext.payments.bank_transfer import codes
from customer_portal_ext.payments.bank_transfer.transfer import Creditor, CreditorAddress, Transfer
from development import measuring
from tests import factories
from tests.factories import qr

IBAN = "DE89370400440532013000"


@pytest.fixture
def euro_invoice(customer):
	"""An open invoice of 100 euros on a euro account."""
	account = factories.make_receivable_account("EUR")
	return factories.make_sales_invoice(
		customer, rate=100, qty=1, currency="EUR", conversion_rate=1.1, debit_to=account
	)


@pytest.fixture
def transfers(portal_settings):
	"""Set the settings' rows: ``transfers({"bank_account": …}, …)``, for the tests' company."""

	def change(*rows):
		return portal_settings(bank_transfers=[{"company": factories.get_company(), **row} for row in rows])

	yield change
	portal_settings(bank_transfers=[])
	frappe.db.commit()


def make_bank_account(iban=IBAN, bic="COBADEFFXXX", **values):
	# one bank for each BIC: ERPNext keeps it unique
	bank = frappe.db.get_value("Bank", {"swift_number": bic}) or make_bank(bic)
	account = {
		"doctype": "Bank Account",
		"account_name": f"Receipts {frappe.generate_hash(length=6)}",
		"bank": bank,
		"is_company_account": 1,
		"company": factories.get_company(),
		"iban": iban,
	}
	return frappe.get_doc(account | values).insert().name


def make_bank(bic):
	name = f"Bank {frappe.generate_hash(length=6)}"
	return frappe.get_doc({"doctype": "Bank", "bank_name": name, "swift_number": bic}).insert().name


def get_transfer(invoice):
	invoice.reload()
	return codes.get_for_invoice(invoice.as_dict())


def enter(http, customer):
	http.open_link(tokens.get_link(tokens.get_or_issue(customer.name)))
	return http


def read_page(text):
	"""What the code on a page says, and its rows."""
	drawing = re.search(r'<svg class="qr" viewBox="0 0 (\d+) .*?<path d="([^"]*)"', text, re.DOTALL)
	return qr.read({"size": int(drawing[1]), "path": drawing[2], "marks": []})


def test_an_invoice_in_euros_shows_an_epc_code(http, customer, euro_invoice, transfers):
	transfers({"bank_account": make_bank_account()})
	page = enter(http, customer).get(f"/portal/invoices/{euro_invoice.name}").text
	company = frappe.db.get_value("Company", factories.get_company(), "company_name")
	assert read_page(page).split("\n") == [
		*("BCD", "002", "1", "SCT", "COBADEFFXXX", company, IBAN, "EUR100.00", "", "", euro_invoice.name)
	]
	assert f'data-copy="{IBAN}"' in page and "DE89 3704 0044 0532 0130 00" in page
	assert 'data-copy="100.00"' in page and f'data-copy="{euro_invoice.name}"' in page


def test_the_page_keeps_its_budget(http, customer, euro_invoice, transfers):
	path = f"/portal/invoices/{euro_invoice.name}"
	enter(http, customer)
	without = measuring.count(lambda: measuring.get_page(http, path))
	transfers({"bank_account": make_bank_account()})
	assert 'class="qr"' in http.get(path).text
	assert measuring.count(lambda: measuring.get_page(http, path)) == without


def test_what_was_paid_is_not_asked_for_again(customer, euro_invoice, transfers):
	transfers({"bank_account": make_bank_account()})
	frappe.db.set_value("Sales Invoice", euro_invoice.name, "outstanding_amount", 40.5)
	assert "EUR40.50" in qr.read(get_transfer(euro_invoice)["code"])
	frappe.db.set_value("Sales Invoice", euro_invoice.name, "outstanding_amount", 0)
	assert get_transfer(euro_invoice) is None


@pytest.mark.parametrize("change", [{"disabled": 1}, {"is_company_account": 0}, {"iban": ""}])
def test_an_account_that_no_longer_fits_shows_nothing(euro_invoice, transfers, change):
	account = make_bank_account()
	transfers({"bank_account": account})
	assert get_transfer(euro_invoice)
	document = frappe.get_doc("Bank Account", account)
	document.update(change)
	document.save()
	assert get_transfer(euro_invoice) is None


def test_another_currency_shows_nothing(customer, transfers):
	transfers({"bank_account": make_bank_account()})
	assert get_transfer(factories.make_sales_invoice(customer)) is None


def test_another_companys_account_shows_nothing(euro_invoice, portal_settings):
	portal_settings(bank_transfers=[])
	assert get_transfer(euro_invoice) is None


SWISS = Creditor("Wind", iban="CH5800791123000889012", address=CreditorAddress("A 1", "8000", "Bern", "CH"))


@pytest.mark.parametrize(
	("creditor", "currency", "chosen", "expected"),
	[
		(SWISS, "CHF", "Auto", "Swiss QR-bill"),
		(SWISS, "EUR", "Auto", "Swiss QR-bill"),
		(SWISS, "EUR", "EPC (SEPA)", None),  # a bank in Switzerland needs its BIC
		(SWISS, "USD", "Auto", None),
		(Creditor("Wind", iban=IBAN), "EUR", "Auto", "EPC (SEPA)"),
		(Creditor("Wind", iban=IBAN), "EUR", "Swiss QR-bill", None),
		(Creditor("Wind", paynow_proxy="197401143C"), "SGD", "Auto", "PayNow"),
		(Creditor("Wind", paynow_proxy="197401143C"), "MYR", "Auto", None),
		(Creditor("Wind", upi_id="wind@okbank"), "INR", "Auto", "UPI"),
		(Creditor("Wind", upi_id="wind@okbank", paynow_proxy="197401143C"), "SGD", "Auto", "PayNow"),
	],
)
def test_the_scheme_follows_account_and_currency(db, creditor, currency, chosen, expected):
	found = codes.encode(Transfer(creditor, Decimal("10"), currency, "INV-1"), chosen)
	assert (found and found[0]) == expected


@pytest.mark.parametrize(
	("row", "about"),
	[
		({}, "names no IBAN"),
		({"scheme": "PayNow", "paynow_proxy": "12345"}, "neither a UEN"),
		({"scheme": "UPI", "upi_id": "wind"}, "not a UPI id"),
		({"scheme": "Swiss QR-bill"}, "not an IBAN"),
	],
)
def test_settings_refuse_what_makes_no_code(transfers, row, about):
	with pytest.raises(frappe.ValidationError, match=about):
		transfers(row)


def test_settings_refuse_a_bic_that_is_none(transfers):
	with pytest.raises(frappe.ValidationError, match="not a BIC"):
		transfers({"bank_account": make_bank_account(bic="NOBANK")})


def test_a_print_format_prints_it(euro_invoice, transfers):
	transfers({"bank_account": make_bank_account()})
	euro_invoice.reload()
	html = frappe.render_template("{{ portal_transfer_qr(doc) }}", {"doc": euro_invoice})
	content = base64.b64decode(re.search(r"data:image/png;base64,([^\"]+)", html)[1])
	found = zxingcpp.read_barcodes(Image.open(io.BytesIO(content)).convert("L"))
	assert found[0].text.endswith(f"EUR100.00\n\n\n{euro_invoice.name}")
	assert "DE89 3704 0044 0532 0130 00" in html


def test_a_print_format_without_one_prints_nothing(customer, transfers):
	transfers()
	invoice = factories.make_sales_invoice(customer)
	assert frappe.render_template("{{ portal_transfer_qr(doc) }}", {"doc": invoice}) == ""


def test_the_pdf_holds_the_code(http, customer, euro_invoice, transfers, tmp_path):
	transfers({"bank_account": make_bank_account()})
	answer = enter(http, customer).get(f"/portal/download/invoices/{euro_invoice.name}.pdf")
	assert answer.status_code == 200
	texts = [
		found.text
		for picture in draw_pages(answer.data, tmp_path)
		for found in zxingcpp.read_barcodes(picture)
	]
	assert [text.split("\n")[7] for text in texts] == ["EUR100.00"]


def draw_pages(content, folder):
	import subprocess

	(folder / "invoice.pdf").write_bytes(content)
	subprocess.run(["pdftoppm", "-r", "150", "-png", "invoice.pdf", "page"], cwd=folder, check=True)
	return [Image.open(path).convert("L") for path in sorted(folder.glob("page*.png"))]


def test_a_swiss_bill_prints_the_companys_address(http, customer, transfers):
	company = factories.get_company()
	frappe.get_doc(
		{
			"doctype": "Address",
			"address_title": company,
			"address_type": "Billing",
			"address_line1": "Bahnhofstrasse 1",
			"pincode": "8001",
			"city": "Zürich",
			"country": "Switzerland",
			"is_your_company_address": 1,
			"is_primary_address": 1,
			"links": [{"link_doctype": "Company", "link_name": company}],
		}
	).insert()
	bank = make_bank_account("CH5800791123000889012", "POFICHBEXXX")
	settings = transfers({"bank_account": bank})
	address = frappe.get_doc("Address", settings.bank_transfers[0].address)
	account = factories.make_receivable_account("CHF")
	invoice = factories.make_sales_invoice(
		customer, rate=1949.75, qty=1, currency="CHF", conversion_rate=1.1, debit_to=account
	)
	shown = get_transfer(invoice)
	assert shown["title"] == "Swiss QR-bill" and shown["code"]["marks"]
	lines = qr.read(shown["code"]).split("\n")
	assert lines[6:11] == [address.address_line1, "", address.pincode or "", address.city, "CH"]
	assert lines[18:20] == ["1949.75", "CHF"]
	assert [row["label"] for row in shown["rows"]] == [
		"Recipient",
		"IBAN",
		"BIC",
		"Amount",
		"Reference",
		"Message",
	]
	page = enter(http, customer).get(f"/portal/invoices/{invoice.name}").text
	assert page.count('<rect x="') == 4, "the Swiss cross lies over the code"


@pytest.mark.parametrize(
	("row", "currency", "title"),
	[
		({"scheme": "PayNow", "paynow_proxy": "197401143C"}, "SGD", "PayNow"),
		({"upi_id": "windpower@okbank"}, "INR", "UPI"),
	],
)
def test_paynow_and_upi_need_no_bank_account(http, customer, transfers, row, currency, title):
	transfers(row)
	frappe.db.set_value("Currency", currency, "enabled", 1)
	account = factories.make_receivable_account(currency)
	invoice = factories.make_sales_invoice(
		customer, rate=10, qty=1, currency=currency, conversion_rate=0.5, debit_to=account
	)
	shown = get_transfer(invoice)
	assert shown["title"] == title
	assert invoice.name in qr.read(shown["code"]) and "10.00" in qr.read(shown["code"])
	page = enter(http, customer).get(f"/portal/invoices/{invoice.name}").text
	assert read_page(page) == qr.read(shown["code"])
	assert ('href="upi://pay?' in page) == (title == "UPI")
