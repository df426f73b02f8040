""" "This year" and "this quarter" of a statement are the fiscal year's of its company, as ERPNext has it set up."""

import csv
import io

import frappe
import pytest
from erpnext.accounts.utils import get_fiscal_year
from frappe.utils import add_days, add_months, getdate

from customer_portal_ext.access import tokens
from customer_portal_ext.statement import fiscal_years, request
from tests import factories


@pytest.fixture
def other_company(db):
	usual = {"name": ("!=", factories.get_company()), "default_currency": "USD"}
	return frappe.get_all("Company", usual, pluck="name", order_by="name")[0]


@pytest.fixture
def customer(db, other_company):
	"""Has accounts with two companies; the other one's is the latest."""
	customer = factories.make_customer(email=f"{frappe.generate_hash(length=8)}@example.com")
	today = getdate()
	factories.make_sales_invoice(customer, 40, posting_date=add_months(today, -1))
	factories.make_sales_invoice(customer, 25, posting_date=add_days(today, -1))
	factories.make_sales_invoice(customer, 70, company=other_company, posting_date=add_months(today, -1))
	factories.make_sales_invoice(customer, 30, company=other_company)
	return customer


@pytest.fixture
def fiscal_year(customer):
	"""Put a fiscal year around today, of one company or of all, in the place of what is set up: ``fiscal_year(first, last, company)``."""
	usual = frappe.get_all("Fiscal Year", {"disabled": 0}, pluck="name")
	made = []

	def put(first, last, company=None):
		frappe.db.set_value("Fiscal Year", {"name": ("in", usual)}, "disabled", 1)
		year = frappe.get_doc(
			{
				"doctype": "Fiscal Year",
				"year": f"Test {frappe.generate_hash(length=8)}",
				"year_start_date": first,
				"year_end_date": last,
				"companies": [{"company": company}] if company else [],
			}
		)
		# longer than a year, or over another's days, which ERPNext would refuse now
		year.flags.ignore_validate = True
		made.append(year.insert(ignore_permissions=True).name)
		forget()
		return year

	def forget():
		frappe.cache.delete_value("fiscal_years")
		frappe.db.commit()

	yield put
	frappe.db.rollback()
	for name in made:
		frappe.delete_doc("Fiscal Year", name, force=True)
	frappe.db.set_value("Fiscal Year", {"name": ("in", usual)}, "disabled", 0)
	forget()


def enter(client, customer):
	assert client.open_link(tokens.get_link(tokens.issue(customer.name))).status_code == 200
	return client


def read(customer, **query):
	return request.read(customer.name, query, getdate())


def get_year(years_start):
	"""A year of twelve months that begins on this day."""
	return years_start, add_days(add_months(years_start, 12), -1)


def test_the_year_is_the_fiscal_year_and_the_page_says_so(http, customer, fiscal_year):
	first = add_days(getdate(), -10)
	fiscal_year(*get_year(first))
	enter(http, customer)
	for query in ("", "?period=this_year"):
		page = http.get(f"/portal/statement{query}").text
		assert "This fiscal year" in page and "This fiscal quarter" in page and "This year<" not in page
		assert f'name="from" value="{first}"' in page and f'name="to" value="{getdate()}"' in page
		assert "The fiscal year of" in page and " runs from " in page
	# what is older is the opening balance
	assert "70.00" in page and "Opening balance" in page


def test_files_and_exports_have_the_same_days(http, customer, fiscal_year, other_company):
	first = add_days(getdate(), -10)
	fiscal_year(*get_year(first))
	enter(http, customer)
	answer = http.get(f"/portal/download/statement.csv?period=this_year&company={other_company}&currency=USD")
	assert answer.status_code == 200
	assert str(first) in answer.headers["Content-Disposition"] or str(first) in answer.text
	amounts = [row for row in csv.reader(io.StringIO(answer.text)) if "70.00" in row or "70" in row]
	assert amounts, answer.text


def test_each_company_has_its_own(customer, fiscal_year, other_company):
	mine, theirs = add_days(getdate(), -10), add_days(getdate(), -200)
	fiscal_year(*get_year(mine), company=factories.get_company())
	fiscal_year(*get_year(theirs), company=other_company)
	# without a choice the account with the latest entry, and its company's year
	wanted = read(customer)
	assert (wanted.account.company, wanted.period.from_date) == (other_company, theirs)
	assert wanted.opening == 0
	wanted = read(customer, company=factories.get_company())
	assert (wanted.account.company, wanted.period.from_date) == (factories.get_company(), mine)
	assert wanted.opening == 40
	for company in (factories.get_company(), other_company):
		wanted = read(customer, company=company)
		assert wanted.period.from_date == get_fiscal_year(getdate(), company=company)[1]


def test_an_unknown_company_tells_nothing_of_a_year(customer, fiscal_year, other_company):
	"""Nor does one that the customer has no account with."""
	stranger = factories.make_customer()
	factories.make_sales_invoice(stranger, 10)
	mine, theirs = add_days(getdate(), -10), add_days(getdate(), -200)
	fiscal_year(*get_year(mine), company=factories.get_company())
	fiscal_year(*get_year(theirs), company=other_company)
	for company in (other_company, "Nobody Ltd"):
		wanted = read(stranger, company=company)
		assert wanted.errors and wanted.period.from_date == mine


@pytest.mark.parametrize("days", [40, 400, 700])
def test_short_and_long_years(customer, fiscal_year, days):
	first, last = add_days(getdate(), -days), add_days(getdate(), 5)
	fiscal_year(first, last)
	assert read(customer).period.from_date == first
	quarter = read(customer, period="this_quarter").period.from_date
	assert first <= quarter <= getdate() and quarter > add_months(getdate(), -3)
	while first < quarter:
		first = add_months(first, 3)
	assert first == quarter


def test_without_a_year_for_today_it_is_the_calendars(http, customer, fiscal_year):
	fiscal_year(add_days(getdate(), -800), add_days(getdate(), -500))
	wanted = read(customer)
	assert wanted.year is None and wanted.period.from_date == getdate().replace(month=1, day=1)
	page = enter(http, customer).get("/portal/statement").text
	assert "This year" in page and "fiscal year" not in page


def test_a_year_of_other_companies_and_a_disabled_one_are_none(customer, fiscal_year, other_company):
	year = fiscal_year(*get_year(add_days(getdate(), -10)), company=other_company)
	assert fiscal_years.get_year(factories.get_company(), getdate()) is None
	assert fiscal_years.get_year(other_company, getdate()).name == year.name
	year.db_set("disabled", 1)
	frappe.cache.delete_value("fiscal_years")
	assert fiscal_years.get_year(other_company, getdate()) is None


def test_the_calendars_year_is_called_year(http, customer, fiscal_year):
	first = getdate().replace(month=1, day=1)
	# the demo's year is that already, and ERPNext refuses the same days twice
	assert frappe.db.exists("Fiscal Year", {"year_start_date": first}) or fiscal_year(*get_year(first))
	assert fiscal_years.get_year(factories.get_company(), getdate()).is_calendar_year
	page = enter(http, customer).get("/portal/statement").text
	assert "This year" in page and "This fiscal year" not in page and "runs from" not in page


def test_own_dates_and_months_know_no_fiscal_year(customer, fiscal_year):
	fiscal_year(*get_year(add_days(getdate(), -10)))
	assert read(customer, period="this_month").period.from_date == getdate().replace(day=1)
	first = add_months(getdate(), -2)
	own = read(customer, **{"from": str(first), "to": str(getdate())})
	assert own.period.from_date == first and own.opening == 0
