"""Who is not one of the staff."""

import frappe


def is_by_outsider() -> bool:
	"""Whether the request is a visitor's without an account, or the session a website user's, also in their background jobs."""
	user = frappe.session.user
	if user == "Guest":
		return bool(getattr(frappe.local, "request", None))
	return user != "Administrator" and frappe.get_cached_value("User", user, "user_type") == "Website User"
