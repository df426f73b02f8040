"""Statements whose text does not change from call to call: written once per process, with named values.

pypika takes about as long to write one of these as MariaDB takes to answer it, and a page sends a dozen.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache, wraps

import frappe
from pypika.queries import QueryBuilder
from pypika.terms import Parameter

from customer_portal_ext.base.currencies import get_site_decimals
from customer_portal_ext.documents import row_limits


def value(name: str) -> Parameter:
	"""Where a value goes in a prepared statement; a list or tuple for ``isin``."""
	return Parameter(f"%({name})s")


def prepared(build: Callable[..., QueryBuilder]) -> Callable[..., list[frappe._dict]]:
	"""Make a function that writes a statement into one that runs it.

	The written function takes what the text depends on (hashable: a kind, a tuple of fields) and puts ``value("name")``
	wherever the data goes. The new one takes the data first: ``get_rows({"name": ...}, kind)`` gives the rows. A constant
	in the statement must hold no ``%``. What the viewer's limits add to it, and how many decimals the site keeps, are part
	of the shape.
	"""

	@lru_cache(maxsize=256)
	def write(limits: tuple, decimals: int, *shape) -> str:
		return build(*shape).get_sql()

	@wraps(build)
	def run(values: Mapping, *shape) -> list[frappe._dict]:
		return frappe.db.sql(write(row_limits.get_key(), get_site_decimals(), *shape), values, as_dict=True)

	return run
