"""The only way to a record. Everything is refused unless a function here says otherwise."""

from collections.abc import Callable, Mapping

import frappe

from customer_portal_ext.access import activity, limits, session, staff_view, switching, users
from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.documents import kinds, row_limits
from customer_portal_ext.exceptions import AccessDenied, DocumentNotFound, PortalUnavailable, ViewOnly
from customer_portal_ext.web import urls


def require_portal() -> None:
	"""Raise PortalUnavailable when the master switch is off."""
	if not get_settings().enabled:
		raise PortalUnavailable


def require_visitor() -> Visitor:
	"""The visitor of this request. Raises PortalUnavailable, or an AccessDenied that says what was wrong with the visit."""
	visitor = getattr(frappe.local, "portal_visitor", None)
	if visitor is None:
		require_portal()
		visitor = frappe.local.portal_visitor = identify(frappe.local.request.cookies)
		if visitor.kind == "staff":
			row_limits.set_limits(staff_view.get_row_limits())
		# before the page gathers its data, which holds words and dates in the visitor's language
		frappe.local.lang = visitor.language or frappe.local.lang
	return visitor


def identify(cookies: Mapping) -> Visitor:
	"""Who comes with these cookies. One identity at a time: opening a link, signing in and viewing as a customer each end
	what was before (entry.py, sign_in.py, staff_view.py), so where a link's cookie and a session are there, the link was
	opened last and counts."""
	if cookies.get(staff_view.COOKIE):
		return staff_view.get_visitor(cookies[staff_view.COOKIE])
	if cookies.get(session.COOKIE) or frappe.session.user == "Guest":
		return session.get_token_visitor(session.read_visit(cookies.get(session.COOKIE)))
	return users.get_user_visitor(frappe.session.user, frappe.session.sid, switching.read_choice(cookies))


def find_visitor() -> Visitor | None:
	"""The visitor of this request, or None where the door is closed to them."""
	try:
		return require_visitor()
	except (AccessDenied, PortalUnavailable):
		return None


def require_doing(form: Mapping | None) -> None:
	"""Before anything is done: whoever only looks on does nothing, and a form acts for the customer whose page it was on.

	:param form: None for what is done for no customer.

	:raises ViewOnly, OrganisationChanged: nothing was done.
	"""
	visitor = find_visitor()
	if visitor and visitor.is_read_only:
		raise ViewOnly
	if visitor and form is not None:
		switching.require_same_customer(visitor, form)


def require_account() -> Visitor:
	"""A visitor whose link or sign-in opens the whole account. Raises DocumentNotFound for a single document's link."""
	visitor = require_visitor()
	if visitor.scope is not None:
		raise DocumentNotFound
	return visitor


def require_capability(name: str) -> Visitor:
	"""The visitor, if policy lets them have ``name``. Raises DocumentNotFound otherwise: a closed page looks like none."""
	visitor = require_account()
	if name not in visitor.capabilities:
		activity.record_refusal(visitor, name)
		raise DocumentNotFound
	return visitor


def require_document(
	kind_key: str, name: str, purpose: str = "Viewed", is_there: Callable[[dict], bool] = lambda record: True
) -> dict:
	"""A record of the visitor's own: the columns of the kind's explicit list, nothing else.

	:param purpose: what Portal Activity records, "Viewed" or "Downloaded"; of the latter there is a limit.
	:param is_there: whether there is what is asked for of the visitor's own record, such as a file that is made later.
	:raises DocumentNotFound: missing, foreign, draft, cancelled, or forbidden by policy; the caller cannot tell which.
	"""
	visitor = require_visitor()
	kind = kinds.get_kind(kind_key)
	in_scope = visitor.scope is None or visitor.scope == (kind.doctype, name)
	allowed = in_scope and kind.capability in visitor.capabilities
	record = kinds.find(kind, visitor.parties, name) if allowed else None
	if record and visitor.kind == "staff" and not staff_view.may_read(kind.doctype, name):
		record = None
	if record is None:
		switching.look_elsewhere(
			visitor,
			lambda customers: kinds.find(kind, customers, name),
			(kind.capability,),
			page=urls.document_url(kind_key, name) if purpose == "Downloaded" else None,
		)
		activity.record_refusal(visitor, f"{kind_key} {name}")
		raise DocumentNotFound
	if not is_there(record):
		raise DocumentNotFound
	if purpose == "Downloaded":
		limits.count("document-file", visitor)
	activity.record(purpose, visitor, kind.doctype, name)
	return record
