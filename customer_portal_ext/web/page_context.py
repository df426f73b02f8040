"""What every page knows besides its own data: the company's brand, the navigation, who is visiting, the language."""

from urllib.parse import quote, urlencode

import frappe
from frappe.utils import get_build_version, getdate

from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.conversations import unread
from customer_portal_ext.exceptions import AccessDenied, PortalError, TokenExpired, TokenRevoked
from customer_portal_ext.payments.pages import is_offered as is_payment_offered
from customer_portal_ext.web import account_urls, conversation_urls, notices
from customer_portal_ext.web.brand import get_brand
from customer_portal_ext.web.colours import get_accents
from customer_portal_ext.web.formats import get_direction
from customer_portal_ext.web.payment_urls import pay_url
from customer_portal_ext.web.urls import ROOT
from customer_portal_ext.web.words import _


def build(request, csrf_inputs, error: PortalError | None = None) -> dict:
	"""The template context shared by all pages; see the comment at the top of templates/portal/base.html for its shape.

	An error page shows no visitor: whoever sees it may not be the one whose page it was.
	"""
	settings = get_settings()
	visitor = None if error and not error.shows_visitor else getattr(frappe.local, "portal_visitor", None)
	language = get_language(visitor)
	return {
		"page": {
			"title": "",
			"active": get_active(request.path),
			"url": request.path,
			"query": request.args.to_dict(),
		},
		"portal": get_brand()
		| get_accents(settings.accent_colour)
		| {
			"nav": get_navigation(visitor),
			"welcome_message": settings.welcome_message,
			# Only who brought a link that this site once made can be mailed another.
			"allow_fresh_link": bool(settings.allow_fresh_link)
			and isinstance(error, TokenExpired | TokenRevoked),
			# who has none that works may say who they are
			"allow_asking_for_link": bool(settings.allow_fresh_link) and isinstance(error, AccessDenied),
			"sign_in_url": get_sign_in_url(request.path),
		},
		"visitor": describe_visitor(visitor),
		"csrf": csrf_inputs,
		"flash": notices.get_notice(request.args.get("notice"), visitor.customer_name if visitor else ""),
		# who is signed in, also where it is a link that opens the page, or nothing does
		"signed_in_as": get_signed_in_as(),
		"lang": language,
		"dir": get_direction(language),
		"assets": get_assets(settings.accent_colour),
		"today": getdate(),
	}


def get_language(visitor) -> str:
	"""The visitor's language: the customer's own, else what Frappe made of the browser's."""
	if visitor and visitor.language:
		frappe.local.lang = visitor.language
	return frappe.local.lang or "en"


def describe_visitor(visitor) -> dict | None:
	"""What a page may say about its visitor."""
	if not visitor:
		return None
	return {
		"name": visitor.customer_name,
		"kind": visitor.kind,
		"valid_until": getdate(visitor.valid_until) if visitor.valid_until else None,
		"customer": visitor.customer,
		"customers": [
			{"value": name, "label": label}
			for name, label in zip(visitor.customers, visitor.customer_names, strict=False)
		],
		"user_name": visitor.user_name,
		# a link's holder may have an account for the address on file, and for no other
		"offers_account": visitor.kind == "token" and visitor.can("colleagues"),
		"is_scoped": visitor.scope is not None,
	}


def get_signed_in_as() -> str | None:
	"""The name of the signed-in user, for nobody but themselves."""
	user = frappe.session.user
	return None if user == "Guest" else frappe.get_cached_value("User", user, "full_name") or user


def get_sign_in_url(path: str) -> str:
	"""Frappe's own page for signing in, which comes back to this page of the portal. Never a link with a token in it."""
	back = ROOT if path.startswith((f"{ROOT}/a/", f"{ROOT}/join/")) else path
	return f"/login?{urlencode({'redirect-to': quote(back)})}"


def get_navigation(visitor) -> list[dict]:
	"""The pages open to the visitor, in the order of the menu."""
	if not visitor or visitor.scope is not None:
		return []
	entries = [
		("index", _("Overview"), ROOT, (), 0),
		("quotations", _("Quotations"), f"{ROOT}/quotations", ("quotations",), 1),
		("orders", _("Orders"), f"{ROOT}/orders", ("orders",), 1),
		("deliveries", _("Deliveries"), f"{ROOT}/deliveries", ("deliveries",), 1),
		("invoices", _("Invoices"), f"{ROOT}/invoices", ("invoices",), 2),
		("credit-notes", _("Credit notes"), f"{ROOT}/credit-notes", ("credit_notes",), 2),
		(
			"transactions",
			_("Transactions"),
			f"{ROOT}/transactions",
			("invoices", "credit_notes", "payments_history"),
			2,
		),
		("statement", _("Statement"), f"{ROOT}/statement", ("statement",), 2),
		*([("pay", _("Pay"), pay_url(), ("payments",), 2)] if is_payment_offered() else []),
		("messages", _("Messages"), conversation_urls.MESSAGES, ("messages",), 3),
		("issues", _("Support"), conversation_urls.ISSUES, ("issues",), 3),
		("account", _("Account"), account_urls.ACCOUNT, (), 4),
		# a link's holder is nobody in particular, and lets nobody in
		*(
			[("colleagues", _("Colleagues"), f"{ROOT}/colleagues", ("colleagues",), 4)]
			if visitor.kind != "token"
			else []
		),
	]
	# staff who look on have nothing to read of their own, and may not see all that is counted
	counts = {} if visitor.is_read_only else unread.count_for_customer(visitor.row_scope)
	return [
		{"key": key, "label": label, "url": url, "count": counts.get(key) or None, "group": group}
		for key, label, url, any_of, group in entries
		if not any_of
		or any(visitor.can(capability) for capability in any_of)
		# switched off, old threads stay readable
		or (key == "messages" and unread.has_messages(visitor.row_scope))
	]


def get_active(path: str) -> str:
	"""The navigation entry that a path belongs to."""
	segment = path.strip("/").partition("/")[2].partition("/")[0]
	return {
		"": "index",
		"payments": "transactions",
		"write": "messages",
		"new-issue": "issues",
		"addresses": "account",
		"new-address": "account",
		"contacts": "account",
		"new-contact": "account",
		"accept": "quotations",
		"decline": "quotations",
		"share": "quotations",
		"unshare": "quotations",
		"deposit": "quotations",
		"reply-issue": "issues",
		"close-issue": "issues",
		"reopen-issue": "issues",
		"billing-address": "account",
		"shipping-address": "account",
		"remove-address": "account",
		"main-contact": "account",
		"remove-contact": "account",
		"remove-colleague": "colleagues",
	}.get(segment, segment)


def get_assets(accent: str | None) -> dict:
	"""Addresses of the style sheet and the script, with the build's version so that an upgrade is seen at once."""
	version = get_build_version()
	return {
		"css": f"/assets/customer_portal_ext/portal.css?v={version}",
		"js": f"/assets/customer_portal_ext/portal.js?v={version}",
		"theme": f"{ROOT}/theme.css?v={(accent or '').lstrip('#')}",
	}
