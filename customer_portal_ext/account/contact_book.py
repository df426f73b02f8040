"""The contacts of a customer: ERPNext's own Contact records, linked to the customer and to nobody else."""

from collections.abc import Mapping

import frappe

from customer_portal_ext.account import fields, invited, limits, linked, sign_ups
from customer_portal_ext.account.contacts import address_on_file
from customer_portal_ext.exceptions import DocumentNotFound, InvalidInput
from customer_portal_ext.web.words import _, _lt

DOCTYPE = "Contact"
COLUMNS = (
	"name",
	"first_name",
	"last_name",
	"full_name",
	"company_name",
	"designation",
	"email_id",
	"phone",
	"mobile_no",
	"is_primary_contact",
	"user",
)
FORM_FIELDS = ("first_name", "last_name", "designation", "email_id", "phone", "mobile_no")
LABELS = {
	"first_name": _lt("First name"),
	"last_name": _lt("Last name"),
	"designation": _lt("Position"),
	"email_id": _lt("E-mail address"),
	"phone": _lt("Phone"),
	"mobile_no": _lt("Mobile"),
}
LONGEST_NAME = 60
LONGEST_RECORD_NAME = 140  # MariaDB's column


def get_list(customer: str) -> list[dict]:
	"""The customer's contacts, the main one first. Five statements, however many there are.

	``[{**COLUMNS, "title", "is_main", "is_on_file", "is_own", "may_sign_in"}]``: ``is_on_file`` marks whose e-mail address
	the portal writes to.
	"""
	contact, query = linked.select(DOCTYPE, customer, (*COLUMNS, "creation"), limits.MOST_CONTACTS)
	rows = query.orderby(contact.creation).run(as_dict=True)
	return sorted(describe(customer, rows), key=lambda row: not row["is_main"])


def describe(customer: str, rows: list[dict]) -> list[dict]:
	table = frappe.qb.DocType("Customer")
	query = frappe.qb.from_(table).select(table.customer_primary_contact, address_on_file(table))
	[(main, on_file)] = query.where(table.name == customer).run()
	users = get_users(customer)
	shared = linked.get_shared(DOCTYPE, customer, [row.name for row in rows])
	return [
		{
			**row,
			"title": row.full_name or row.company_name or row.email_id or row.name,
			"is_main": row.name == main,
			"is_on_file": bool(on_file) and (row.email_id or "").lower() == on_file.lower(),
			"is_own": row.name not in shared,
			"may_sign_in": bool({row.user, row.email_id} & users),
		}
		for row in rows
	]


def get_users(customer: str) -> set[str]:
	"""Who may sign in for the customer, or is invited to: which of them had an account before is nobody's business."""
	return invited.get_members_and_invited(customer)


def find(customer: str, name: str) -> dict:
	"""One of the customer's contacts, as ``get_list`` gives it. Raises DocumentNotFound for any other."""
	contact, query = linked.select(DOCTYPE, customer, COLUMNS)
	rows = query.where(contact.name == name).run(as_dict=True)
	if not rows:
		raise DocumentNotFound
	return describe(customer, rows)[0]


def read(form: Mapping, current: Mapping | None = None) -> dict:
	"""What was typed. Raises InvalidInput, which names the field.

	:param current: the contact as it is, whose unchanged fields stay what they are.
	"""
	current = current or {}
	readers = {
		"first_name": lambda typed: fields.require_line(
			typed, "first_name", str(LABELS["first_name"]), LONGEST_NAME
		),
		"last_name": lambda typed: fields.read_line(
			typed, "last_name", str(LABELS["last_name"]), LONGEST_NAME
		),
		"designation": lambda typed: fields.read_line(typed, "designation", str(LABELS["designation"])),
		"email_id": lambda typed: fields.read_email(typed, "email_id"),
		"phone": lambda typed: fields.read_phone(typed, "phone"),
		"mobile_no": lambda typed: fields.read_phone(typed, "mobile_no"),
	}
	values = {
		field: current[field]
		if fields.is_unchanged(form.get(field), current.get(field))
		else read_field(form.get(field))
		for field, read_field in readers.items()
	}
	if not (values["email_id"] or values["phone"] or values["mobile_no"]):
		raise InvalidInput(_("Enter an e-mail address or a phone number."), "email_id")
	return values


def add(customer: str, values: Mapping) -> str:
	"""Make a Contact of the customer: its name. Raises InvalidInput, also for an e-mail address that one of them has."""
	linked.lock_customer(customer)
	names = linked.get_names(DOCTYPE, customer, limits.MOST_CONTACTS)
	if len(names) >= limits.MOST_CONTACTS:
		raise InvalidInput(_("An account can have {0} contacts.").format(limits.MOST_CONTACTS))
	rows = frappe.get_all(DOCTYPE, {"name": ("in", names or [""])}, list(COLUMNS))
	for row in rows:
		# the second of two clicks
		if all((row[field] or "") == values[field] for field in FORM_FIELDS):
			return row.name
	require_new_email(rows, values["email_id"])
	contact = frappe.new_doc(DOCTYPE)
	contact.append("links", {"link_doctype": "Customer", "link_name": customer})
	write(contact, values)
	full_name = " ".join(filter(None, (values["first_name"], values["last_name"])))
	if len(f"{full_name}-{customer}") > LONGEST_RECORD_NAME - 5:
		contact.name = f"{full_name[:120]}-{frappe.generate_hash(length=10)}"
		contact.flags.name_set = True
	linked.save(contact, is_new=True)
	forget_foreign_user(customer, contact)
	return contact.name


