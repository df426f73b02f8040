"""The front door: opening a secure link, and asking for a fresh one when it no longer works."""

import frappe

from customer_portal_ext.access import activity, guard, limits, mail, session, staff_view, tokens
from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.account.contacts import get_address_on_file
from customer_portal_ext.documents import kinds
from customer_portal_ext.exceptions import AccessDenied, DocumentNotFound, TokenInvalid
from customer_portal_ext.web import urls


def enter(token: str, wanted: str | None = None) -> tuple[str, dict[str, tuple[str, int]]]:
	"""Open a visit with a secure link: where it leads to, and the cookies to set.

	Raises PortalUnavailable, AccessDenied or TooManyAttempts.
	"""
	guard.require_portal()
	row = find_row(token)
	try:
		session.require_open(row)
	except AccessDenied as refusal:
		activity.record_link("Refused", row, details=type(refusal).__name__)
		refusal.token = token
		raise
	frappe.local.request.after_response.add(lambda: touch(row.name))
	activity.record_link("Opened Link", row)
	cookies = {session.COOKIE: session.open_visit(row.name, row.expires_on), staff_view.COOKIE: ("", 0)}
	return get_landing(row, wanted), cookies


def get_landing(row: dict, wanted: str | None) -> str:
	"""A single document's link leads to that document; any other where it says, if that is a page of the portal."""
	if row.scope == tokens.ONE_DOCUMENT:
		return get_document_page(row.document_type, row.document_name, row.customer)
	return urls.get_landing(wanted)


def get_document_page(doctype: str, name: str, customer: str) -> str:
	"""The page of the one document that a link is for. Raises DocumentNotFound where the portal has no such pages."""
	of_doctype = [kind for kind in kinds.KINDS.values() if kind.doctype == doctype]
	if not of_doctype:
		raise DocumentNotFound
	# an invoice and a credit note are of one DocType
	found = (kind for kind in of_doctype[1:] if kinds.find(kind, (customer,), name))
	return urls.document_url(next(found, of_doctype[0]).key, name)


def find_row(token: str) -> dict:
	"""The row of a token this site made. Wrong ones are counted per address; a right one is never held up."""
	try:
		return session.get_token_row(tokens.find(token))
	except TokenInvalid:
		limits.count_address("wrong-token")
		raise


def touch(name: str) -> None:
	"""Note the use of a token. After the response, in a transaction of its own: a GET is rolled back."""
	token = frappe.qb.DocType(tokens.DOCTYPE)
	frappe.db.rollback()
	(
		frappe.qb.update(token)
		.set(token.use_count, token.use_count + 1)
		.set(token.last_used_on, frappe.utils.now_datetime())
		.where(token.name == name)
	).run()
	frappe.db.commit()  # after the response: nothing else will


def ask_for_fresh_link(token: str | None, cookie: str | None) -> None:
	"""Mail a working link to the customer's address on file, and to no other. The page says the same whatever happens.

	Who asks is known by the link that no longer works, or by the cookie of the visit it once opened. Where a newer link is
	active, that one is sent again. A customer whose link staff revoked gets none.
	"""
	guard.require_portal()
	if not get_settings().allow_fresh_link:
		raise DocumentNotFound
	row = (
		find_row(token)
		if token
		else session.get_token_row(session.read_visit(cookie, even_if_over=True).token)
	)
	limits.count_link("fresh-link", row.name, row.customer, is_shared=row.scope == tokens.ONE_DOCUMENT)
	activity.record_link("Asked for Fresh Link", row)
	if may_have_fresh_link(row):
		mail.send_link(tokens.get_or_issue(row.customer))


def may_have_fresh_link(row: dict) -> bool:
	"""An expired link may be renewed by its holder; a revoked one only points to the active one, if there is one."""
	if not row.existing_customer or row.disabled or row.scope != tokens.WHOLE_ACCOUNT:
		return False
	if not get_address_on_file(row.customer):
		return False
	return row.status != "Revoked" or tokens.get_active(row.customer) is not None
