"""Credit limits: one customer well within theirs, one close to it."""

import frappe

from . import customers

LIMITS = ((customers.EVERY_BUCKET, 60_000), (customers.RETURNS, 15_000))


def make() -> None:
	"""Nothing for a customer who has a limit already."""
	company = frappe.defaults.get_global_default("company")
	for name, amount in LIMITS:
		customer = frappe.get_doc("Customer", name)
		if not customer.credit_limits:
			customer.append("credit_limits", {"company": company, "credit_limit": amount})
			customer.save()
