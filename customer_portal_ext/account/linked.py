"""Addresses and contacts of a customer: whose they are, and whether the customer alone may change them.

ERPNext links an Address or a Contact to any number of parties. The customer sees those linked to them; they change only
what belongs to nobody else: a contact of two customers, or an address of ours, is changed by us.
"""

from collections.abc import Iterable

import frappe
from frappe.query_builder.functions import Coalesce
from pypika.queries import QueryBuilder, Table

from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.platform import contact_pictures
from customer_portal_ext.web.words import _

# The customer's own earlier life: what was the Lead's is the Customer's.
EARLIER = {"Lead": "lead_name", "Opportunity": "opportunity_name", "Prospect": "prospect_name"}


def get_names(doctype: str, customer: str, limit: int) -> list[str]:
	"""The names of the addresses or contacts linked to a customer."""
	return frappe.get_all(
		"Dynamic Link",
		{"parenttype": doctype, "link_doctype": "Customer", "link_name": customer},
		pluck="parent",
		order_by="parent",
		limit=limit,
		distinct=True,
	)


def is_linked(doctype: str, customer: str, name: str) -> bool:
	link = {"parenttype": doctype, "parent": name, "link_doctype": "Customer", "link_name": customer}
	return bool(frappe.db.exists("Dynamic Link", link))


def select(doctype: str, customer: str, columns: Iterable[str], limit: int = 1) -> tuple[Table, QueryBuilder]:
	"""The DocType's table, and a query of these columns of the records linked to a customer, each once."""
	record, link = frappe.qb.DocType(doctype), frappe.qb.DocType("Dynamic Link")
	query = (
		frappe.qb.from_(record)
		.join(link)
		.on((link.parent == record.name) & (link.parenttype == doctype))
		.where((link.link_doctype == "Customer") & (link.link_name == customer))
		.select(*[record[column] for column in columns])
		.distinct()
		.limit(limit)
	)
	return record, query


def get_shared(doctype: str, customer: str, names: list[str]) -> set[str]:
	"""Those of ``names`` that somebody else has a part in. One statement."""
	if not names:
		return set()
	link, own = frappe.qb.DocType("Dynamic Link"), frappe.qb.DocType("Customer")
	is_own = (link.link_doctype == "Customer") & (link.link_name == own.name)
	for earlier, field in EARLIER.items():
		is_own |= (link.link_doctype == earlier) & (link.link_name == Coalesce(own[field], ""))
	rows = (
		frappe.qb.from_(link)
		.join(own)
		.on(own.name == customer)
		.select(link.parent)
		.distinct()
		.where((link.parenttype == doctype) & link.parent.isin(names) & is_own.negate())
	).run()
	return {parent for (parent,) in rows}


def require_own(doctype: str, customer: str, name: str) -> None:
	"""Raise InvalidInput for a record that is the customer's, but not theirs alone."""
	if get_shared(doctype, customer, [name]):
		raise InvalidInput(_("Others use this entry too, so it is changed by us. Please send us a message."))


def lock_customer(customer: str) -> None:
	"""Changes of one account come one after the other: two clicks at once do not make two addresses."""
	frappe.db.get_value("Customer", customer, "name", for_update=True)


def save(document, is_new: bool = False):
	"""Write an Address, a Contact or a Customer. What ERPNext or another app refuses becomes an InvalidInput with its words.

	The gate has checked that it is the visitor's own; a token's visitor has no rights of their own in Frappe.
	"""
	try:
		with contact_pictures.not_asked_for():
			# elevated: see above
			return (
				document.insert(ignore_permissions=True) if is_new else document.save(ignore_permissions=True)
			)
	except (frappe.TimestampMismatchError, frappe.UniqueValidationError):
		raise  # somebody else has written it at this moment: the renderer begins again with what they wrote
	except frappe.ValidationError as refusal:
		frappe.clear_messages()
		words = " ".join(frappe.utils.strip_html(str(refusal)).split())
		raise InvalidInput(words[:300] or _("This cannot be saved.")) from refusal


def remove(document) -> bool:
	"""Delete a record that nothing names; False, with nothing changed, where a document does."""
	frappe.db.savepoint("portal_remove")
	try:
		frappe.delete_doc(document.doctype, document.name, ignore_permissions=True)  # as in save
	except frappe.LinkExistsError:
		frappe.db.rollback(save_point="portal_remove")
		frappe.clear_messages()
		return False
	return True
