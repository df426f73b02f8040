"""Every currency that ERPNext ships, with the decimals of ISO 4217 and of the site: what is shown is what is paid and stored."""

import csv
import io
import re
from decimal import Decimal

import frappe
import pytest
from frappe.utils import getdate
from openpyxl import load_workbook

from customer_portal_ext.access import tokens
from customer_portal_ext.base.currencies import get_decimals, get_minor_unit
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.patches.v1_0 import count_minor_units_by_iso
from customer_portal_ext.payments import choice, open_items, states
from customer_portal_ext.payments.minor_units import from_minor, to_minor
from customer_portal_ext.payments.stripe_amounts import AmountRefused, from_stripe, to_stripe
from customer_portal_ext.statement import document, export_csv, export_xlsx
from customer_portal_ext.statement.ledger import Account
from customer_portal_ext.web.formats import Formats, get_locale, quantise
from tests import factories
from tests.factories import paying
from tests.factories.booking import get_outstanding, make_foreign_invoice, set_rate

AMOUNT = Decimal("1234.56")
NONE = {
	"BIF",
	"CLP",
	"DJF",
	"GNF",
	"ISK",
	"JPY",
	"KMF",
	"KRW",
	"PYG",
	"RWF",
	"UGX",
	"VND",
	"VUV",
	"XAF",
	"XOF",
}
THREE = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}


def test_decimals_of_every_currency(db):
	shipped = set(frappe.get_all("Currency", pluck="name"))
	assert len(shipped) >= 149 and shipped >= NONE | THREE | {"RSD", "AFN", "HUF", "LTL", "MRO", "VEF"}
	for currency in shipped:
		assert get_minor_unit(currency) == 0 if currency in NONE else 3 if currency in THREE else 2, currency


@pytest.mark.parametrize("kept", ["", "3", "2"])
def test_shown_is_paid_is_stored(site_numbers, kept):
	"""1,234.56, or of a currency without decimals 1,235, on a site that keeps two decimals by its number format, three, or two."""
	site_numbers(currency_precision=kept)
	english = Formats(get_locale("en"))
	for currency in frappe.get_all("Currency", pluck="name"):
		stored = quantise(AMOUNT, get_decimals(currency))
		assert stored == AMOUNT or currency in NONE
		assert open_items.cut(stored, currency) == stored
		assert choice.read_amount(str(stored), currency, "amount") == stored
		for shown in (english.money(stored, currency), english.amount(stored, currency)):
			assert Decimal(re.search(r"[\d.]+$", shown.replace(",", ""))[0]) == stored, currency
		minor = to_minor(stored, currency)
		assert from_minor(minor, currency) == stored
		try:
			assert from_stripe(to_stripe(minor, currency), currency) == minor
		except AmountRefused:
			assert currency == "MGA"


@pytest.mark.parametrize("currency", ["RSD", "HUF", "ALL", "IQD", "LTL"])
def test_all_that_is_owed_is_shown_and_paid(http, customer, allow, currency):
	set_rate(currency, 0.01)
	invoice = make_foreign_invoice(customer, currency, float(AMOUNT), 0.01)
	assert get_outstanding(invoice) == float(AMOUNT)
	http.open_link(tokens.get_link(tokens.get_or_issue(customer.name)))
	for page in (
		"/portal",
		"/portal/invoices",
		f"/portal/invoices/{invoice.name}",
		"/portal/statement",
		"/portal/pay",
	):
		text = http.get(page).text
		assert "1,234.56" in text, page
		assert not re.search(r"1,23[45](?![.\d])|1,234\.560", text), page
	assert f'max="{AMOUNT}"' in http.get("/portal/pay").text
	payment = paying.begin(customer, [invoice.name])
	assert (Decimal(str(payment.amount)), payment.exponent) == (AMOUNT, get_minor_unit(currency))
	payment = paying.capture_payment(payment)
	assert (payment.state, payment.attention_reason) == (states.POSTED, None)
	entry = frappe.get_doc("Payment Entry", payment.payment_entry)
	assert (entry.paid_amount, entry.unallocated_amount) == (float(AMOUNT), 0)
	assert get_outstanding(invoice) == 0
	assert open_items.get_accounts(customer.name) == []


