"""People who work in Desk, and people who do not."""

import frappe
from frappe.utils.password import update_password

PASSWORD = "a-Password-for-tests-7"


def make_user(*roles: str, **fields) -> str:
	"""A user with these roles, able to sign in with PASSWORD; one without roles is a website user. Returns the name."""
	email = f"user-{frappe.generate_hash(length=8)}@example.com"
	user = frappe.get_doc(
		{
			"doctype": "User",
			"email": email,
			"first_name": "Test User",
			"send_welcome_email": 0,
			"roles": [{"role": role} for role in roles],
			**fields,
		}
	)
	user.insert()
	# Frappe lets 60 users be made in an hour, which is fewer than the tests make.
	user.db_set("creation", frappe.utils.add_days(None, -1), update_modified=False)
	update_password(user.name, PASSWORD)
	return user.name


def restrict(user: str, doctype: str, name: str) -> None:
	"""A User Permission: of this DocType, the user may only see ``name`` and what hangs on it."""
	frappe.get_doc({"doctype": "User Permission", "user": user, "allow": doctype, "for_value": name}).insert()


def make_portal_user(*customers, **fields) -> str:
	"""A website user whom Customer's own table of portal users links to these customers. Returns the name."""
	user = make_user("Customer", **fields)
	for customer in customers:
		link_user(customer, user)
	return user


def link_user(customer, user: str) -> None:
	customer.reload()
	customer.append("portal_users", {"user": user})
	customer.save()


def unlink_user(customer, user: str) -> None:
	customer.reload()
	customer.portal_users = [row for row in customer.portal_users if row.user != user]
	customer.save()
