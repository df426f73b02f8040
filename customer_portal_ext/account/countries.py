"""The countries of ERPNext's list, by their names in the visitor's language."""

import frappe

from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.formats import get_locale
from customer_portal_ext.web.words import _


def get_all() -> list[dict]:
	"""Each as ``describe`` gives it, sorted by label. One statement."""
	rows = frappe.get_all("Country", fields=["name", "code"], limit=500)
	countries = [describe(row.name, row.code) for row in rows]
	return sorted(countries, key=lambda country: country["label"].casefold())


def describe(name: str, code: str | None) -> dict:
	"""``{"value" (ERPNext's name), "code" (ISO 3166-1 alpha-2, lower case), "label"}``"""
	names = get_locale(frappe.local.lang).territories
	return {"value": name, "code": code or "", "label": names.get((code or "").upper()) or _(name)}


def require(typed: str | None, countries: list[dict]) -> dict:
	"""The chosen country. Raises InvalidInput for any other text."""
	found = next((country for country in countries if country["value"] == typed), None)
	if not found:
		raise InvalidInput(_("Choose a country from the list."), "country")
	return found


def get_default(customer: str, company: str | None) -> str | None:
	"""The country a new address begins with: that of the customer's other addresses, else our own."""
	link, address = frappe.qb.DocType("Dynamic Link"), frappe.qb.DocType("Address")
	rows = (
		frappe.qb.from_(address)
		.join(link)
		.on((link.parent == address.name) & (link.parenttype == "Address"))
		.select(address.country)
		.where((link.link_doctype == "Customer") & (link.link_name == customer) & (address.disabled == 0))
		.orderby(address.is_primary_address, order=frappe.qb.desc)
		.limit(1)
	).run()
	return rows[0][0] if rows else frappe.get_cached_value("Company", company, "country") if company else None
