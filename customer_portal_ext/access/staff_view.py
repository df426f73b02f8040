"""*View as customer*: one of the staff sees the portal as a customer does, and does nothing there.

Who may is decided on every request: the same member of staff is still signed in and may still read that customer. What they
see is what the policy gives the customer and ERPNext's permissions give that member of staff: a capability is left out where
they may not read its DocTypes, and of the rest User Permissions, shares and other apps' hooks leave out rows.
"""

from datetime import datetime, timedelta, timezone

import frappe
import jwt
from frappe.model.db_query import DatabaseQuery
from frappe.permissions import get_role_permissions

from customer_portal_ext.access import activity, policy
from customer_portal_ext.access.keys import derive_key
from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.exceptions import ViewEnded

# What each capability's pages show; of messages, those on documents that show.
SHOWS = {
	"invoices": ("Sales Invoice",),
	"credit_notes": ("Sales Invoice",),
	"payments_history": ("Payment Entry",),
	"orders": ("Sales Order",),
	"quotations": ("Quotation",),
	"quotation_acceptance": ("Quotation",),
	"deliveries": ("Delivery Note",),
	"issues": ("Issue",),
	"messages": (),
	"ordering": ("Sales Order",),
	"payments": ("Sales Invoice", "Sales Order", "Payment Entry"),
	"account_changes": ("Address", "Contact"),
	"colleagues": ("Contact",),
	"statement": (),
}
# These are sums over the whole account: with a part left out they would be wrong, so they show whole or not at all.
SUMS = ("statement", "payments")
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
		capabilities=get_capabilities(row.name, row.customer_group),
		# what staff read is their own language
		language=frappe.local.lang,
		visit=f"view-{row.name}-{frappe.session.user}",
		user_name=frappe.utils.get_fullname(frappe.session.user),
	)


def get_capabilities(customer: str, customer_group: str | None) -> frozenset[str]:
	"""What the policy gives the customer, without what the signed-in member of staff may not read."""
	sees_sums = may_see_sums(customer)
	return frozenset(
		capability
		for capability in policy.get_capabilities(customer, customer_group)
		if all(frappe.has_permission(doctype, "read") for doctype in SHOWS[capability])
		and (sees_sums or capability not in SUMS)
	)


def may_see_sums(customer: str) -> bool:
	"""Whether they may read the customer's every row of the General Ledger, and the report that is the same in ERPNext."""
	limit = get_row_limit("GL Entry")
	if limit is None or not frappe.get_cached_doc("Report", "Accounts Receivable").is_permitted():
		return False
	if not limit:
		return True
	party = frappe.db.escape(customer, percent=False)
	return not frappe.db.sql(
		"select 1 from `tabGL Entry`"
		f" where party_type = 'Customer' and party = {party} and is_cancelled = 0 and not ({limit}) limit 1"
	)


def get_row_limits() -> dict[str, str]:
	"""For documents/row_limits.py: what the signed-in member of staff may see of each DocType that pages show."""
	doctypes = {doctype for shown in SHOWS.values() for doctype in shown}
	# without the permission to read, the capability itself is gone; and whatever asks all the same finds nothing
	limits = {doctype: get_row_limit(doctype) for doctype in doctypes}
	return {doctype: "1=0" if limit is None else limit for doctype, limit in limits.items()}


def get_row_limit(doctype: str) -> str | None:
	"""SQL on the DocType's table, empty where there is no limit; None where they may not read it. What was shared with them
	counts beside a permission that User Permissions limit, and not without any."""
	if not get_role_permissions(frappe.get_meta(doctype)).get("read"):
		return None
	return DatabaseQuery(doctype, user=frappe.session.user).build_match_conditions()


def may_read(doctype: str, name: str) -> bool:
	"""Whether they may open this one document in ERPNext: its rows count as well, which no list asks."""
	return bool(frappe.has_permission(doctype, "read", doc=frappe.get_doc(doctype, name)))


def keep_readable(doctype: str, rows: list[dict]) -> list[dict]:
	"""Of rows with a ``name``, those they may read. One statement."""
	if not rows or not frappe.has_permission(doctype, "read"):
		return []
	names = [row["name"] for row in rows]
	readable = set(frappe.get_list(doctype, {"name": ("in", names)}, pluck="name", limit_page_length=0))
	return [row for row in rows if row["name"] in readable]
