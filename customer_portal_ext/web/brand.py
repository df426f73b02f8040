"""The company as its customers know it: name, logo, how to reach it."""

from urllib.parse import quote

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
	ways = [("tel", values.phone_no), ("mailto", values.email)]
	return {
		"company_name": values.company_name,
		"logo_url": company_logo.get_address(company),
		"mark": values.company_name[:1].upper(),
		"contact_line": " · ".join(text for _scheme, text in ways if text) or None,
		"contacts": [
			{"text": text, "url": f"{scheme}:{quote(text, safe='+@')}"} for scheme, text in ways if text
		],
	}
