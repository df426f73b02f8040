"""How many decimals a currency has: by ISO 4217, and no more than the site keeps.

Babel's own figures are CLDR's, which say how money is usually written: none for the Serbian dinar, although an invoice of
1,234.56 dinars is owed to the last para.
"""

from iso4217 import Currency

try:
	import frappe
	from frappe.model.meta import get_field_precision
	from frappe.utils import cint
except ModuleNotFoundError:  # the preview knows no site
	frappe = None

USUAL = 2
MINOR_UNITS = {currency.code: currency.exponent for currency in Currency if currency.exponent is not None}


def get_minor_unit(currency: str) -> int:
	"""Decimals of the currency's smallest unit by ISO 4217, whatever the site: 2 for RSD, 0 for JPY, 3 for KWD.

	Of a currency that the standard does not list (a retired one, or the site's own), by the fraction units of ERPNext's
	Currency; 2 where these say nothing.
	"""
	if currency in MINOR_UNITS:
		return MINOR_UNITS[currency]
	units = str(get_fraction_units(currency))
	return len(units) - 1 if len(units) > 1 and units.rstrip("0") == "1" else USUAL


def get_decimals(currency: str) -> int:
	"""The decimals that an amount of the currency is shown, offered, paid and stored with on this site.

	Those of its smallest unit, or as few as the site keeps of every amount (System Settings: Currency Precision, else the
	Number Format; frappe/model/meta.py: get_field_precision). ERPNext rounds whatever it stores to these.
	"""
	decimals = get_minor_unit(currency)
	return min(decimals, get_site_decimals()) if has_site() else decimals


def get_site_decimals() -> int:
	"""The most decimals that this site keeps of an amount."""
	return get_field_precision(frappe._dict(fieldtype="Currency"))


def get_fraction_units(currency: str) -> int:
	if not has_site():
		return 0
	return cint(frappe.db.get_value("Currency", currency, "fraction_units", cache=True))


def has_site() -> bool:
	return frappe is not None and getattr(frappe.local, "db", None) is not None
