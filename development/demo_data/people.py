"""Who signs in: a website user of two customers, and a member of staff."""

import frappe

from .customers import EVERY_BUCKET, RETURNS

USERS = [
	{
		"email": "demo.user@example.com",
		"password": "harbour-kettle-violet-42",
		"customers": [EVERY_BUCKET, RETURNS],
	}
]
STAFF = {"email": "staff@example.com", "password": "granite-willow-ledger-57"}
STAFF_ROLES = (
	"System Manager",
	"Accounts Manager",
	"Accounts User",
	"Sales Manager",
	"Sales User",
	"Sales Master Manager",
)


def make() -> None:
	for user in USERS:
		make_user(user["email"], "Demo User", user["password"], "Website User", ("Customer",))
		for name in user["customers"]:
			customer = frappe.get_doc("Customer", name)
			customer.append("portal_users", {"user": user["email"]})
			customer.save()
	make_user(STAFF["email"], "Demo Staff", STAFF["password"], "System User", STAFF_ROLES)


def make_user(email: str, full_name: str, password: str, user_type: str, roles: tuple[str, ...]) -> None:
	first_name, _, last_name = full_name.partition(" ")
	# The site's maker may have given the setup wizard one of these addresses.
	exists = frappe.db.exists("User", email)
	user = frappe.get_doc("User", email) if exists else frappe.new_doc("User", email=email)
	user.update(
		{
			"first_name": first_name,
			"last_name": last_name,
			"user_type": user_type,
			"send_welcome_email": 0,
			"new_password": password,
		}
	)
	user.flags.no_welcome_mail = True
	user.append_roles(*roles)
	user.save()
