"""Who is invited to sign in for a customer and has not answered yet. It is read from what remembers it, Portal Activity:
invited, let in, put out; the last one counts."""

import frappe
from pypika.terms import ValueWrapper

ACTIVITY = "Portal Activity"
INVITED, LINKED, REMOVED = "User Invited", "User Linked", "User Removed"


def get_standing(customer: str) -> dict[str, set[str]]:
	"""``{"invited": whose last trace is an invitation, "removed": whoever was put out once}``, as e-mail addresses."""
	standing = {"invited": set(), "removed": set()}
	for row in _get_rows({"customer": customer}):
		if row.activity == INVITED:
			standing["invited"].add(row.reference_name)
		else:
			standing["invited"].discard(row.reference_name)
		if row.activity == REMOVED:
			standing["removed"].add(row.reference_name)
	return standing


def get_members_and_invited(customer: str) -> set[str]:
	"""Whoever may sign in for the customer, and whose last trace is an invitation. One statement."""
	member, activity = frappe.qb.DocType("Portal User"), frappe.qb.DocType("Portal Activity")
	members = (
		frappe.qb.from_(member)
		.select(member.user, ValueWrapper("").as_("activity"), member.creation, member.idx)
		.where((member.parenttype == "Customer") & (member.parent == customer))
	)
	traces = (
		frappe.qb.from_(activity)
		.select(activity.reference_name, activity.activity, activity.creation, activity.name)
		.where((activity.customer == customer) & (activity.reference_doctype == "User"))
		.where(activity.activity.isin([INVITED, LINKED, REMOVED]))
	)
	rows = members.union_all(traces).run()
	last = {name: what for name, what, *_when in sorted(rows, key=lambda row: row[2:]) if what}
	return {name for name, what, *_when in rows if not what or last[name] == INVITED}


def is_invited(customer: str, email: str) -> bool:
	"""Whether an invitation waits for an answer."""
	rows = _get_rows({"customer": customer, "reference_name": email})
	return bool(rows) and rows[-1].activity == INVITED


def is_only_invited(customer: str, email: str) -> bool:
	"""Whether an invitation waits for an answer, and nothing let this person in since they were put out, if they ever were."""
	found = [row.activity for row in _get_rows({"customer": customer, "reference_name": email})]
	is_in = [what for what in found if what != INVITED][-1:] == [LINKED]
	return found[-1:] == [INVITED] and not is_in


def is_open(customer: str, email: str, row: str) -> bool:
	"""Whether this one invitation does: nothing but further invitations came after it."""
	rows = _get_rows({"customer": customer, "reference_name": email})
	names = [str(found.name) for found in rows]
	return row in names and all(found.activity == INVITED for found in rows[names.index(row) :])


def find_latest(customer: str, email: str) -> str | None:
	"""The name of the latest invitation's trace."""
	rows = _get_rows({"customer": customer, "reference_name": email, "activity": INVITED})
	return str(rows[-1].name) if rows else None


def _get_rows(filters: dict) -> list[dict]:
	return frappe.get_all(
		ACTIVITY,
		{"activity": ("in", (INVITED, LINKED, REMOVED)), "reference_doctype": "User", **filters},
		["name", "activity", "reference_name"],
		order_by="creation, name",
	)
