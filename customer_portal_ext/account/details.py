"""The account's own details: what ERPNext's Customer and its main Contact hold, and what may become of them."""

from collections.abc import Mapping

import frappe

from customer_portal_ext.account import contact_book, fields, linked
from customer_portal_ext.account.contacts import address_on_file, get_address_on_file
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.words import _, _lt

CUSTOMER_FIELDS = ("customer_name", "tax_id", "website")
CONTACT_FIELDS = ("email_id", "phone", "mobile_no")
FORM_FIELDS = (*CUSTOMER_FIELDS, *CONTACT_FIELDS)
# What invoices are made out to is decided by staff, whatever the settings say.
ALWAYS_APPROVED = ("customer_name", "tax_id")
LABELS = {
	"customer_name": _lt("Name"),
	"tax_id": _lt("Tax number"),
	"website": _lt("Website"),
	"email_id": _lt("E-mail address"),
	"phone": _lt("Phone"),
	"mobile_no": _lt("Mobile"),
	"main_contact": _lt("Main contact"),
}


def get(customer: str) -> dict:
	"""``{**FORM_FIELDS, "main_contact": name of the Contact | None, "contact_name"}``, empty texts where nothing is known. One
	statement."""
	table, contact = frappe.qb.DocType("Customer"), frappe.qb.DocType("Contact")
	row = (
		frappe.qb.from_(table)
		.left_join(contact)
		.on(contact.name == table.customer_primary_contact)
		.select(*[table[field] for field in CUSTOMER_FIELDS], *[contact[field] for field in CONTACT_FIELDS])
		.select(contact.name.as_("main_contact"), contact.full_name, contact.company_name)
		.select(address_on_file(table).as_("on_file"))
		.where(table.name == customer)
	).run(as_dict=True)[0]
	values = {field: row[field] or "" for field in FORM_FIELDS}
	return values | {
		"email_id": row.email_id or row.on_file or "",
		"main_contact": row.main_contact,
		"contact_name": row.full_name or row.company_name or "",
	}


def read(form: Mapping, current: Mapping) -> dict:
	"""What was typed. Raises InvalidInput, which names the field.

	:param current: the details as they are, of which the unchanged ones stay what they are.
	"""
	readers = {
		"customer_name": lambda typed: fields.require_line(
			typed, "customer_name", get_label("customer_name")
		),
		"tax_id": lambda typed: fields.read_line(typed, "tax_id", get_label("tax_id"), 50),
		"website": fields.read_website,
		"email_id": lambda typed: fields.read_email(typed, "email_id"),
		"phone": fields.read_phone,
		"mobile_no": lambda typed: fields.read_phone(typed, "mobile_no"),
	}
	return {
		field: current[field]
		if fields.is_unchanged(form.get(field), current[field])
		else read_field(form.get(field))
		for field, read_field in readers.items()
	}


def get_label(field: str) -> str:
	return str(LABELS[field])


def get_changes(customer: str, values: Mapping) -> dict[str, tuple[str, str]]:
	"""``{field: (as it is, as it shall be)}`` of what differs. Raises InvalidInput for an e-mail address that is taken away:
	the portal writes there."""
	now = get(customer)
	changes = {
		field: (now[field] or "", value)
		for field, value in values.items()
		if value is not None and value != (now[field] or "")
	}
	if "email_id" in changes and not values["email_id"]:
		raise InvalidInput(_("The account needs an e-mail address."), "email_id")
	return changes


def apply(customer: str, values: Mapping) -> None:
	"""Write new values of FORM_FIELDS or ``main_contact``. Raises InvalidInput: nothing is to be kept then."""
	linked.lock_customer(customer)
	if values.get("main_contact"):
		if not linked.is_linked("Contact", customer, values["main_contact"]):
			raise InvalidInput(_("That contact is no longer one of the account's."))
		contact_book.set_main(customer, values["main_contact"])
	if own := {field: values[field] for field in CUSTOMER_FIELDS if field in values}:
		document = frappe.get_doc("Customer", customer, for_update=True)
		document.update(own)
		linked.save(document)
	if reach := {field: values[field] for field in CONTACT_FIELDS if field in values}:
		apply_to_contact(customer, reach)


def apply_to_contact(customer: str, reach: Mapping) -> None:
	"""To the main contact; a customer without one gets one, by the customer's name."""
	main = frappe.db.get_value("Customer", customer, "customer_primary_contact")
	if main and linked.is_linked("Contact", customer, main):
		contact_book.change(customer, main, reach)
		return
	customer_name = frappe.db.get_value("Customer", customer, "customer_name")
	names = linked.get_names("Contact", customer, 1000)
	email = reach.get("email_id") or get_address_on_file(customer) or ""
	same = frappe.db.get_value("Contact", {"name": ("in", names or [""]), "email_id": email or "-"})
	if same:
		contact_book.change(customer, same, reach)
	else:
		empty = {field: "" for field in contact_book.FORM_FIELDS}
		named = {"first_name": customer_name[: contact_book.LONGEST_NAME], "email_id": email}
		same = contact_book.add(customer, empty | named | dict(reach))
	if email:
		contact_book.set_main(customer, same)
