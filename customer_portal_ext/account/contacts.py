"""How a customer is reached."""

import frappe


def get_address_on_file(customer: str) -> str | None:
	"""The customer's own e-mail address: of the primary contact, else the first contact's primary address."""
	own = frappe.db.get_value("Customer", customer, ["customer_primary_contact", "email_id"], as_dict=True)
	if not own:
		return None
	primary = (
		frappe.db.get_value("Contact", own.customer_primary_contact, "email_id")
		if own.customer_primary_contact
		else None
	)
	return primary or own.email_id or get_first_contact_address(customer)


def get_first_contact_address(customer: str) -> str | None:
	"""The e-mail address of the oldest contact linked to the customer that has one; primary contacts first."""
	contact = frappe.qb.DocType("Contact")
	link = frappe.qb.DocType("Dynamic Link")
	rows = (
		frappe.qb.from_(contact)
		.join(link)
		.on((link.parent == contact.name) & (link.parenttype == "Contact"))
		.select(contact.email_id)
		.where((link.link_doctype == "Customer") & (link.link_name == customer) & (contact.email_id != ""))
		.orderby(contact.is_primary_contact, order=frappe.qb.desc)
		.orderby(contact.creation)
		.limit(1)
		.run()
	)
	return rows[0][0] if rows else None
