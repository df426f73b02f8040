"""What has not been read yet: by the customer, and by staff. ERPNext's own fields hold it."""

from collections.abc import Iterable

import frappe
from frappe.query_builder.functions import Count
from frappe.utils import now_datetime

from customer_portal_ext.conversations import audience
from customer_portal_ext.documents.prepared import prepared, value


def count_for_customer(customers: Iterable[str]) -> dict[str, int]:
	"""``{"messages", "issues"}``: what staff wrote and the customer has not opened. One statement."""
	rows = _count_unread({"customers": tuple(customers), "now": now_datetime()})
	counts = {row.reference_doctype: row.unread for row in rows}
	issues = counts.pop("Issue", 0)
	return {"messages": sum(counts.values()), "issues": issues}


@prepared
def _count_unread():
	message = frappe.qb.DocType("Communication")
	return (
		frappe.qb.from_(message)
		.select(message.reference_doctype, Count("*").as_("unread"))
		.where(audience.readable_by(message, value("customers"), value("now")))
		.where((message.sent_or_received == "Sent") & (message.read_by_recipient == 0))
		.groupby(message.reference_doctype)
	)


def has_messages(customers: Iterable[str]) -> bool:
	"""Whether anything was ever written to or by these customers, issues apart."""
	filters = {"portal_customer": ("in", tuple(customers)), "reference_doctype": ("!=", "Issue")}
	return bool(frappe.db.exists("Communication", filters))


def mark_read_by_customer(messages: list[str]) -> None:
	"""These messages have been shown to the customer."""
	if not messages:
		return
	message = frappe.qb.DocType("Communication")
	(
		frappe.qb.update(message)
		.set(message.read_by_recipient, 1)
		.set(message.read_by_recipient_on, now_datetime())
		.where(message.name.isin(messages) & (message.read_by_recipient == 0))
	).run()


def count_for_staff(doctype: str, name: str) -> int:
	"""What the customer wrote about this document and nobody in Desk has opened."""
	return frappe.db.count("Communication", _unread_by_staff(doctype, name))


def mark_read_by_staff(doctype: str, name: str) -> None:
	"""Someone in Desk opened the document."""
	frappe.db.set_value("Communication", _unread_by_staff(doctype, name), "seen", 1, update_modified=False)


def _unread_by_staff(doctype: str, name: str) -> dict:
	return {
		"reference_doctype": doctype,
		"reference_name": name,
		"sent_or_received": "Received",
		"portal_customer": ("is", "set"),
		"seen": 0,
	}
