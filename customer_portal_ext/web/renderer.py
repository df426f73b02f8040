"""The one renderer of every /portal address, registered by the ``page_renderer`` hook.

Frappe caches a guest's pages by path and language, and 404s by URL; to Frappe every token visitor is the same Guest.
This class never calls those caches: each answer is made for its request and says ``no-store``.
"""

from importlib import import_module
from urllib.parse import quote

import frappe
from werkzeug.wrappers import Response

from customer_portal_ext.access import guard, limits, switching
from customer_portal_ext.base import site_address
from customer_portal_ext.exceptions import (
	Busy,
	DocumentNotFound,
	InvalidInput,
	NoCustomer,
	OtherOrganisation,
	PortalError,
	TokenMissing,
)
from customer_portal_ext.web import csrf, failures, page_context, routes, sent_forms, words
from customer_portal_ext.web.conversation_urls import with_notice
from customer_portal_ext.web.environment import render
from customer_portal_ext.web.form_lengths import require_lengths
from customer_portal_ext.web.path_resolver import is_portal_path
from customer_portal_ext.web.responses import (
	Data,
	Download,
	Page,
	Picture,
	Redirect,
	StyleSheet,
	content_disposition,
)
from customer_portal_ext.web.urls import with_query

HEADERS = {
	"Cache-Control": "no-store, private",
	"Referrer-Policy": "no-referrer",
	"X-Robots-Tag": "noindex, nofollow",
	"X-Content-Type-Options": "nosniff",
	"X-Frame-Options": "DENY",
	"Content-Security-Policy": (
		"default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
		"frame-ancestors 'none'; form-action 'self'"
	),
}

# A file that a customer or staff sent, shown as itself: nothing in it may run or load anything.
INLINE_POLICY = (
	"default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
)

Answer = Redirect | Page | Download | Picture | Data | StyleSheet


def translate(text: str, context: str | None = None) -> str:
	"""``_`` for templates, each text looked up once in a request: a list says the same words on every row."""
	known = frappe.local.portal_translations
	key = (text, context)
	if key not in known:
		known[key] = words._(text, context=context)
	return known[key]


