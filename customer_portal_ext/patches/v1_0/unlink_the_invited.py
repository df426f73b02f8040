"""Whoever had no account was linked by being invited. Who has not come yet is linked when they open the invitation."""

import frappe

from customer_portal_ext.account import invited, sign_ups


def execute() -> None:
	for row in find_waiting():
		sign_ups.unlink(row.parent, row.user)


def find_waiting() -> list[dict]:
	"""The rows of users who never signed in, and whom nothing but an invitation has let in since they were put out."""
	member, user = frappe.qb.DocType("Portal User"), frappe.qb.DocType("User")
	rows = (
		frappe.qb.from_(member)
		.join(user)
		.on(user.name == member.user)
		.select(member.parent, member.user)
		.where((member.parenttype == "Customer") & user.last_login.isnull())
	).run(as_dict=True)
	return [row for row in rows if invited.is_only_invited(row.parent, row.user)]
