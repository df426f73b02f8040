"""What a list shows of quotations, orders and deliveries, as SQL terms; see ``documents.columns``.

The states are ERPNext's own (controllers/status_updater.py) in a buyer's words. Only what the passing of a day changes,
a quotation's validity, is worked out for the day asked for: ERPNext stores it in a nightly job.
"""

from datetime import date

import frappe
from pypika import Case, CustomFunction, Order
from pypika.functions import Coalesce, Substring
from pypika.queries import Table
from pypika.terms import Term

from customer_portal_ext.documents import accepted_orders
from customer_portal_ext.documents.columns import nothing, total, word

Field = CustomFunction("FIELD", ["value", "first", "second", "third"])
Elt = CustomFunction("ELT", ["position", "first", "second", "third"])


def of_quotation(quotation: Table, today: date | Term) -> dict[str, Term]:
	return nothing() | {
		"name": quotation.name,
		"date": quotation.transaction_date,
		"due_date": quotation.valid_till,
		"company": quotation.company,
		"amount": total(quotation),
		"currency": quotation.currency,
		"status": quotation_status(quotation, today),
	}


def of_order(order: Table, today: date | Term) -> dict[str, Term]:
	"""Of one that is being checked, what was accepted."""
	own = {"po_no": order.po_no, "amount": total(order), "currency": order.currency}
	accepted = accepted_orders.columns(order)
	return nothing() | {
		"name": order.name,
		"date": order.transaction_date,
		# when it is to come is said once it is confirmed
		"due_date": Case().when(order.docstatus == 1, order.delivery_date),
		"company": order.company,
		"delivered": Case().when(
			(order.docstatus == 1) & (order.skip_delivery_note == 0), order.per_delivered
		),
		"invoiced": Case().when(order.docstatus == 1, order.per_billed),
		"status": order_status(order),
		**{
			name: Case().when(order.docstatus == 1, confirmed).else_(accepted[name])
			for name, confirmed in own.items()
		},
	}


def of_delivery(delivery: Table, today: date | Term) -> dict[str, Term]:
	"""A delivery is about goods: its amounts stand on the order and the invoice."""
	return nothing() | {
		"name": delivery.name,
		"date": delivery.posting_date,
		# several orders' numbers at once, in a column of type text
		"po_no": Substring(delivery.po_no, 1, 140),
		"company": delivery.company,
		"tracking": delivery.lr_no,
		"status": delivery_status(delivery),
	}


def quotation_status(quotation: Table, today: date | Term) -> Term:
	"""One of the keys valid, accepted, partly_ordered, ordered, expired, declined. What has been accepted, or ordered from,
	does not expire. Accepted is what ERPNext knows nothing of: it counts submitted orders alone."""
	return (
		Case()
		.when(quotation.status == "Lost", word("declined"))
		.when(quotation.status == "Ordered", word("ordered"))
		.when(accepted_orders.is_accepted(quotation), word("accepted"))
		.when(quotation.status == "Partially Ordered", word("partly_ordered"))
		.when((quotation.status == "Expired") | (quotation.valid_till < today), word("expired"))
		.else_(word("valid"))
	)


def order_status(order: Table) -> Term:
	"""One of the keys being_checked, confirmed, partly_delivered, delivered, completed, on_hold, closed."""
	return (
		Case()
		.when(order.docstatus == 0, word("being_checked"))
		.when(order.status == "On Hold", word("on_hold"))
		.when(order.status == "Closed", word("closed"))
		.when(order.status == "Completed", word("completed"))
		.when(order.skip_delivery_note == 1, word("confirmed"))
		# the limits of delivery_status (status_updater.py: _update_percent_field)
		.when(order.per_delivered >= 99.999999, word("delivered"))
		.when(order.per_delivered >= 0.001, word("partly_delivered"))
		.else_(word("confirmed"))
	)


def delivery_status(delivery: Table) -> Term:
	"""One of the keys delivered, on_the_way, lost_on_the_way, returned, return.

	To ERPNext a submitted Delivery Note is delivered; only a Shipment with tracking knows better.
	"""
	return (
		Case()
		.when(delivery.is_return == 1, word("return"))
		.when(delivery.status == "Return Issued", word("returned"))
		.else_(
			Coalesce(
				Elt(
					Field(tracking_status(delivery), "In Progress", "Lost", "Returned"),
					"on_the_way",
					"lost_on_the_way",
					"returned",
				),
				"delivered",
			)
		)
	)


def tracking_status(delivery: Table) -> Term:
	"""A scalar subquery: what the carrier last said of the newest Shipment; NULL when there is none."""
	shipment = frappe.qb.DocType("Shipment")
	content = frappe.qb.DocType("Shipment Delivery Note")
	return (
		frappe.qb.from_(content)
		.inner_join(shipment)
		.on((shipment.name == content.parent) & (shipment.docstatus == 1))
		.select(shipment.tracking_status)
		.where(content.delivery_note == delivery.name)
		.orderby(shipment.creation, order=Order.desc)
		.limit(1)
	)
