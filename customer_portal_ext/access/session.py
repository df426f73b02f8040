"""A visit: what the cookie of a token visitor carries, and the check of its token row on every request."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import frappe
import jwt
from frappe.utils import now_datetime

from customer_portal_ext.access import policy, prospective, tokens
from customer_portal_ext.access.keys import derive_key
from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.documents import parties
from customer_portal_ext.documents.prepared import prepared, value
from customer_portal_ext.exceptions import TokenExpired, TokenInvalid, TokenMissing, TokenRevoked

COOKIE = "portal_visit"
LONGEST_VISIT = timedelta(days=7)


@dataclass(frozen=True)
class Visit:
	"""What a visit's cookie says: the token row it was opened with, and a random id of its own."""

	token: str
	id: str


def open_visit(token_name: str, token_expires_on: datetime) -> tuple[str, int]:
	"""The signed cookie for a visit, and its age limit in seconds: a week, or the token's own end where that is sooner."""
	lasts = min(LONGEST_VISIT, token_expires_on - now_datetime())
	ends = datetime.now(timezone.utc) + lasts
	payload = {"aud": COOKIE, "sub": token_name, "jti": secrets.token_urlsafe(12), "exp": ends}
	return jwt.encode(payload, derive_key("visit-cookie"), algorithm="HS256"), int(lasts.total_seconds())


def read_visit(cookie: str | None, even_if_over: bool = False) -> Visit:
	"""The visit in a cookie. Raises TokenMissing, TokenExpired (unless ``even_if_over``) or TokenInvalid."""
	if not cookie:
		raise TokenMissing
	try:
		payload = jwt.decode(
			cookie,
			derive_key("visit-cookie"),
			algorithms=["HS256"],
			audience=COOKIE,
			options={"require": ["exp", "sub", "jti"], "verify_exp": not even_if_over},
		)
	except jwt.ExpiredSignatureError:
		raise TokenExpired from None
	except jwt.InvalidTokenError:
		raise TokenInvalid from None
	return Visit(token=payload["sub"], id=payload["jti"])


def get_token_row(name: str) -> dict:
	"""A token's state with its customer's, in one statement by primary key, never from a cache: a revoked link is dead
	on the next click, also when the cache is cleared a moment before the revoking transaction commits."""
	rows = _select_token({"name": name})
	if not rows:
		raise TokenInvalid
	return rows[0]


@prepared
def _select_token():
	token = frappe.qb.DocType(tokens.DOCTYPE)
	customer = frappe.qb.DocType("Customer")
	return (
		frappe.qb.from_(token)
		.left_join(customer)
		.on(customer.name == token.customer)
		.select(
			token.name,
			token.customer,
			token.status,
			token.scope,
			token.document_type,
			token.document_name,
			token.may_answer,
			token.expires_on,
			customer.name.as_("existing_customer"),
			customer.disabled,
			customer.customer_name,
			customer.customer_group,
			customer.language,
			*parties.get_columns(customer),
		)
		.where(token.name == value("name"))
	)


def require_open(row: dict) -> None:
	"""Raise unless the token row opens a door now."""
	is_gone = row.customer and not row.existing_customer
	if row.status == "Revoked" or is_gone or row.disabled:
		raise TokenRevoked
	if row.status != "Active" or row.expires_on <= now_datetime():
		raise TokenExpired


def get_token_visitor(visit: Visit) -> Visitor:
	"""The visitor of a visit, checked against the database now. Two SQL statements for a customer's."""
	row = get_token_row(visit.token)
	require_open(row)
	scoped = row.scope == tokens.ONE_DOCUMENT
	if not row.customer:
		return prospective.get_visitor(visit, row)
	parties.remember([row])
	return Visitor(
		kind="token",
		customer=row.customer,
		customer_name=row.customer_name,
		customers=(row.customer,),
		capabilities=policy.get_capabilities(row.customer, row.customer_group),
		language=row.language,
		visit=visit.id,
		token=row.name,
		scope=(row.document_type, row.document_name) if scoped else None,
		valid_until=row.expires_on,
		may_answer=not scoped or bool(row.may_answer),
	)
