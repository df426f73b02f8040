"""Who may read a Communication on the portal: decided once, when it is written, and kept in its ``portal_customer``.

ERPNext keeps internal notes, e-mails to suppliers and e-mails to the customer side by side in a document's timeline. Only
these are the customer's: what was written on the portal, what staff wrote with "Reply in Portal", an e-mail that went to
one of the customer's addresses (as recipient or in copy, not in blind copy), and one that came from there.
"""

from collections.abc import Iterable

import frappe
from frappe.utils import now_datetime, parse_addr, split_emails
from pypika.queries import Table
from pypika.terms import Criterion, Term

from customer_portal_ext.documents import parties

# DocType -> the field that holds its customer, and a field that must say so, if any
CUSTOMER_FIELDS = {
	"Customer": ("name", None),
	"Sales Invoice": ("customer", None),
	"Sales Order": ("customer", None),
	"Delivery Note": ("customer", None),
	"Quotation": ("party_name", "quotation_to"),
	"Payment Entry": ("party", "party_type"),
	"Issue": ("customer", None),
}
# where a document names the address it is written to
ADDRESS_FIELDS = {
	"Sales Invoice": "contact_email",
	"Sales Order": "contact_email",
	"Delivery Note": "contact_email",
	"Quotation": "contact_email",
	"Issue": "raised_by",
}


def readable_by(communication: Table, customers: Iterable[str] | Term, now: Term | None = None) -> Criterion:
	"""SQL: the messages these customers may read. An e-mail that is to go out later has not been written yet.

	Of a prepared statement, ``customers`` and ``now`` are the places where they go: one customer at least.
	"""
	if not isinstance(customers, Term):
		customers = tuple(customers)
		if not customers:
			return communication.name.isnull()
	return (
		communication.portal_customer.isin(customers)
		& (communication.communication_type == "Communication")
		& (
			communication.send_after.isnull()
			| (communication.send_after <= (now_datetime() if now is None else now))
		)
	)


def mark(communication) -> None:
	"""Decide it for an e-mail. What the portal's own writers marked stays as it is (messages.py)."""
	if communication.communication_medium == "Email" and not communication.flags.portal_marked:
		communication.portal_customer = get_reader(communication)


def get_reader(communication) -> str | None:
	"""The customer who wrote or received this e-mail about a document of theirs, else None."""
	if communication.communication_type != "Communication" or communication.email_status in ("Spam", "Trash"):
		return None
	customer = get_customer(communication.reference_doctype, communication.reference_name)
	if not customer:
		return None
	if communication.sent_or_received == "Received":
		written_to = [communication.sender]
	else:
		written_to = [*split_emails(communication.recipients), *split_emails(communication.cc)]
	theirs = get_addresses(customer, communication.reference_doctype, communication.reference_name)
	return customer if any(_bare(address) in theirs for address in written_to) else None


def remark_all(doctype: str, name: str) -> None:
	"""Decide anew for every message of a document whose customer changed. What was written on the portal stays with who
	wrote it."""
	for message in frappe.get_all(
		"Communication",
		{"reference_doctype": doctype, "reference_name": name, "communication_medium": "Email"},
		pluck="name",
	):
		communication = frappe.get_doc("Communication", message)
		reader = get_reader(communication)
		if reader != communication.portal_customer:
			communication.db_set("portal_customer", reader, update_modified=False)


def forget(customer: str) -> None:
	"""After a customer is deleted, nobody of the same name may read what was theirs."""
	frappe.db.set_value(
		"Communication", {"portal_customer": customer}, "portal_customer", None, update_modified=False
	)


def get_customer(doctype: str | None, name: str | None) -> str | None:
	"""The Customer whose document this is, or None."""
	if doctype not in CUSTOMER_FIELDS or not name:
		return None
	if doctype == "Quotation":
		made_out_to = frappe.db.get_value(doctype, name, ["quotation_to", "party_name"])
		return parties.find_customer(*made_out_to) if made_out_to else None
	field, condition = CUSTOMER_FIELDS[doctype]
	filters = {"name": name, **({condition: "Customer"} if condition else {})}
	return frappe.db.get_value(doctype, filters, field)


def get_addresses(customer: str, doctype: str | None = None, name: str | None = None) -> set[str]:
	"""The customer's own e-mail addresses, in lower case: of its record, its contacts and its portal users, and the one the
	document is made out to. Never that of a colleague who works in Desk."""
	contact = frappe.qb.DocType("Contact Email")
	link = frappe.qb.DocType("Dynamic Link")
	found = (
		frappe.qb.from_(contact)
		.join(link)
		.on((link.parent == contact.parent) & (link.parenttype == "Contact"))
		.select(contact.email_id)
		.where((link.link_doctype == "Customer") & (link.link_name == customer))
	).run(pluck=True)
	found += frappe.get_all("Portal User", {"parenttype": "Customer", "parent": customer}, pluck="user")
	found.append(frappe.db.get_value("Customer", customer, "email_id"))
	if doctype in ADDRESS_FIELDS:
		found.append(frappe.db.get_value(doctype, name, ADDRESS_FIELDS[doctype]))
	addresses = {_bare(address) for address in found} - {""}
	staff = frappe.get_all(
		"User", {"email": ("in", list(addresses) or [""]), "user_type": "System User"}, pluck="email"
	)
	return addresses - {_bare(address) for address in staff}


def _bare(address: str | None) -> str:
	return (parse_addr(address)[1] or "").strip().lower() if address else ""
