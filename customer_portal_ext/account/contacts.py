"""How a customer is reached."""

import frappe
from frappe.query_builder.functions import Coalesce
from pypika import Case, Order
from pypika.functions import NullIf
from pypika.queries import Table
from pypika.terms import Term

from customer_portal_ext.account import sign_ups
from customer_portal_ext.documents.text import get_lines

# for a site without an Address Template
PLAIN_TEMPLATE = "\n".join(
	f"{{{{ {field} or '' }}}}<br>"
	for field in ("address_line1", "address_line2", "pincode", "city", "state", "country")
)


def get_address_on_file(customer: str) -> str | None:
	"""The customer's own e-mail address, or None: see ``address_on_file``."""
	table = frappe.qb.DocType("Customer")
	rows = frappe.qb.from_(table).select(address_on_file(table)).where(table.name == customer).run()
	return rows[0][0] if rows else None


def find_by_address_on_file(address: str, most: int) -> list[str]:
	"""The enabled customers whose address on file this is, in the order of their names; at most so many.

	:param address: as addresses are compared (sign_ups.normalise). The database takes "é" for "e": letters are compared again.
	"""
	contacts = frappe.get_all("Contact", {"email_id": address}, pluck="name") or [""]
	linked = {"parenttype": "Contact", "parent": ("in", contacts), "link_doctype": "Customer"}
	customer = frappe.qb.DocType("Customer")
	rows = (
		frappe.qb.from_(customer)
		.select(customer.name, address_on_file(customer))
		.where(customer.disabled == 0)
		.where(
			(customer.email_id == address)
			| customer.customer_primary_contact.isin(contacts)
			| customer.name.isin(frappe.get_all("Dynamic Link", linked, pluck="link_name") or [""])
		)
		.orderby(customer.name)
	).run()
	return [name for name, on_file in rows if sign_ups.normalise(on_file) == address][:most]


def address_on_file(customer: Table) -> Term:
	"""SQL: the e-mail address of each row of ``customer``. That of the primary contact, else the customer's own, else that
	of the oldest contact linked to it that has one, primary contacts first."""
	primary = frappe.qb.DocType("Contact").as_("primary_contact")
	contact = frappe.qb.DocType("Contact")
	link = frappe.qb.DocType("Dynamic Link")
	of_primary_contact = (
		frappe.qb.from_(primary)
		.select(NullIf(primary.email_id, ""))
		.where(primary.name == customer.customer_primary_contact)
	)
	of_first_contact = (
		frappe.qb.from_(contact)
		.join(link)
		.on((link.parent == contact.name) & (link.parenttype == "Contact"))
		.select(contact.email_id)
		.where(
			(link.link_doctype == "Customer") & (link.link_name == customer.name) & (contact.email_id != "")
		)
		.orderby(contact.is_primary_contact, order=frappe.qb.desc)
		.orderby(contact.creation)
		.limit(1)
	)
	return Coalesce(of_primary_contact, NullIf(customer.email_id, ""), of_first_contact)


def get_recipient(customer: str) -> dict:
	"""Whom a letter is written to: ``name, customer_name, tax_id, address`` (lines of plain text). One statement.

	ERPNext writes the primary address into the customer, but not always: one that is only named there, or only linked to
	the customer, is laid out here by the site's Address Template, as ERPNext does.
	"""
	table = frappe.qb.DocType("Customer")
	address = frappe.qb.DocType("Address")
	row = (
		frappe.qb.from_(table)
		.left_join(address)
		.on(address.name == postal_address_on_file(table))
		.select(
			address.star,
			address_template(address).as_("template"),
			table.customer_name,
			table.tax_id.as_("customer_tax_id"),
			table.primary_address,
		)
		.where(table.name == customer)
	).run(as_dict=True)[0]
	written = row.primary_address
	if not get_lines(written) and row.name:
		written = frappe.render_template(row.template or PLAIN_TEMPLATE, row)
	return {
		"name": customer,
		"customer_name": row.customer_name,
		"tax_id": row.customer_tax_id,
		"address": get_lines(written),
	}


def postal_address_on_file(customer: Table) -> Term:
	"""SQL: the Address of each row of ``customer``. The one named as its primary, else the enabled one linked to it that is
	marked as primary, else a billing address, else the oldest."""
	address = frappe.qb.DocType("Address")
	link = frappe.qb.DocType("Dynamic Link")
	of_first_address = (
		frappe.qb.from_(address)
		.join(link)
		.on((link.parent == address.name) & (link.parenttype == "Address"))
		.select(address.name)
		.where(
			(link.link_doctype == "Customer") & (link.link_name == customer.name) & (address.disabled == 0)
		)
		.orderby(address.is_primary_address, order=Order.desc)
		.orderby(Case().when(address.address_type == "Billing", 0).else_(1))
		.orderby(address.creation)
		.limit(1)
	)
	return Coalesce(NullIf(customer.customer_primary_address, ""), of_first_address)


def address_template(address: Table) -> Term:
	"""SQL: the template of each row of ``address``: that of its country, else the site's default one."""
	template = frappe.qb.DocType("Address Template")
	return (
		frappe.qb.from_(template)
		.select(template.template)
		.where((template.country == address.country) | (template.is_default == 1))
		.orderby(Case().when(template.country == address.country, 0).else_(1))
		.limit(1)
	)
