"""Where an order may be delivered to: one of the customer's own addresses."""

import frappe
from frappe.contacts.doctype.address.address import render_address

from customer_portal_ext.documents.text import get_lines
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.words import _

FIELD = "delivery_address"


def get_options(customer: str) -> list[dict]:
	"""``[{"value", "label"}]`` of the customer's enabled addresses, delivery addresses first."""
	address = frappe.qb.DocType("Address")
	link = frappe.qb.DocType("Dynamic Link")
	rows = (
		frappe.qb.from_(address)
		.join(link)
		.on((link.parent == address.name) & (link.parenttype == "Address"))
		.select(address.name, address.address_line1, address.pincode, address.city)
		.where((link.link_doctype == "Customer") & (link.link_name == customer) & (address.disabled == 0))
		.orderby(address.is_shipping_address, order=frappe.qb.desc)
		.orderby(address.name)
		.limit(200)
	).run(as_dict=True)
	return [
		{"value": row.name, "label": ", ".join(filter(None, (row.address_line1, row.pincode, row.city)))}
		for row in rows
	]


def read(typed: str | None, options: list[dict]) -> str | None:
	"""The chosen address, or None: as on the quotation. Raises InvalidInput for one that was not offered."""
	if not typed:
		return None
	if typed not in [option["value"] for option in options]:
		raise InvalidInput(_("Choose one of your addresses."), FIELD)
	return typed


def get_text(name: str) -> str:
	"""The address as ERPNext writes it on documents, as HTML."""
	# A token's visitor has no rights of their own to an Address; it was chosen among the customer's.
	return render_address(name, check_permissions=False) or ""


def get_plain_lines(name: str) -> list[str]:
	return get_lines(get_text(name))
