"""Portal access tokens: issued, found, derived again, revoked. The database holds nothing that opens a door."""

import secrets
from datetime import datetime

import frappe
from frappe import _
from frappe.utils import add_days, cint, get_datetime, now_datetime

from customer_portal_ext.access import activity, token_string
from customer_portal_ext.access.keys import derive_key
from customer_portal_ext.access.settings import MAXIMUM_EXPIRY_DAYS, MINIMUM_EXPIRY_DAYS, get_settings
from customer_portal_ext.base.site_address import get_site_url
from customer_portal_ext.exceptions import TokenInvalid
from customer_portal_ext.platform.rendering import is_in_template
from customer_portal_ext.web.urls import enter_url

DOCTYPE = "Portal Access Token"
WHOLE_ACCOUNT = "Whole Account"
ONE_DOCUMENT = "One Document"


def issue(customer: str, days: int | None = None):
	"""A new whole-account token for ``customer``; the one that was active is revoked at that moment.

	:param days: how long it works, 1-365; the settings' Token Expiry when empty.
	:return: the Portal Access Token document. Its link is ``get_link(token)``.
	:raises frappe.ValidationError: a disabled customer, or days out of range.
	"""
	expires_on = get_expiry(days)
	lock_customer(customer)
	if former := _read_locked({"active_account_key": customer}):
		_end(former, "Revoked")
	token = _insert(customer, expires_on, scope=WHOLE_ACCOUNT, active_account_key=customer)
	activity.record_staff("Link Issued", customer, token.name)
	return token


def get_or_issue(customer: str):
	"""The active whole-account token of ``customer``, or a new one. Sending a link again does not kill the earlier one."""
	lock_customer(customer)
	active = _read_locked({"active_account_key": customer})
	return active if active and is_working(active) else issue(customer)


def get_active(customer: str):
	"""The whole-account token of ``customer`` that works now, or None."""
	name = frappe.db.get_value(DOCTYPE, {"active_account_key": customer})
	token = frappe.get_doc(DOCTYPE, name) if name else None
	return token if token and is_working(token) else None


def get_unless_revoked(customer: str):
	"""The whole-account token of ``customer`` for an e-mail that no member of staff sends: the active one, or a new one. None
	where staff revoked it: revoking would otherwise mean little."""
	if token := get_active(customer):
		return token
	last = frappe.db.get_value(
		DOCTYPE, {"customer": customer, "scope": WHOLE_ACCOUNT}, "status", order_by="creation desc"
	)
	return None if last == "Revoked" else get_or_issue(customer)


def issue_for_document(customer: str | None, doctype: str, name: str, shared_by: str, **values):
	"""A new token that opens one document alone. The caller has checked that the document is the customer's.

	:param customer: None for a quotation to a lead or prospect (access/prospective.py).
	:param shared_by: "Customer" or "Staff", for those who list and revoke it.
	:param values: ``shared_with`` (an e-mail address) and ``may_answer`` (whether its holder may accept or decline).
	"""
	token = _insert(
		customer,
		get_expiry(None),
		scope=ONE_DOCUMENT,
		document_type=doctype,
		document_name=name,
		shared_by=shared_by,
		**values,
	)
	activity.record_staff("Link Issued", customer, token.name)
	return token


def get_for_document(doctype: str, name: str) -> list[dict]:
	"""The links that open this document alone, latest first, the ended ones too: ``name, shared_with, shared_by, may_answer,
	status, issued_on, expires_on, last_used_on, use_count``."""
	return frappe.get_all(
		DOCTYPE,
		{"scope": ONE_DOCUMENT, "document_type": doctype, "document_name": name},
		[
			*("name", "customer", "shared_with", "shared_by", "may_answer", "status"),
			*("issued_on", "expires_on", "last_used_on", "use_count"),
		],
		order_by="issued_on desc",
		limit=100,
	)


def revoke_for_document(doctype: str, name: str) -> None:
	"""End every link that opens this document alone: what it was made for is gone."""
	for row in get_for_document(doctype, name):
		revoke(row.name)


def is_working(token) -> bool:
	"""Whether the token is active and before its end."""
	return token.status == "Active" and get_datetime(token.expires_on) > now_datetime()


def revoke(name: str) -> None:
	"""End a token now. Revoking an ended one changes nothing."""
	token = _read_locked({"name": name})
	if not token or token.status != "Active":
		return
	_end(token, "Revoked")
	activity.record_staff("Link Revoked", token.customer, token.name)


