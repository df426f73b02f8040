"""One delivery, with all that its page shows: what came, who carries it, and what of the order is still open."""

from collections.abc import Iterable, Mapping

import frappe
from frappe.utils import getdate

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.documents import progress, together, tracking
from customer_portal_ext.documents.decimals import with_decimals
from customer_portal_ext.documents.kinds import DELIVERY, ORDER, scope
from customer_portal_ext.documents.lines import LINE_FIELDS, get_child_part, get_line, in_order
from customer_portal_ext.documents.orders import NOT_RUNNING
from customer_portal_ext.documents.related import can_open
from customer_portal_ext.documents.sales_documents import get_common, get_links, get_rows
from customer_portal_ext.web import urls
from customer_portal_ext.web.formats import Formats, get_locale
from customer_portal_ext.web.words import _

FIELDS = (
	*LINE_FIELDS,
	"returned_qty",
	"serial_no",
	"batch_no",
	"against_sales_order",
	"against_sales_invoice",
	"so_detail",
)
ORDER_LINE_FIELDS = (
	*LINE_FIELDS,
	*("parent", "delivered_qty", "delivery_date"),
)


@frappe.read_only()
def get_page(visitor: Visitor, record: dict) -> dict:
	"""The context of pages/delivery.html for a record that the guard has checked. Five statements."""
	record = with_decimals(record)
	found = get_parts(visitor, record["name"])
	lines, order_lines = found["lines"], found["order_lines"]
	orders = {line["against_sales_order"] for line in lines}
	invoices = [row["other"] for row in found["invoices"]] + [line["against_sales_invoice"] for line in lines]
	own, others = get_rows(
		visitor,
		DELIVERY,
		record["name"],
		{
			"order": orders,
			"invoice": invoices,
			"credit_note": invoices,
			"delivery": [record["return_against"], *(row["other"] for row in found["returns"])],
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
		if line["delivered_qty"] < line["qty"] and line["order_status"] not in NOT_RUNNING
	]


def get_parts(visitor: Visitor, delivery: str) -> dict[str, list[dict]]:
	"""The delivery's `lines`; the `order_lines` of its orders, those of the visitor's customers; `invoices` that name it
	and `returns` of it, each `{"other": name}`. One statement."""
	line, order, order_line = (
		frappe.qb.DocType("Delivery Note Item"),
		ORDER.table,
		frappe.qb.DocType("Sales Order Item"),
	)
	orders = (
		frappe.qb.from_(line)
		.select(line.against_sales_order)
		.where((line.parent == delivery) & (line.parenttype == DELIVERY.doctype))
	)
	of_orders = (
		frappe.qb.from_(order_line)
		.inner_join(order)
		.on(order.name == order_line.parent)
		.where(order_line.parent.isin(orders) & scope(ORDER, order, visitor.row_scope))
	)
	billed, returned = frappe.qb.DocType("Sales Invoice Item"), DELIVERY.table
	by_invoice = frappe.qb.from_(billed).where((billed.delivery_note == delivery) & (billed.docstatus == 1))
	by_return = frappe.qb.from_(returned).where(
		(returned.return_against == delivery) & (returned.docstatus == 1)
	)
	found = together.fetch(
		{
			"lines": get_child_part("Delivery Note Item", FIELDS, DELIVERY.doctype, delivery),
			"order_lines": (
				of_orders,
				{field: order_line[field] for field in ORDER_LINE_FIELDS} | {"order_status": order.status},
			),
			"invoices": (by_invoice.distinct(), {"other": billed.parent}),
			"returns": (by_return, {"other": returned.name}),
		}
	)
	found["lines"] = in_order(found["lines"])
	found["order_lines"].sort(key=lambda row: (row["parent"], row["idx"]))
	return found
