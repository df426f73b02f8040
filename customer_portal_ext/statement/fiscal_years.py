"""The fiscal year of a company, as ERPNext has it set up."""

from datetime import date

import frappe
from erpnext.accounts.utils import get_fiscal_years

from customer_portal_ext.statement.periods import FiscalYear


def get_year(company: str | None, today: date) -> FiscalYear | None:
	"""The fiscal year of ``company`` that ``today`` is in, by ERPNext's own rule: one that names other companies is theirs alone,
	and a disabled one is none. None where nothing is set up for that day. ERPNext keeps the years in Redis."""
	found = get_fiscal_years(today, company=company, boolean=True) if company else None
	return FiscalYear(*found[0]) if found else None


def get_default_year(today: date) -> FiscalYear | None:
	"""The fiscal year of the site's default company."""
	return get_year(frappe.defaults.get_global_default("company"), today)
