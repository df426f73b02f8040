"""The company as its customers know it: name, logo, how to reach it."""

import frappe

from customer_portal_ext.base import company_logo
from customer_portal_ext.web.words import _


def get_brand() -> dict:
	"""Name, logo and contact line of the site's default company."""
	company = company_logo.get_default_company()
	values = (
		frappe.get_cached_value("Company", company, ["company_name", "phone_no", "email"], as_dict=True)
		if company
		else None
	) or frappe._dict(company_name=_("Customer Portal"))
	return {
		"company_name": values.company_name,
		"logo_url": company_logo.get_address(company),
		"mark": values.company_name[:1].upper(),
		"contact_line": " · ".join(filter(None, [values.phone_no, values.email])) or None,
	}
