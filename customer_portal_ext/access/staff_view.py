"""*View as customer*: one of the staff sees the portal as a customer does, and does nothing there.

Who may is decided on every request: the same member of staff is still signed in and may still read that customer.
"""

from datetime import datetime, timedelta, timezone

import frappe
import jwt

from customer_portal_ext.access import activity, policy
from customer_portal_ext.access.keys import derive_key
from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.exceptions import ViewEnded

COOKIE = "portal_view"
LONGEST_VIEW = timedelta(hours=1)


def may_view(customer: str) -> bool:
	"""Whether the signed-in user is one of the staff and may read this customer by ERPNext's own permissions."""
	if frappe.session.user == "Guest" or not frappe.db.exists("Customer", customer):
		return False
	enabled, kind = frappe.db.get_value("User", frappe.session.user, ["enabled", "user_type"])
	return bool(
		enabled
		and kind == "System User"
		and frappe.has_permission("Customer", "read", doc=frappe.get_doc("Customer", customer))
	)


def open_view(customer: str) -> tuple[str, int]:
	"""The signed cookie of a view that the caller has allowed, and its age limit in seconds. Recorded in Portal Activity."""
	ends = datetime.now(timezone.utc) + LONGEST_VIEW
	payload = {"aud": COOKIE, "sub": frappe.session.user, "customer": customer, "exp": ends}
	activity.record_staff("Viewed as Customer", customer, None)
	cookie = jwt.encode(payload, derive_key("view-cookie"), algorithm="HS256")
	return cookie, int(LONGEST_VIEW.total_seconds())


def get_visitor(cookie: str) -> Visitor:
	"""The visitor that the holder of the cookie is now. Raises ViewEnded."""
	try:
		payload = jwt.decode(
			cookie,
			derive_key("view-cookie"),
			algorithms=["HS256"],
			audience=COOKIE,
			options={"require": ["exp", "sub", "customer"]},
		)
	except jwt.InvalidTokenError:
		raise ViewEnded from None
	if payload["sub"] != frappe.session.user or not may_view(payload["customer"]):
		raise ViewEnded
	row = frappe.db.get_value(
		"Customer",
		payload["customer"],
		["name", "customer_name", "customer_group", "language", "disabled"],
		as_dict=True,
	)
	if row.disabled:
		raise ViewEnded
	return Visitor(
		kind="staff",
		customer=row.name,
		customer_name=row.customer_name,
		customers=(row.name,),
		capabilities=policy.get_capabilities(row.name, row.customer_group),
		# what staff read is their own language
		language=frappe.local.lang,
		visit=f"view-{row.name}-{frappe.session.user}",
		user_name=frappe.utils.get_fullname(frappe.session.user),
	)
