"""Several organisations of one signed-in user: which one the pages show.

The cookie is only ever a choice among the user's own customers, read anew on every request (access/users.py): what
anybody else writes into it opens nothing.
"""

from collections.abc import Callable, Iterable
from urllib.parse import quote, unquote

import frappe

from customer_portal_ext.access import activity, users
from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.exceptions import DocumentNotFound, OrganisationChanged, OtherOrganisation
from customer_portal_ext.web import urls

COOKIE = "portal_customer"
COOKIE_SECONDS = 365 * 24 * 60 * 60
# In every form of a signed-in user: whose page it was on.
FIELD = "portal_for"


def read_choice(cookies) -> str | None:
	"""The customer that the cookie names, whoever's it is."""
	return unquote(cookies.get(COOKIE) or "") or None


def choose(visitor: Visitor, customer: str | None) -> tuple[str, dict]:
	"""Show this customer of the visitor's own from now on: where to go, and the cookie. Raises DocumentNotFound."""
	if visitor.kind != "user" or customer not in visitor.customers:
		activity.record_refusal(visitor, f"customer {customer}")
		raise DocumentNotFound
	return f"{urls.ROOT}?notice=switched", get_cookies(customer)


def get_cookies(customer: str) -> dict[str, tuple[str, int]]:
	return {COOKIE: (quote(customer), COOKIE_SECONDS)}


def require_same_customer(visitor: Visitor, form) -> None:
	"""A form of a signed-in user acts for the customer whose page it stood on, whatever another tab has switched to since.

	:raises OrganisationChanged: nothing was done.
	"""
	if visitor.kind == "user" and form.get(FIELD) != visitor.customer:
		raise OrganisationChanged


def look_elsewhere(
	visitor: Visitor,
	find: Callable[[tuple[str, ...]], object],
	any_of: Iterable[str],
	page: str | None = None,
) -> None:
	"""Of a record that is not the current customer's: raise OtherOrganisation where it is another one's of the same user,
	who may see it there. On a GET alone: a form is never carried over.

	:param find: whether there is such a record of these customers.
	:param any_of: the capabilities, one of which opens it.
	:param page: for a file, the page that shows it. A download has no room for the notice, and would switch unseen.
	"""
	request = frappe.local.request
	others = tuple(customer for customer in visitor.customers if customer != visitor.customer)
	# without cookies, the way back here would lead here again
	if (
		visitor.kind != "user"
		or not others
		or request.method not in ("GET", "HEAD")
		or request.args.get("notice") == "switched"
	):
		return
	if not find(others):
		return
	for customer in others:
		if find((customer,)):
			there = users.get_user_visitor(visitor.user, frappe.session.sid, customer)
			if there.customer == customer and any(there.can(capability) for capability in any_of):
				raise OtherOrganisation(customer, page)
