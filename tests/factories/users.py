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
	).insert()
	update_password(user.name, PASSWORD)
	return user.name


def restrict(user: str, doctype: str, name: str) -> None:
	"""A User Permission: of this DocType, the user may only see ``name`` and what hangs on it."""
	frappe.get_doc({"doctype": "User Permission", "user": user, "allow": doctype, "for_value": name}).insert()
