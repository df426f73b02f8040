"""Quotations, orders, deliveries and shipments, made, mapped and submitted through ERPNext itself."""

import frappe
from frappe.utils import add_days, getdate

from tests.factories.documents import save
from tests.factories.masters import ensure_fiscal_year, get_company, make_address, make_usual_item


def make_quotation(
	customer,
	rate: float = 100,
	qty: float = 1,
	transaction_date=None,
	valid_till=None,
	do_not_submit: bool = False,
	items: list[dict] | None = None,
	**fields,
):
	"""A Quotation of one line, or of ``items``; without ``valid_till`` it holds for 30 days."""
	transaction_date = getdate(transaction_date)
	quotation = frappe.get_doc(
		{
			"doctype": "Quotation",
			"quotation_to": "Customer",
			"party_name": getattr(customer, "name", customer),
			"company": get_company(),
			"order_type": "Sales",
			"transaction_date": transaction_date,
			"valid_till": getdate(valid_till) if valid_till else add_days(transaction_date, 30),
			"items": get_lines(items or [{"rate": rate, "qty": qty}]),
			**fields,
		}
	)
	return save(quotation, do_not_submit)


def make_sales_order(
	customer,
	rate: float = 100,
	qty: float = 1,
	transaction_date=None,
	delivery_date=None,
	do_not_submit: bool = False,
	items: list[dict] | None = None,
	**fields,
):
	"""A Sales Order of one line, or of ``items``, to be delivered in 14 days."""
	transaction_date = getdate(transaction_date)
	delivery_date = getdate(delivery_date) if delivery_date else add_days(transaction_date, 14)
	order = frappe.get_doc(
		{
			"doctype": "Sales Order",
			"customer": getattr(customer, "name", customer),
			"company": get_company(),
			"order_type": "Sales",
			"transaction_date": transaction_date,
			"delivery_date": delivery_date,
			"items": [
				{"delivery_date": delivery_date, **line}
				for line in get_lines(items or [{"rate": rate, "qty": qty}])
			],
			**fields,
		}
	)
	return save(order, do_not_submit)


def order_from_quotation(quotation, do_not_submit: bool = False, **fields):
	"""The order ERPNext maps from a quotation, with every line that is not an alternative."""
	from erpnext.selling.doctype.quotation.quotation import make_sales_order as map_order

	order = map_order(quotation.name)
	order.delivery_date = add_days(getdate(), 14)
	order.update(fields)
	return save(order, do_not_submit)


def make_delivery_note(order, qty=None, posting_date=None, do_not_submit: bool = False, **fields):
	"""A Delivery Note of all that is open of an order, or of ``qty`` of each of its lines (a list: one for each)."""
	from erpnext.selling.doctype.sales_order.sales_order import make_delivery_note as map_delivery

	delivery = map_delivery(order.name)
	set_quantities(delivery, qty)
	delivery.set_posting_time = 1
	delivery.posting_date = getdate(posting_date)
	delivery.update(fields)
	return save(delivery, do_not_submit)


def make_delivery_return(delivery, qty=None, do_not_submit: bool = False, **fields):
	"""A return of a delivery: of all of it, or of ``qty`` of each line."""
	from erpnext.stock.doctype.delivery_note.delivery_note import make_sales_return

	returned = make_sales_return(delivery.name)
	set_quantities(returned, qty, sign=-1)
	returned.update(fields)
	returned.insert()
	# ERPNext decides what a return updates when the document is loaded, not when it becomes a return
	returned = frappe.get_doc("Delivery Note", returned.name)
	if not do_not_submit:
		returned.submit()
		returned.reload()
	return returned


def invoice_order(order, qty=None, posting_date=None, do_not_submit: bool = False, **fields):
	"""An invoice of all that is not yet billed of an order, or of ``qty`` of each of its lines."""
	from erpnext.selling.doctype.sales_order.sales_order import make_sales_invoice as map_invoice

	posting_date = getdate(posting_date)
	ensure_fiscal_year(posting_date)
	invoice = map_invoice(order.name)
	set_quantities(invoice, qty)
	invoice.set_posting_time = 1
	invoice.posting_date = invoice.due_date = posting_date
	invoice.set("payment_schedule", [])
	invoice.update(fields)
	return save(invoice, do_not_submit)


def make_shipment(delivery, do_not_submit: bool = False, **fields):
	"""A Shipment of one Delivery Note, as a shipping app would fill it in."""
	customer = frappe.get_doc("Customer", delivery.customer)
	shipment = frappe.get_doc(
		{
			"doctype": "Shipment",
			"pickup_from_type": "Company",
			"pickup_company": delivery.company,
			"pickup_address_name": get_company_address(delivery.company),
			"pickup_contact_person": "Administrator",
			"delivery_to_type": "Customer",
			"delivery_customer": customer.name,
			"delivery_address_name": make_address(customer).name,
			"pickup_date": delivery.posting_date,
			"pickup_from": "09:00:00",
			"pickup_to": "17:00:00",
			"description_of_content": "Goods",
			"value_of_goods": 100,
			"shipment_parcel": [{"length": 20, "width": 20, "height": 20, "weight": 1, "count": 1}],
			"shipment_delivery_note": [{"delivery_note": delivery.name, "grand_total": 100}],
			**fields,
		}
	)
	shipment.insert()
	if not do_not_submit:
		shipment.submit()
		# what a carrier's interface writes after booking
		shipment.db_set({key: value for key, value in fields.items() if key.startswith(("tracking", "awb"))})
		shipment.reload()
	return shipment


def get_company_address(company: str) -> str:
	title = f"{company} Warehouse"
	found = frappe.db.get_value("Address", {"address_title": title})
	if found:
		return found
	return (
		frappe.get_doc(
			{
				"doctype": "Address",
				"address_title": title,
				"address_type": "Warehouse",
				"address_line1": "1 Dispatch Road",
				"city": "Testville",
				"country": "United States",
				"links": [{"link_doctype": "Company", "link_name": company}],
			}
		)
		.insert()
		.name
	)


def get_lines(lines: list[dict]) -> list[dict]:
	item = make_usual_item()
	return [{"item_code": item, **line} for line in lines]


def set_quantities(document, qty, sign: int = 1) -> None:
	if qty is None:
		return
	wanted = qty if isinstance(qty, list | tuple) else [qty] * len(document.items)
	for line, quantity in zip(document.items, wanted, strict=True):
		line.qty = sign * quantity
	document.items = [line for line in document.items if line.qty]


def make_lead(**fields):
	"""Somebody with a company of their own, who is no customer yet."""
	word = frappe.generate_hash(length=8)
	return frappe.get_doc(
		{
			"doctype": "Lead",
			"first_name": "Lena",
			"last_name": f"Lead {word}",
			"company_name": f"Lead Works {word}",
			"email_id": f"lead-{word}@example.com",
			**fields,
		}
	).insert()


def make_prospect(**fields):
	name = f"Prospect Works {frappe.generate_hash(length=8)}"
	return frappe.get_doc({"doctype": "Prospect", "company_name": name, **fields}).insert()


def quote_to(party, **fields):
	"""A Quotation to a Lead or a Prospect."""
	return make_quotation(party.name, quotation_to=party.doctype, **fields)


def become_customer(party, **fields):
	"""The Customer that staff make of a Lead or a Prospect in Desk, by ERPNext's own mapping."""
	from erpnext.crm.doctype.lead.lead import make_customer as map_lead
	from erpnext.crm.doctype.prospect.prospect import make_customer as map_prospect

	customer = {"Lead": map_lead, "Prospect": map_prospect}[party.doctype](party.name)
	customer.update(fields)
	return customer.insert()
