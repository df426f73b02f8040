"""The setup wizard for a site that has no company yet, and the fiscal years the demo's dates need."""

import frappe
from frappe.desk.page.setup_wizard.setup_wizard import setup_complete
from frappe.utils import getdate

COMPANY = "Wind Power LLC"


def make() -> None:
	if not frappe.db.exists("Company", COMPANY):
		run_setup_wizard(getdate().year)
	# Asked again: the wizard has set the time zone, and with it which day today is.
	year = getdate().year
	for each in (year - 1, year):
		make_fiscal_year(each)
	forbid_network_lookups()
	frappe.db.set_single_value("System Settings", "enable_telemetry", 0)


def run_setup_wizard(year: int) -> None:
	setup_complete(
		{
			"language": "English",
			"country": "United States",
			"timezone": "America/New_York",
			"currency": "USD",
			"company_name": COMPANY,
			"company_abbr": "WP",
			"domain": "Distribution",
			"chart_of_accounts": "Standard",
			"bank_account": "Main Bank",
			"fy_start_date": f"{year}-01-01",
			"fy_end_date": f"{year}-12-31",
			"enable_telemetry": 0,
			"setup_demo": 0,
		}
	)


def make_fiscal_year(year: int) -> None:
	if frappe.db.exists("Fiscal Year", {"year_start_date": f"{year}-01-01"}):
		return
	frappe.get_doc(
		{
			"doctype": "Fiscal Year",
			"year": str(year),
			"year_start_date": f"{year}-01-01",
			"year_end_date": f"{year}-12-31",
		}
	).insert()


def forbid_network_lookups() -> None:
	# Saving this Single through its form would ask the rates' service; the demo brings its own rates.
	frappe.db.set_single_value("Currency Exchange Settings", "disabled", 1)
	frappe.clear_document_cache("Currency Exchange Settings", "Currency Exchange Settings")
