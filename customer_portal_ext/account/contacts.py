"""How a customer is reached."""

import frappe
from frappe.query_builder.functions import Coalesce
from pypika.functions import NullIf
from pypika.queries import Table
from pypika.terms import Term


def get_address_on_file(customer: str) -> str | None:
	"""The customer's own e-mail address, or None: see ``address_on_file``."""
	table = frappe.qb.DocType("Customer")
	rows = frappe.qb.from_(table).select(address_on_file(table)).where(table.name == customer).run()
	return rows[0][0] if rows else None


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
