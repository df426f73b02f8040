"""Where "open" ends: at half of what a currency has a coin for."""

from decimal import Decimal

from babel.numbers import list_currencies
from frappe.utils.caching import site_cache
from pypika.terms import Field, LiteralValue, Term

from customer_portal_ext.base import open_parts
from customer_portal_ext.base.currencies import MINOR_UNITS, get_decimals, get_site_decimals

USUAL = 2


def as_shown(amount: Decimal, currency: str) -> Decimal:
	"""The amount in whole smallest units of ``currency``; half a unit is nothing."""
	return open_parts.as_shown(amount, get_decimals(currency))


def get_half(exponent: int) -> Decimal:
	return Decimal(5).scaleb(-exponent - 1)


def half_unit(currency: Field) -> Term:
	"""An SQL term: what is more than this of ``currency``, a column, is open."""
	return LiteralValue(write_half_unit(currency.get_sql(quote_char="`", with_namespace=True)))


def write_half_unit(currency: str) -> str:
	"""The same as text."""
	cases = (
		f"when {currency} in ({', '.join(map(repr, currencies))}) then {get_half(exponent):f}"
		for exponent, currencies in get_unusual().items()
	)
	return f"(case {' '.join(cases)} else {get_half(USUAL):f} end)"


def get_unusual() -> dict[int, tuple[str, ...]]:
	"""The currencies that do not have two decimals on this site, by how many they have."""
	return _get_unusual(get_site_decimals())


@site_cache(ttl=600)
def _get_unusual(_site_decimals: int) -> dict[int, tuple[str, ...]]:
	found: dict[int, list[str]] = {}
	for currency in sorted(list_currencies() | MINOR_UNITS.keys()):
		exponent = get_decimals(currency)
		if exponent != USUAL:
			found.setdefault(exponent, []).append(currency)
	return {exponent: tuple(currencies) for exponent, currencies in sorted(found.items())}