class PortalRenderer:
	def __init__(self, path: str | None, http_status_code: int | None = None):
		self.path = (path or "").strip("/ ")

	def can_render(self) -> bool:
		return is_portal_path(self.path)

	def render(self) -> Response:
		site_address.hold_for_request()
		response = self.get_response()
		for name, value in HEADERS.items():
			response.headers.setdefault(name, value)
		return response

	def get_response(self) -> Response:
		request = frappe.local.request
		try:
			route, arguments = routes.match(
				"/" + self.path, "GET" if request.method == "HEAD" else request.method
			)
			require_lengths(request.args)
			if request.method == "POST" and not route.is_signed:
				require_lengths(request.form)
				return self.to_response(self.do(route, arguments))
			return self.to_response(self.answer(route, arguments))
		except OtherOrganisation as other:
			frappe.db.rollback()
			return self.to_response(Redirect(*self.get_way_on(other)))
		except PortalError as error:
			frappe.db.rollback()
			if isinstance(error, DocumentNotFound):
				limits.give_back()
			return self.refuse(error)
		except Exception as error:
			frappe.db.rollback()
			failures.log(f"Customer Portal: {routes.describe(self.path)}")
			frappe.db.commit()  # the log entry alone; what the page did was rolled back
			is_busy = isinstance(error, frappe.QueryDeadlockError | frappe.QueryTimeoutError)
			return self.refuse(Busy() if is_busy else PortalError())

	def get_way_on(self, other: OtherOrganisation) -> tuple[str, dict]:
		"""The same address as the other organisation, or the page that shows what was asked for; and the cookie."""
		request = frappe.local.request
		query = request.args.to_dict(flat=False) | {"notice": "switched"}
		again = with_notice(other.page, "switched") if other.page else with_query(quote(request.path), query)
		return again, switching.get_cookies(other.customer)

	def do(self, route: routes.Route, arguments: dict[str, str]) -> Answer:
		"""What a form that was sent is answered with: it does its work once (web/sent_forms.py)."""
		request = frappe.local.request
		is_leaving = route.module == "leave"
		binding = csrf.require_token(request, even_if_over=is_leaving)

		def check() -> None:
			if not is_leaving:
				guard.require_doing(None if route.open_to_all else request.form)

		sent = sent_forms.read(request, binding)
		answer = sent.do_once(check, lambda: self.answer(route, arguments), route.goes_on, route.lasts)
		if is_leaving and sent.is_repeated:
			# the session it came with is over; Frappe would write it back with the answer
			frappe.set_user("Guest")
		return answer

	def answer(self, route: routes.Route, arguments: dict[str, str]) -> Answer:
		page = import_module(f"customer_portal_ext.www.portal.{route.module}")
		request = frappe.local.request
		context = frappe._dict(
			args=arguments,
			query=request.args.to_dict(),
			form=request.form.to_dict(),
			# tick boxes of one name: every value
			query_lists=request.args.to_dict(flat=False),
			form_lists=request.form.to_dict(flat=False),
			files=request.files,
			cookies=request.cookies,
		)
		if hasattr(page, "get_response"):
			return page.get_response(context)
		return Page(page.template, page.get_context(context), 200)

	def refuse(self, error: PortalError) -> Response:
		"""The one place where a refusal becomes a page."""
		if frappe.local.request.accept_mimetypes.best == "application/json":
			return self.to_response(Data({"error": error.page, "message": str(error)}, error.http_status))
		values = {
			"message": error.message if isinstance(error, InvalidInput) else "",
			# The link that did not work, for the form that asks for a fresh one; only ever shown to who brought it.
			"token": getattr(error, "token", ""),
			"no_link": isinstance(error, TokenMissing),
			"no_customer": isinstance(error, NoCustomer),
		}
		return self.html(f"errors/{error.page}.html", values, error.http_status, error=error)

	def html(
		self, template: str, values: dict, status: int = 200, error: PortalError | None = None
	) -> Response:
		request = frappe.local.request
		frappe.local.portal_translations = {}
		binding, fresh_cookie = csrf.get_binding(request)
		inputs = csrf.get_inputs(binding, getattr(frappe.local, "portal_visitor", None))
		context = page_context.build(request, inputs, error) | values
		status = values.get("http_status", status)
		html = render(
			template, context, context["lang"], translate, auto_reload=bool(frappe.conf.developer_mode)
		)
		response = Response(html, status=status, mimetype="text/html")
		if fresh_cookie:
			self.set_cookie(response, csrf.COOKIE, fresh_cookie, csrf.COOKIE_SECONDS)
		return response

	def to_response(self, answer: Answer) -> Response:
		if isinstance(answer, Redirect):
			response = Response(status=303, headers={"Location": answer.location})
			for name, (value, seconds) in answer.cookies.items():
				self.set_cookie(response, name, value, seconds)
			return response
		if isinstance(answer, Page):
			return self.html(answer.template, answer.values, answer.status)
		if isinstance(answer, Download):
			headers = {"Content-Disposition": content_disposition(answer.filename, answer.is_inline)}
			if answer.is_inline:
				headers["Content-Security-Policy"] = INLINE_POLICY
			return Response(answer.content, mimetype=answer.mimetype, headers=headers)
		if isinstance(answer, StyleSheet):
			return Response(
				answer.text, mimetype="text/css", headers={"Cache-Control": "public, max-age=86400"}
			)
		if isinstance(answer, Picture):
			headers = {"Content-Security-Policy": INLINE_POLICY}
			if answer.lasts:
				headers["Cache-Control"] = "public, max-age=31536000, immutable"
			return Response(answer.content, mimetype=answer.mimetype, headers=headers)
		return Response(frappe.as_json(answer.values), status=answer.status, mimetype="application/json")

	def set_cookie(self, response: Response, name: str, value: str, seconds: int) -> None:
		secure = frappe.local.request.scheme == "https"
		response.set_cookie(
			name, value, max_age=seconds, path="/", httponly=True, samesite="Lax", secure=secure
		)
