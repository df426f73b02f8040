"""Quotations, sales orders and delivery notes in each state a customer may find them in."""

import frappe
from erpnext.selling.doctype.quotation.quotation import make_sales_order, set_expired_status
from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note, make_sales_invoice

from . import customers
from .catalogue import LONG_DESCRIPTION_ITEM, WAREHOUSE
from .dates import get_day
from .vouchers import build_sale, keep


def make() -> None:
	quote(
		customers.EVERY_BUCKET,
		5,
		[("WP-TURBINE-5", 2, 6300), ("WP-MAST-12", 2, 2100), ("WP-BLADES", 2, 1480), ("WP-INSPECT", 1, 340)],
		valid_for=30,
		alternatives=(2,),
	)
	quote(customers.PARTLY_PAID, 12, [(LONG_DESCRIPTION_ITEM, 1, 17900)], valid_for=14)
	quote(customers.RETURNS, 60, [("WP-INVERTER-6", 2, 1380)], valid_for=30)
	quote(customers.NEW, 1, [("WP-INSPECT", 1, 340), ("WP-MONITOR", 12, 45)], valid_for=45)
	quote(customers.EVERY_BUCKET, 3, [("WP-BEARING", 4, 130)], valid_for=30, submit=False)
	ordered = quote(customers.EVERY_BUCKET, 40, [("WP-BLADES", 6, 870)], valid_for=60)
	order_from_quotation(ordered, 35)
	make_partly_delivered_order()
	make_completed_order()
	make_open_order()
	set_expired_status()  # as ERPNext's scheduler does each day


def quote(customer: str, days_ago: int, lines, valid_for: int, submit: bool = True, alternatives=()):
	"""A quotation; `alternatives` are the places of lines that may be taken instead of the one before."""
	quotation = build_sale(
		"Quotation",
		customer,
		days_ago,
		lines,
		quotation_to="Customer",
		party_name=customer,
		order_type="Sales",
		valid_till=get_day(days_ago - valid_for),
	)
	for place in alternatives:
		quotation.items[place].is_alternative = 1
	return keep(quotation, submit)


def order_from_quotation(quotation, days_ago: int):
	order = make_sales_order(quotation.name)
	order.transaction_date = get_day(days_ago)
	order.delivery_date = get_day(days_ago - 20)
	order.po_no = "BH/BLADES"
	for row in order.items:
		row.delivery_date = order.delivery_date
		row.warehouse = WAREHOUSE
	order.set("payment_schedule", [])
	return keep(order)


def place_order(customer: str, days_ago: int, lines, deliver_in: int, po_no: str):
	order = build_sale(
		"Sales Order",
		customer,
		days_ago,
		lines,
		delivery_date=get_day(days_ago - deliver_in),
		set_warehouse=WAREHOUSE,
		po_no=po_no,
	)
	return keep(order)


def make_partly_delivered_order() -> None:
	order = place_order(
		customers.EVERY_BUCKET,
		50,
		[("WP-CABLE", 200, 14.5), ("WP-BEARING", 10, 132.4), ("WP-PART", 40, 12.75)],
		60,
		"BH/PARTS",
	)
	delivery = deliver(order, 42, share=0.5, transporter_name="Prairie Freight")
	ship(delivery)
	bill(order, 41, share=0.5)


def make_completed_order() -> None:
	order = place_order(customers.PARTLY_PAID, 70, [("WP-BEARING", 2, 132.4)], 10, "CF 60")
	deliver(order, 64)
	bill(order, 64)


def make_open_order() -> None:
	place_order(customers.RETURNS, 3, [("WP-INVERTER-6", 1, 1380)], 21, "O'B 22")
	place_order(customers.EVERY_BUCKET, 6, [("WP-INSPECT", 1, 340)], 12, "BH/CHECK").update_status("On Hold")


def deliver(order, days_ago: int, share: float = 1, **values):
	delivery = make_delivery_note(order.name)
	delivery.set_posting_time = 1
	delivery.posting_date = get_day(days_ago)
	delivery.posting_time = "10:00:00"
	delivery.lr_no = f"PARCEL-{days_ago:04d}"
	delivery.lr_date = delivery.posting_date
	delivery.update(values)
	for row in delivery.items:
		row.qty *= share
	return keep(delivery)


def ship(delivery) -> None:
	"""A Shipment of a delivery, with what a carrier's interface writes once it has been booked."""
	shipment = frappe.get_doc(
		{
			"doctype": "Shipment",
			"pickup_from_type": "Company",
			"pickup_company": delivery.company,
			"pickup_address_name": delivery.company_address or get_address("Company", delivery.company),
			"pickup_contact_person": "Administrator",
			"delivery_to_type": "Customer",
			"delivery_customer": delivery.customer,
			"delivery_address_name": get_address("Customer", delivery.customer),
			"pickup_date": delivery.posting_date,
			"pickup_from": "09:00:00",
			"pickup_to": "12:00:00",
			"description_of_content": "Spare parts",
			"carrier": "DHL",
			"carrier_service": "Express",
			"shipment_parcel": [{"length": 60, "width": 40, "height": 40, "weight": 18, "count": 2}],
			"shipment_delivery_note": [{"delivery_note": delivery.name, "grand_total": delivery.grand_total}],
		}
	)
	shipment.insert()
	shipment.submit()
	shipment.db_set(
		{
			"awb_number": "JD0146 0003 1234",
			"tracking_url": "https://tracking.example.com/JD014600031234",
			"tracking_status": "In Progress",
			"tracking_status_info": "Left the depot in Omaha",
		}
	)


def get_address(doctype: str, name: str) -> str:
	return frappe.get_all(
		"Dynamic Link",
		{"parenttype": "Address", "link_doctype": doctype, "link_name": name},
		pluck="parent",
		order_by="creation",
		limit=1,
	)[0]


def bill(order, days_ago: int, share: float = 1):
	invoice = make_sales_invoice(order.name)
	invoice.set_posting_time = 1
	invoice.posting_date = get_day(days_ago)
	invoice.due_date = get_day(days_ago - 30)
	invoice.set("payment_schedule", [])
	for row in invoice.items:
		row.qty *= share
	return keep(invoice)