def require_new_email(rows: list[dict], email: str, but: str | None = None) -> None:
	taken = {(row.email_id or "").lower() for row in rows if row.name != but} - {""}
	if email.lower() in taken:
		raise InvalidInput(_("One of your contacts has this e-mail address already."), "email_id")


def change(customer: str, name: str, values: Mapping) -> bool:
	"""Write what was typed; False where nothing differs. The caller has checked with ``find``. Raises InvalidInput."""
	linked.lock_customer(customer)
	linked.require_own(DOCTYPE, customer, name)
	contact = frappe.get_doc(DOCTYPE, name, for_update=True)
	if all((contact.get(field) or "") == value for field, value in values.items()):
		return False
	names = linked.get_names(DOCTYPE, customer, limits.MOST_CONTACTS)
	rows = frappe.get_all(DOCTYPE, {"name": ("in", names)}, ["name", "email_id"])
	if "email_id" in values:
		require_new_email(rows, values["email_id"], but=name)
	write(contact, values)
	linked.save(contact)
	forget_foreign_user(customer, contact)
	follow_main(customer, contact)
	return True


def write(contact, values: Mapping) -> None:
	"""Put the values into the Contact, whose e-mail address and numbers are rows: the primary one of each changes."""
	contact.update(
		{field: values[field] for field in values if field in ("first_name", "last_name", "designation")}
	)
	if "email_id" in values:
		set_primary_row(contact, "email_ids", "email_id", "is_primary", values["email_id"])
	for field, flag in (("phone", "is_primary_phone"), ("mobile_no", "is_primary_mobile_no")):
		if field in values:
			set_primary_row(contact, "phone_nos", "phone", flag, values[field])


def set_primary_row(contact, table: str, column: str, flag: str, value: str) -> None:
	rows = contact.get(table)
	current = next((row for row in rows if row.get(flag)), None)
	if current and current.get(column) == value:
		return
	if current:
		# one number may be both phone and mobile: each is changed by itself
		current.set(flag, 0)
		if not any(
			current.get(other) for other in ("is_primary", "is_primary_phone", "is_primary_mobile_no")
		):
			contact.remove(current)
	if value:
		same = next((row for row in contact.get(table) if row.get(column) == value), None)
		(same or contact.append(table, {column: value})).set(flag, 1)
	elif table == "email_ids":
		# the next one, which ERPNext would otherwise leave without a primary one
		for row in contact.get(table)[:1]:
			row.set(flag, 1)


def forget_foreign_user(customer: str, contact) -> None:
	"""ERPNext sets a Contact's user by the e-mail address alone. Only who may sign in for this customer is meant here."""
	if contact.user and not sign_ups.is_linked(customer, contact.user):
		contact.db_set("user", None)


def follow_main(customer: str, contact) -> None:
	"""The customer's own record shows the main contact's e-mail address and number."""
	if frappe.db.get_value("Customer", customer, "customer_primary_contact") == contact.name:
		values = {"email_id": contact.email_id or None, "mobile_no": contact.mobile_no or None}
		frappe.db.set_value("Customer", customer, values)


def set_main(customer: str, name: str) -> None:
	"""Make it the contact whose e-mail address is the one on file. Raises InvalidInput for one without."""
	linked.lock_customer(customer)
	linked.require_own(DOCTYPE, customer, name)
	contact = frappe.get_doc(DOCTYPE, name, for_update=True)
	if not contact.email_id:
		raise InvalidInput(_("The main contact needs an e-mail address."))
	names = linked.get_names(DOCTYPE, customer, limits.MOST_CONTACTS)
	own = set(names) - linked.get_shared(DOCTYPE, customer, names)
	frappe.db.set_value(
		DOCTYPE,
		{"name": ("in", list(own - {name}) or [""]), "is_primary_contact": 1},
		"is_primary_contact",
		0,
	)
	contact.is_primary_contact = 1
	linked.save(contact)
	frappe.db.set_value("Customer", customer, "customer_primary_contact", name)
	follow_main(customer, contact)


def remove(customer: str, name: str) -> bool:
	"""Remove a contact; one that documents name stays on them, and is the customer's no longer (False). Raises InvalidInput."""
	row = find(customer, name)
	if row["is_main"] or row["is_on_file"]:
		raise InvalidInput(_("This is your main contact. Choose another one first."))
	if row["may_sign_in"]:
		raise InvalidInput(_("This person can sign in for your company. Their access has to end first."))
	linked.lock_customer(customer)
	linked.require_own(DOCTYPE, customer, name)
	contact = frappe.get_doc(DOCTYPE, name, for_update=True)
	if linked.remove(contact):
		return True
	contact.links = [link for link in contact.links if link.link_doctype != "Customer"]
	contact.is_primary_contact = 0
	linked.save(contact)
	return False
