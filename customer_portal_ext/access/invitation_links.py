"""The link of an invitation: signed, for one address and one customer, and derived anew from the trace of the invitation, so
that no e-mail that is kept needs to hold it."""

from datetime import timedelta, timezone
from zoneinfo import ZoneInfo

import frappe
import jwt
from frappe.utils import cint, now_datetime
from frappe.utils.data import get_system_timezone

from customer_portal_ext.access import activity
from customer_portal_ext.access.keys import derive_key
from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.account import invited
from customer_portal_ext.exceptions import TokenInvalid
from customer_portal_ext.web.urls import ROOT

AUDIENCE = "portal-invitation"


def get_path(customer: str, email: str, days: int) -> str:
	"""The link of the latest invitation of ``email``, good for ``days`` from now."""
	row = invited.find_latest(customer, email)
	return _compose(customer, email, row, now_datetime() + timedelta(days=days))


def get_path_of(row: str) -> str | None:
	"""The link of an invitation by its trace, good for as long as it was when it was sent. None where it was taken up, or back."""
	found = _read(row)
	if not found or not invited.is_open(found.customer, found.reference_name, row):
		return None
	ends = found.creation + timedelta(days=cint(get_settings().token_expiry_days))
	return _compose(found.customer, found.reference_name, row, ends)


def read(invitation: str) -> dict:
	"""``{"customer", "sub" (the e-mail address), "jti" (the trace, None for one of an earlier version)}``. Raises TokenInvalid."""
	try:
		return jwt.decode(
			invitation,
			derive_key(AUDIENCE),
			algorithms=["HS256"],
			audience=AUDIENCE,
			options={"require": ["exp", "sub", "customer"]},
		)
	except jwt.InvalidTokenError:
		raise TokenInvalid from None


def find(invitation: str) -> str:
	"""The trace that an invitation belongs to. Raises TokenInvalid, also where there is none any more."""
	payload = read(invitation)
	row = payload.get("jti") or invited.find_latest(payload["customer"], payload["sub"])
	if not row:
		raise TokenInvalid
	return row


def _read(row: str):
	filters = {"name": row, "activity": invited.INVITED}
	fields = ["customer", "reference_name", "creation"]
	return frappe.db.get_value(activity.DOCTYPE, filters, fields, as_dict=True)


def _compose(customer: str, email: str, row: str | None, ends) -> str:
	ends = ends.replace(tzinfo=ZoneInfo(get_system_timezone())).astimezone(timezone.utc)
	payload = {"aud": AUDIENCE, "sub": email, "customer": customer, "exp": ends}
	if row:
		payload["jti"] = row
	return f"{ROOT}/join/{jwt.encode(payload, derive_key(AUDIENCE), algorithm='HS256')}"
