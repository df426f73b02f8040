"""The company as a letterhead names it."""

import frappe
from frappe.contacts.doctype.address.address import get_default_address, render_address

from customer_portal_ext.base import company_logo


def get_company(name: str) -> dict:
	"""What a letterhead says: ``name, tax_id, lines`` (ways to reach it) and ``logo`` (a Path of this site's, or None)."""
	fields = ["company_name", "tax_id", "phone_no", "email", "website"]
	company = frappe.get_cached_value("Company", name, fields, as_dict=True)
	return {
		"name": company.company_name,
		"tax_id": company.tax_id,
		"lines": [value for value in (company.phone_no, company.email, company.website) if value],
		"logo": company_logo.get_file(name),
	}


def get_address(name: str) -> str | None:
	"""The company's address as the site's Address Template lays it out, as HTML; None where it has none."""
	address = get_default_address("Company", name)
	return render_address(address, check_permissions=False) if address else None
