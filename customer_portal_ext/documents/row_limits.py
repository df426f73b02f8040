"""What the viewer of this request may see of a DocType at all, beside whose rows they are: set by the gate for staff who look
on, whom ERPNext's permissions limit, and empty for customers.

``kinds.scope`` and the issues' own scope add it, so that it holds for every list, page and file that they are asked for.
"""

from collections.abc import Mapping

import frappe
from pypika.queries import Table
from pypika.terms import Criterion


def set_limits(limits: Mapping[str, str]) -> None:
	""":param limits: DocType -> SQL on its table, as Frappe writes it; what is not named has no limit."""
	frappe.local.portal_row_limits = {doctype: limit for doctype, limit in limits.items() if limit}


def get_key() -> tuple:
	"""What tells statements written under different limits apart."""
	return tuple(sorted(_get_all().items()))


def within_limits(criterion: Criterion, doctype: str, table: Table) -> Criterion:
	"""``criterion``, narrowed by the viewer's limit for ``table``."""
	limit = _get_all().get(doctype)
	if not limit:
		return criterion
	if table.alias:
		limit = limit.replace(f"`tab{doctype}`", f"`{table.alias}`")
	return criterion & Condition(limit)


def _get_all() -> dict[str, str]:
	return getattr(frappe.local, "portal_row_limits", None) or {}


class Condition(Criterion):
	"""An SQL text of Frappe's own, among the query builder's terms, in a statement that has parameters."""

	def __init__(self, text: str):
		super().__init__()
		self.text = text

	def get_sql(self, **_keywords) -> str:
		return "({})".format(self.text.replace("%", "%%"))
