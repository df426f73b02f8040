"""One order, with all that its page shows: what has been delivered, invoiced and paid of it, and when."""

from collections.abc import Iterable, Mapping
from datetime import date

import frappe
from frappe.utils import getdate

from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.documents import accepted_orders, order_payments, progress, together
from customer_portal_ext.documents.decimals import with_decimals
from customer_portal_ext.documents.kinds import INVOICE, ORDER
from customer_portal_ext.documents.lines import LINE_FIELDS, get_line, get_parts
from customer_portal_ext.documents.related import can_open
from customer_portal_ext.documents.sales_documents import get_common, get_links, get_rows, get_sums
from customer_portal_ext.web.formats import Formats, get_locale
from customer_portal_ext.web.words import _

FIELDS = (
	*LINE_FIELDS,
	"delivery_date",
	"delivered_qty",
	"returned_qty",
	"billed_amt",
	"prevdoc_docname",
)
# what such an order still lacks is not on its way
NOT_RUNNING = ("Closed", "Completed", "On Hold")


@frappe.read_only()
def get_page(visitor: Visitor, record: dict) -> dict:
	"""The context of pages/order.html for a record that the guard has checked. Five statements."""
	if not record["docstatus"]:
		return get_page_while_checked(visitor, record)
	record = with_decimals(record)
	name, today = record["name"], getdate()
	parts = get_parts(ORDER.doctype, name, FIELDS)
	lines = parts.lines
	delivered = get_delivered(name)
	billing = order_payments.get_billing(record)
	invoices = [row["name"] for row in billing.invoices]
	own, others = get_rows(
		visitor,
		ORDER,
		name,
		{
			"quotation": [line["prevdoc_docname"] for line in lines],
			"delivery": [row["delivery"] for row in delivered],
			"invoice": invoices,
			"credit_note": invoices,
		},
		today,
	)
	expected = [day for line in lines if (day := get_expected(record, line))]
	steps = progress.get_steps(
		record,
		_,
		delivered_on=max((row["date"] for row in delivered), default=None),
		invoiced_on=max((row["date"] for row in billing.invoices), default=None),
		expected_on=min(expected, default=None),
		paid=order_payments.get_paid(record, billing) if can_open(visitor, INVOICE) else None,
	)
	return {
		**get_common(visitor, ORDER, record),
		**get_sums(record, parts),
		"status": own["status"],
		"steps": steps,
		"lines": get_lines(record, lines, delivered),
		"deliveries": [row for row in others if row["kind"] == "delivery"],
		"invoices": [row for row in others if row["kind"] in ("invoice", "credit_note")],
		"related": get_links(others, "quotation"),
	}


def get_page_while_checked(visitor: Visitor, record: dict) -> dict:
	"""The same of an order that staff have yet to confirm: what was accepted. There is no PDF of it but the signed one."""
	accepted = accepted_orders.get(record["name"])
	shown = accepted_orders.get_record(record, accepted)
	own, others = get_rows(visitor, ORDER, shown["name"], {"quotation": [accepted.quotation]}, getdate())
	return {
		**get_common(visitor, ORDER, shown),
		**accepted_orders.get_sums(accepted.content),
		"status": own["status"],
		"accepted": {"name": accepted.signer_name, "on": accepted.answered_on},
		"pdf_url": None,
		"signed_url": accepted.signed_url,
		"steps": [],
		"lines": accepted_orders.get_lines(accepted.content),
		"deliveries": [],
		"invoices": [],
		"related": get_links(others, "quotation"),
	}


def get_lines(record: Mapping, lines: Iterable[Mapping], delivered: Iterable[Mapping]) -> list[dict]:
	"""The lines as they are shown, each with what is delivered and invoiced of it, and when the rest is expected."""
	quantity = Formats(get_locale(frappe.local.lang)).quantity
	days: dict[str, date] = {}
	for row in delivered:
		days[row["line"]] = max(row["date"], days.get(row["line"], row["date"]))
	return [
		get_line(line)
		| {
			"delivered": None
			if record["skip_delivery_note"]
			else progress.describe_delivered(line["qty"], line["delivered_qty"], quantity, _),
			"delivered_on": days.get(line["name"]),
			"expected": get_expected(record, line),
			"returned": line["returned_qty"] or None,
			"invoiced": progress.describe_invoiced(line["amount"], line["billed_amt"], _),
		}
		for line in lines
	]


def get_expected(record: Mapping, line: Mapping) -> date | None:
	"""When what is open of a line is to come; None when nothing is."""
	is_open = line["delivered_qty"] < line["qty"]
	if not is_open or record["skip_delivery_note"] or record["status"] in NOT_RUNNING:
		return None
	return line["delivery_date"] or record["delivery_date"]


def get_delivered(order: str) -> list[dict]:
	"""`[{"delivery", "line", "date"}]`: what left the house for an order. One statement.

	That is its Delivery Notes, and the invoices that took from the stock themselves (`delivery` is then None).
	"""
	note, note_item = frappe.qb.DocType("Delivery Note"), frappe.qb.DocType("Delivery Note Item")
	invoice, invoice_item = frappe.qb.DocType("Sales Invoice"), frappe.qb.DocType("Sales Invoice Item")
	by_note = (
		frappe.qb.from_(note_item)
		.inner_join(note)
		.on((note.name == note_item.parent) & (note.docstatus == 1) & (note.is_return == 0))
		.where(note_item.against_sales_order == order)
	)
	by_invoice = (
		frappe.qb.from_(invoice_item)
		.inner_join(invoice)
		.on((invoice.name == invoice_item.parent) & (invoice.docstatus == 1) & (invoice.is_return == 0))
		.where((invoice_item.sales_order == order) & (invoice.update_stock == 1))
	)
	found = together.fetch(
		{
			"notes": (
				by_note,
				{"delivery": note.name, "line": note_item.so_detail, "date": note.posting_date},
			),
			"invoices": (by_invoice, {"line": invoice_item.so_detail, "date": invoice.posting_date}),
		}
	)
	return found["notes"] + [{**row, "delivery": None} for row in found["invoices"]]
