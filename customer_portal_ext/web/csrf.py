"""The portal's own CSRF token. Frappe checks one only where its session has one, and a guest's has none.

The token is an HMAC over something only this browser holds in HttpOnly cookies: its visit and the session of a signed-in
user, or, before there is either, a random value set with the page that carries a form. Whoever has signed in, signed out or
opened another link since sends no form of an earlier page.
"""

import hashlib
import hmac
import secrets
from urllib.parse import unquote

import frappe
import frappe.sessions
from markupsafe import Markup

from customer_portal_ext.access.keys import derive_key
from customer_portal_ext.access.session import COOKIE as VISIT_COOKIE
from customer_portal_ext.access.staff_view import COOKIE as VIEW_COOKIE
from customer_portal_ext.access.switching import FIELD as SWITCHING_FIELD
from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.exceptions import RequestForged
from customer_portal_ext.web import form_keys

COOKIE = "portal_form"
FIELD = "portal_csrf"
COOKIE_SECONDS = 24 * 60 * 60


def get_binding(request) -> tuple[str, str | None]:
	"""What the token is bound to, and the value of a cookie that must be set for it, if any."""
	if held := get_held(request):
		return held, None
	fresh = secrets.token_urlsafe(16)
	return fresh, fresh


def get_held(request, even_if_over: bool = False) -> str | None:
	"""What this browser proves itself with, or None. ``even_if_over``: also with a session that has ended."""
	session = frappe.session.sid if frappe.session.user != "Guest" else None
	if even_if_over and not session:
		session = unquote(request.cookies.get("sid") or "")
	held = [request.cookies.get(VISIT_COOKIE), request.cookies.get(VIEW_COOKIE), session]
	return "|".join(filter(None, held)) or request.cookies.get(COOKIE)


def get_inputs(binding: str, visitor: Visitor | None = None) -> Markup:
	"""The hidden inputs of a page's forms: the token, and the key by which a form that is sent again is known
	(web/sent_forms.py). For a signed-in user also Frappe's own token, as Frappe checks their posts as well, and whose page it is
	(access/switching.py)."""
	fields = {FIELD: make_token(binding), form_keys.FIELD: form_keys.make(binding)}
	if own := get_frappes_token():
		fields["csrf_token"] = own
	if visitor and visitor.kind == "user":
		fields[SWITCHING_FIELD] = visitor.customer
	one = Markup('<input type="hidden" name="{}" value="{}">')
	return Markup("").join(one.format(*field) for field in fields.items())


def get_frappes_token() -> str | None:
	"""That of a user's session, made if there is none yet: a page of Frappe's in another tab would make one, and then this
	page's forms would lack it. On a GET alone, since making it commits."""
	if frappe.session.user == "Guest":
		return None
	if frappe.local.request.method == "GET" and not frappe.flags.read_only:
		return frappe.sessions.get_csrf_token()
	return frappe.session.data.csrf_token


def require_token(request, even_if_over: bool = False) -> str:
	"""What the form's token is bound to.

	:param even_if_over: a session that has ended counts, too: for leaving, where the first of two clicks has ended it.
	:raises RequestForged: the form carries no token bound to this browser.
	"""
	sent = (request.form.get(FIELD) or "").encode()
	for held in (get_held(request), get_held(request, True) if even_if_over else None):
		if held and hmac.compare_digest(make_token(held).encode(), sent):
			return held
	raise RequestForged


def make_token(binding: str) -> str:
	"""The token for one binding, in hex."""
	return hmac.new(derive_key("csrf"), binding.encode(), hashlib.sha256).hexdigest()
