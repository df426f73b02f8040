"""The portal's own CSRF token. Frappe checks one only where its session has one, and a guest's has none.

The token is an HMAC over something only this browser holds in an HttpOnly cookie: its visit, or, before there is one, a
random value set with the page that carries a form.
"""

import hashlib
import hmac
import secrets

import frappe
from markupsafe import Markup

from customer_portal_ext.access.keys import derive_key
from customer_portal_ext.access.session import COOKIE as VISIT_COOKIE
from customer_portal_ext.exceptions import RequestForged

COOKIE = "portal_form"
FIELD = "portal_csrf"
COOKIE_SECONDS = 24 * 60 * 60


def get_binding(request) -> tuple[str, str | None]:
	"""What the token is bound to, and the value of a cookie that must be set for it, if any."""
	held = request.cookies.get(VISIT_COOKIE) or request.cookies.get(COOKIE)
	if held:
		return held, None
	fresh = secrets.token_urlsafe(16)
	return fresh, fresh


def get_inputs(binding: str) -> Markup:
	"""The hidden inputs of a form. Frappe's own token is added for a signed-in user, whose posts Frappe checks as well."""
	inputs = Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, make_token(binding))
	own = frappe.session.data.csrf_token if frappe.session.user != "Guest" else None
	if own:
		inputs += Markup('<input type="hidden" name="csrf_token" value="{}">').format(own)
	return inputs


def require_token(request) -> None:
	"""Raise RequestForged unless the form carries the token bound to this browser."""
	held = request.cookies.get(VISIT_COOKIE) or request.cookies.get(COOKIE)
	sent = request.form.get(FIELD) or ""
	if not held or not hmac.compare_digest(make_token(held).encode(), sent.encode()):
		raise RequestForged


def make_token(binding: str) -> str:
	"""The token for one binding, in hex."""
	return hmac.new(derive_key("csrf"), binding.encode(), hashlib.sha256).hexdigest()