def revoke_all(customer: str) -> int:
	"""End every active token of ``customer``, document links included. Returns how many."""
	names = frappe.get_all(DOCTYPE, {"customer": customer, "status": "Active"}, pluck="name")
	for name in names:
		revoke(name)
	return len(names)


def expire_due() -> None:
	"""Mark what is past its date as Expired (scheduled daily). Access does not wait for it: it compares the date itself."""
	due = {"status": "Active", "expires_on": ("<=", now_datetime())}
	for name in frappe.get_all(DOCTYPE, due, pluck="name"):
		_end(_read_locked({"name": name}), "Expired")


def remove_all(customer: str) -> None:
	"""Delete every token of a customer that is being deleted."""
	frappe.db.delete(DOCTYPE, {"customer": customer})


def follow_rename(old: str, new: str, merge: bool) -> None:
	"""After a rename, Frappe has moved ``customer``; move the key too. The link of a customer merged into another dies."""
	active = _read_locked({"active_account_key": old})
	if active and merge:
		_end(active, "Revoked")
	elif active:
		active.db_set({"active_account_key": new})


def get_link(token, landing: str | None = None) -> str:
	"""The secure link of a token document, derived anew. ``landing`` is a portal path made by web.urls, such as an invoice's.

	Raises frappe.PermissionError where a template asks, whose writer is not who renders it: Frappe lets it call what is
	whitelisted, such as what copies a link. ``portal_link`` (desk/template_functions.py) knows what a template may have.
	"""
	if is_in_template():
		raise frappe.PermissionError
	return get_site_url(enter_url(get_token_string(token), landing))


def get_token_string(token) -> str:
	"""The token itself. Never log or store what this returns."""
	return token_string.compose(_get_id(token.seed), derive_key("token-mac"))


def find(token: str) -> str:
	"""The name of the row that ``token`` belongs to, whatever its state. Raises TokenInvalid."""
	token_id = token_string.parse(token, derive_key("token-mac"))
	name = frappe.db.get_value(DOCTYPE, {"id_digest": token_string.digest(token_id)})
	if not name:
		raise TokenInvalid
	return name


def get_expiry(days: int | None) -> datetime:
	"""When a token issued now for ``days`` ends, in the site's time zone."""
	days = cint(get_settings().token_expiry_days if days is None else days)
	if not MINIMUM_EXPIRY_DAYS <= days <= MAXIMUM_EXPIRY_DAYS:
		frappe.throw(
			_("A portal link can work for {0} to {1} days, not {2}.").format(
				MINIMUM_EXPIRY_DAYS, MAXIMUM_EXPIRY_DAYS, days
			)
		)
	return add_days(now_datetime(), days)


def lock_customer(customer: str) -> None:
	"""Lock the customer's row until the transaction ends, so that two generations at once come one after the other."""
	row = frappe.db.get_value("Customer", customer, ["name", "disabled"], as_dict=True, for_update=True)
	if not row:
		frappe.throw(_("There is no customer {0}.").format(customer), frappe.DoesNotExistError)
	if row.disabled:
		frappe.throw(_("Customer {0} is disabled, so no portal link was made.").format(customer))


def _read_locked(filters: dict):
	"""The token as it is now, not as this transaction's snapshot had it: another click may have changed it meanwhile."""
	name = frappe.db.get_value(DOCTYPE, filters, for_update=True)
	return frappe.get_doc(DOCTYPE, name, for_update=True) if name else None


def _insert(customer: str | None, expires_on: datetime, **values):
	seed = secrets.token_hex(32)
	token_id = _get_id(seed)
	token = frappe.new_doc(DOCTYPE)
	token.update(
		{
			"customer": customer,
			"status": "Active",
			"issued_on": now_datetime(),
			"issued_by": frappe.session.user,
			"expires_on": expires_on,
			"seed": seed,
			"id_digest": token_string.digest(token_id),
			"last_four": token_string.compose(token_id, derive_key("token-mac"))[-4:],
			**values,
		}
	)
	# The caller was checked (desk/ for staff, the guard for a visitor); nobody may insert tokens by hand.
	return token.insert(ignore_permissions=True)


def _end(token, status: str) -> None:
	token.status = status
	token.active_account_key = None
	if status == "Revoked":
		token.revoked_on = now_datetime()
		token.revoked_by = frappe.session.user
	# As in _insert: the caller was checked.
	token.save(ignore_permissions=True)


def _get_id(seed: str) -> bytes:
	return token_string.derive_id(seed, derive_key("token-id"))