def test_files_have_the_currencys_decimals(customer):
	make_foreign_invoice(customer, "RSD", float(AMOUNT), 0.01)
	account = Account(customer.name, factories.get_company(), "RSD")
	statement = document.get_statement(account, getdate(), getdate())
	for write, read in ((export_csv.write, read_csv), (export_xlsx.write, read_workbook)):
		stream = io.BytesIO()
		write(statement, stream, lambda done: None)
		assert AMOUNT in read(stream)


def read_csv(stream):
	rows = csv.reader(io.StringIO(stream.getvalue().decode("utf-8-sig")))
	return [Decimal(cell) for row in rows for cell in row if re.fullmatch(r"\d+\.\d\d", cell)]


def read_workbook(stream):
	cells = [cell for row in load_workbook(stream).worksheets[0].iter_rows() for cell in row]
	amounts = [cell for cell in cells if isinstance(cell.value, int | float)]
	assert {cell.number_format for cell in amounts} == {"#,##0.00"}
	return [Decimal(str(cell.value)) for cell in amounts]


def test_no_more_decimals_than_the_site_keeps(site_numbers):
	site_numbers(number_format="#.###")
	assert (get_decimals("EUR"), get_decimals("KWD"), get_decimals("JPY")) == (0, 0, 0)
	assert (get_minor_unit("EUR"), get_minor_unit("KWD")) == (2, 3)
	site_numbers(number_format="#,###.##")
	assert (get_decimals("EUR"), get_decimals("KWD"), get_decimals("JPY")) == (2, 2, 0)
	with pytest.raises(InvalidInput, match="2 decimals"):
		choice.read_amount("12.345", "KWD", "amount")
	site_numbers(currency_precision="3")
	assert (get_decimals("EUR"), get_decimals("KWD"), get_decimals("JPY")) == (2, 3, 0)
	assert choice.read_amount("12.345", "KWD", "amount") == Decimal("12.345")


@pytest.mark.parametrize(("units", "decimals"), [(1000, 3), (100, 2), (10, 1), (5, 2), (0, 2)])
def test_a_currency_of_the_sites_own(site_numbers, units, decimals):
	site_numbers(currency_precision="6")
	code = f"Q{units}"
	frappe.get_doc({"doctype": "Currency", "currency_name": code, "fraction_units": units}).insert()
	assert get_decimals(code) == get_minor_unit(code) == decimals
	frappe.cache.delete_value(f"Currency:{code}")


def test_payments_counted_by_cldr_are_counted_anew(customer, allow):
	set_rate("RSD", 0.01)
	invoices = [make_foreign_invoice(customer, "RSD", 1234, 0.01) for _number in range(2)]
	done = paying.capture_payment(
		paying.begin(customer, [invoices[0].name]), fee_minor=3000, fee_currency="RSD"
	)
	at_gateway = paying.begin(customer, [invoices[1].name])
	at_gateway.db_set({"exponent": 0, "amount_minor": 1234, "provider_reference": "cs_at_gateway"})
	done.db_set(
		{"exponent": 0, "amount_minor": 1234, "captured_minor": 1234, "refunded_minor": 10, "fee_minor": 30}
	)
	for _time in range(2):
		count_minor_units_by_iso.execute()
		done.reload()
		minors = (done.amount_minor, done.captured_minor, done.refunded_minor, done.fee_minor)
		assert (done.exponent, minors) == (2, (123400, 123400, 1000, 3000))
		at_gateway.reload()
		assert (at_gateway.exponent, at_gateway.amount_minor) == (0, 1234)
