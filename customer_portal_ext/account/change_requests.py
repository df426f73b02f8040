"""Changes that staff decide on: asked for on the portal, approved or rejected in Desk, told back by e-mail."""

from collections.abc import Mapping

import frappe
from frappe.utils import now_datetime

from customer_portal_ext.account import details, limits, linked
from customer_portal_ext.account.contacts import get_address_on_file
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.words import _

DOCTYPE = "Portal Change Request"
OPEN, APPROVED, REJECTED, WITHDRAWN = "Open", "Approved", "Rejected", "Withdrawn"
COLUMNS = ("name", "status", "requested_on", "requested_by", "decided_on", "note")
SHOWN = 5


def ask(customer: str, changes: Mapping[str, tuple[str, str]], origin: Mapping):
	"""Keep a request: the document. The same one again is the one that waits. Raises InvalidInput for one too many.

	:param changes: ``{field: (as it is, as it shall be)}``, fields of ``account.details``.
	:param origin: ``token``, ``user`` and ``requested_by`` of who asks.
	"""
	linked.lock_customer(customer)
	waiting = frappe.get_all(DOCTYPE, {"customer": customer, "status": OPEN}, pluck="name")
	for name in waiting:
		request = frappe.get_doc(DOCTYPE, name)
		if {row.field: row.new_value or "" for row in request.changes} == {
			field: new for field, (_old, new) in changes.items()
		}:
			return request
	if len(waiting) >= limits.MOST_REQUESTS:
		raise InvalidInput(
			_("There are {0} requests waiting already. Withdraw one first.").format(len(waiting))
		)
	request = frappe.new_doc(DOCTYPE)
	request.update({"customer": customer, "status": OPEN, "requested_on": now_datetime(), **origin})
	for field, (old, new) in changes.items():
		request.append(
			"changes",
			{
				"field": field,
				"label": details.LABELS[field].msg,
				"old_value": get_shown(field, old),
				"new_value": new,
				"shown_value": get_shown(field, new),
			},
		)
	# the gate has checked that the visitor may ask; nobody makes one by hand
	return request.insert(ignore_permissions=True)


def get_shown(field: str, value: str | None) -> str:
	"""A contact is shown by its name and e-mail address."""
	if field != "main_contact" or not value:
		return value or ""
	row = frappe.db.get_value("Contact", value, ["full_name", "email_id"], as_dict=True)
	return " · ".join(filter(None, (row.full_name, row.email_id))) if row else value


def get_list(customer: str) -> list[dict]:
	"""What waits, and what was decided last. One statement.

	``[{"name", "status", "requested_on", "requested_by", "decided_on", "note", "changes": [{"label", "old", "new"}]}]``
	"""
	table, item = frappe.qb.DocType(DOCTYPE), frappe.qb.DocType("Portal Change Request Item")
	latest = (
		frappe.qb.from_(table)
		.select(*[table[column] for column in COLUMNS], table.creation)
		.where(table.customer == customer)
		.orderby(table.requested_on, table.creation, order=frappe.qb.desc)
		.limit(SHOWN + limits.MOST_REQUESTS)
	)
	rows = (
		frappe.qb.from_(latest)
		.left_join(item)
		.on((item.parent == latest.name) & (item.parenttype == DOCTYPE))
		.select(latest.star, item.field, item.old_value, item.shown_value)
		.orderby(latest.requested_on, latest.creation, order=frappe.qb.desc)
		.orderby(item.idx)
	).run(as_dict=True)
	found = {}
	for row in rows:
		request = found.setdefault(row.name, {column: row[column] for column in COLUMNS} | {"changes": []})
		if row.field:
			label = details.get_label(row.field)
			request["changes"].append({"label": label, "old": row.old_value, "new": row.shown_value})
	waiting = [request for request in found.values() if request["status"] == OPEN]
	return waiting + [request for request in found.values() if request["status"] != OPEN][:SHOWN]


def is_waiting(customer: str) -> bool:
	"""Whether staff have yet to decide on something that was asked for. One statement."""
	return bool(frappe.db.exists(DOCTYPE, {"customer": customer, "status": OPEN}))


def lock(name: str):
	"""The request as it is now; a second click waits for the first."""
	return frappe.get_doc(DOCTYPE, name, for_update=True)


def withdraw(customer: str, name: str) -> bool:
	"""Take back an own request that nobody has decided on. False where somebody has, or there is none such."""
	if not frappe.db.exists(DOCTYPE, {"name": name, "customer": customer}):
		return False
	request = lock(name)
	if request.status != OPEN:
		return False
	request.update({"status": WITHDRAWN, "decided_on": now_datetime()})
	# the visitor's own request, as checked above
	request.save(ignore_permissions=True)
	return True


def approve(request) -> str | None:
	"""Write what was asked for and close the request: the e-mail address that was on file before. Raises InvalidInput."""
	before = get_address_on_file(request.customer)
	details.apply(request.customer, {row.field: row.new_value or "" for row in request.changes})
	decide(request, APPROVED, "")
	return before


def decide(request, status: str, note: str) -> None:
	request.update(
		{"status": status, "decided_on": now_datetime(), "decided_by": frappe.session.user, "note": note}
	)
	# desk/ has checked that the user may write the customer
	request.save(ignore_permissions=True)


def forget(customer: str) -> None:
	"""Delete what a customer that is being deleted has asked for."""
	names = frappe.get_all(DOCTYPE, {"customer": customer}, pluck="name")
	frappe.db.delete("Portal Change Request Item", {"parent": ("in", names or [""])})
	frappe.db.delete(DOCTYPE, {"customer": customer})
