"""One quotation, with all that its page shows."""

from collections.abc import Iterable, Mapping

import frappe
from frappe.utils import getdate

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.documents import together
from customer_portal_ext.documents.decimals import with_decimals
from customer_portal_ext.documents.kinds import QUOTATION
from customer_portal_ext.documents.lines import LINE_FIELDS, get_line, get_parts
from customer_portal_ext.documents.sales_documents import get_common, get_links, get_rows, get_sums

FIELDS = (
	*LINE_FIELDS,
	"is_alternative",
)


@frappe.read_only()
def get_page(visitor: Visitor, record: dict) -> dict:
	"""The context of pages/quotation.html for a record that the guard has checked. Three statements."""
	record = with_decimals(record)
	name = record["name"]
	parts = get_parts(QUOTATION.doctype, name, FIELDS, {"orders": get_order_part(name)})
	orders = [row["order"] for row in parts.more["orders"]]
	own, others = get_rows(visitor, QUOTATION, name, {"order": orders}, getdate())
	return {
		**get_common(visitor, QUOTATION, record),
		**get_sums(record, parts),
		"status": own["status"],
		"valid_till": record["valid_till"],
		"lines": get_lines(parts.lines),
		"related": get_links(others, "order"),
	}


def get_lines(lines: Iterable[Mapping]) -> list[dict]:
	"""The lines as they are shown. An alternative follows the line it may be taken instead of, and is in no total."""
	shown = []
	offered = None
	for line in lines:
		row = get_line(line) | {"is_alternative": bool(line["is_alternative"]), "instead_of": None}
		if row["is_alternative"]:
			row["instead_of"] = offered
		else:
			offered = row["name"]
		shown.append(row)
	return shown


def get_order_part(name: str) -> together.Part:
	"""The orders made of this quotation. Drafts among them that are not the customer's to see fall to the row scope."""
	item = frappe.qb.DocType("Sales Order Item")
	query = frappe.qb.from_(item).where((item.prevdoc_docname == name) & (item.docstatus < 2)).distinct()
	return query, {"order": item.parent}
