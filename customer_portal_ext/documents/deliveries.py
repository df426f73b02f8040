"""One delivery, with all that its page shows: what came, who carries it, and what of the order is still open."""

from collections.abc import Iterable, Mapping

import frappe
from frappe import _
from frappe.utils import getdate

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.documents import progress, tracking
from customer_portal_ext.documents.decimals import with_decimals
from customer_portal_ext.documents.kinds import DELIVERY, ORDER, scope
from customer_portal_ext.documents.lines import get_children, get_line
from customer_portal_ext.documents.orders import NOT_RUNNING
from customer_portal_ext.documents.related import can_open
from customer_portal_ext.documents.sales_documents import get_common, get_links, get_rows
from customer_portal_ext.web import urls
from customer_portal_ext.web.formats import Formats, get_locale

LINE_FIELDS = (
	"name",
	"idx",
	"item_code",
	"item_name",
	"customer_item_code",
	"description",
	"qty",
	"uom",
	"rate",
	"amount",
	"discount_percentage",
	"discount_amount",
	"is_free_item",
	"returned_qty",
	"serial_no",
	"batch_no",
	"against_sales_order",
	"against_sales_invoice",
	"so_detail",
)
ORDER_LINE_FIELDS = (
	*("name", "parent", "idx", "item_code", "item_name", "customer_item_code", "description"),
	*("qty", "uom", "rate", "amount", "discount_percentage", "discount_amount", "is_free_item"),
	*("delivered_qty", "delivery_date"),
)


@frappe.read_only()
def get_page(visitor: Visitor, record: dict) -> dict:
	"""The context of pages/delivery.html for a record that the guard has checked. Eight statements at most."""
	record = with_decimals(record)
	lines = get_children("Delivery Note Item", LINE_FIELDS, DELIVERY.doctype, record["name"])
	orders = sorted({line["against_sales_order"] for line in lines if line["against_sales_order"]})
	order_lines = get_order_lines(visitor, orders)
	invoices = get_invoice_names(record["name"]) + [line["against_sales_invoice"] for line in lines]
	own, others = get_rows(
		visitor,
		DELIVERY,
		record["name"],
		{
			"order": orders,
			"invoice": invoices,
			"credit_note": invoices,
			"delivery": [record["return_against"], *get_return_names(record["name"])],
		},
		getdate(),
	)
	is_return = bool(record["is_return"])
	return {
		**get_common(visitor, DELIVERY, record, is_return),
		"status": own["status"],
		"is_return": is_return,
		"consignments": tracking.get_consignments(record),
		"instructions": record["instructions"],
		"lines": get_lines(lines, order_lines),
		"open_lines": [] if is_return else get_open_lines(visitor, order_lines),
		"related": get_links(others, "order", "invoice", "credit_note", "delivery"),
	}


def get_lines(lines: Iterable[Mapping], order_lines: Iterable[Mapping]) -> list[dict]:
	"""The lines as they are shown, each with what has by now been delivered of its order's line, in words."""
	quantity = Formats(get_locale(frappe.local.lang)).quantity
	ordered = {line["name"]: line for line in order_lines}
	shown = []
	for line in lines:
		row = get_line(line) | {
			"quantity": abs(line["qty"]),
			"returned": line["returned_qty"] or None,
			"serial_numbers": (line["serial_no"] or "").split(),
			"batch": line["batch_no"],
			"of_order": None,
		}
		if order_line := ordered.get(line["so_detail"]):
			row["of_order"] = progress.describe_delivered(
				order_line["qty"], order_line["delivered_qty"], quantity, _
			)
		shown.append(row)
	return shown


def get_open_lines(visitor: Visitor, order_lines: Iterable[Mapping]) -> list[dict]:
	"""What of the delivery's orders has not been delivered yet: lines as shown, with `open`, `expected` and `order`."""
	return [
		get_line(line)
		| {
			"open": line["qty"] - line["delivered_qty"],
			"expected": line["delivery_date"],
			"order": {
				"name": line["parent"],
				"url": urls.document_url(ORDER.key, line["parent"]) if can_open(visitor, ORDER) else None,
			},
		}
		for line in order_lines
		if line["delivered_qty"] < line["qty"] and line["status"] not in NOT_RUNNING
	]


def get_order_lines(visitor: Visitor, orders: list[str]) -> list[dict]:
	"""The lines of these orders, those of them that belong to the visitor's customers. One statement, none without orders."""
	if not orders:
		return []
	table, item = ORDER.table, frappe.qb.DocType("Sales Order Item")
	rows = (
		frappe.qb.from_(item)
		.inner_join(table)
		.on(table.name == item.parent)
		.select(*(item[field] for field in ORDER_LINE_FIELDS), table.status)
		.where(item.parent.isin(orders) & scope(ORDER, table, visitor.customers))
		.orderby(item.parent)
		.orderby(item.idx)
	).run(as_dict=True)
	return [with_decimals(row) for row in rows]


def get_invoice_names(delivery: str) -> list[str]:
	"""The invoices that name this delivery on a line. One statement."""
	item = frappe.qb.DocType("Sales Invoice Item")
	rows = (
		frappe.qb.from_(item)
		.select(item.parent)
		.distinct()
		.where((item.delivery_note == delivery) & (item.docstatus == 1))
		.limit(50)
	).run()
	return [name for (name,) in rows]


def get_return_names(delivery: str) -> list[str]:
	"""The returns of this delivery. One statement."""
	note = DELIVERY.table
	rows = (
		frappe.qb.from_(note)
		.select(note.name)
		.where((note.return_against == delivery) & (note.docstatus == 1))
		.limit(50)
	).run()
	return [name for (name,) in rows]
