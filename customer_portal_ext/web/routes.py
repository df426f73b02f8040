"""Every page of the portal: which address, which methods, which module below www/portal. Nothing else is served."""

from dataclasses import dataclass

from werkzeug.exceptions import MethodNotAllowed as WerkzeugMethodNotAllowed
from werkzeug.exceptions import NotFound
from werkzeug.routing import Map, RequestRedirect, Rule

from customer_portal_ext.exceptions import DocumentNotFound, MethodNotAllowed


@dataclass(frozen=True)
class Route:
	"""One page. ``open_to_all`` marks the few that a visitor without a visit may use (each with its own checks).

	``is_signed``: no browser calls it but a machine, which proves who it is by a signature instead of the portal's CSRF token.
	``goes_on``: its form, sent again after a crash, goes on where it stopped: what it makes has a key of its own.
	``lasts``: seconds after which its answer to a form is worth nothing any more, so that the form does its work again.
	"""

	path: str
	module: str
	methods: tuple[str, ...] = ("GET",)
	open_to_all: bool = False
	is_signed: bool = False
	goes_on: bool = False
	lasts: int | None = None


ROUTES = (
	Route("/portal", "index"),
	Route("/portal/theme.css", "theme", open_to_all=True),
	Route("/portal/logo", "logo", open_to_all=True),
	Route("/portal/a/<token>", "enter", open_to_all=True),
	Route("/portal/fresh-link", "fresh_link", methods=("POST",), open_to_all=True),
	Route("/portal/my-link", "my_link", methods=("POST",), open_to_all=True),
	Route("/portal/webhooks/stripe", "stripe_webhook", methods=("POST",), open_to_all=True, is_signed=True),
	Route("/portal/leave", "leave", methods=("POST",), open_to_all=True),
	Route("/portal/too-large", "too_large", open_to_all=True),
	Route("/portal/join/<invitation>", "join", open_to_all=True),
	Route("/portal/join/<invitation>", "join_start", methods=("POST",), open_to_all=True, lasts=60),
	Route("/portal/colleagues", "colleagues"),
	Route("/portal/colleagues", "colleague_invite", methods=("POST",)),
	Route("/portal/remove-colleague", "colleague_remove", methods=("POST",)),
	Route("/portal/ask-for-account", "ask_for_account", methods=("POST",)),
	Route("/portal/switch", "switch", methods=("POST",)),
	Route("/portal/invoices", "invoices"),
	Route("/portal/invoices/<path:name>", "invoice"),
	Route("/portal/credit-notes", "credit_notes"),
	Route("/portal/credit-notes/<path:name>", "credit_note"),
	Route("/portal/payments/<path:name>", "payment"),
	Route("/portal/pay", "pay"),
	Route("/portal/pay", "pay_start", methods=("POST",), goes_on=True),
	Route("/portal/pay/review", "pay_review", methods=("GET", "POST")),
	Route("/portal/pay/<name>", "pay_status"),
	Route("/portal/pay/<name>/again", "pay_again", methods=("POST",), goes_on=True),
	Route("/portal/pay/<name>/cancel", "pay_cancel", methods=("POST",), goes_on=True),
	Route("/portal/transactions", "transactions"),
	Route("/portal/quotations", "quotations"),
	Route("/portal/quotations/<path:name>", "quotation"),
	Route("/portal/orders", "orders"),
	Route("/portal/orders/<path:name>", "order"),
	Route("/portal/deliveries", "deliveries"),
	Route("/portal/deliveries/<path:name>", "delivery"),
	Route("/portal/statement", "statement"),
	Route("/portal/statement/email", "statement_email", methods=("POST",)),
	Route("/portal/statement/exports", "statement_exports", methods=("POST",)),
	Route("/portal/statement/exports/<export>", "statement_export"),
	Route("/portal/account", "account"),
	Route("/portal/account/details", "account_details"),
	Route("/portal/account/details", "account_details_change", methods=("POST",)),
	Route("/portal/account/preferences", "account_preferences"),
	Route("/portal/account/preferences", "account_preferences_change", methods=("POST",)),
	Route("/portal/account/activity", "account_activity"),
	Route("/portal/account/requests/<name>/withdraw", "account_request_withdraw", methods=("POST",)),
	Route("/portal/addresses", "addresses"),
	Route("/portal/addresses/<path:name>", "address"),
	Route("/portal/addresses/<path:name>", "address_change", methods=("POST",)),
	Route("/portal/new-address", "address"),
	Route("/portal/new-address", "address_add", methods=("POST",)),
	Route("/portal/billing-address/<path:name>", "address_billing", methods=("POST",)),
	Route("/portal/shipping-address/<path:name>", "address_shipping", methods=("POST",)),
	Route("/portal/remove-address/<path:name>", "address_remove", methods=("POST",)),
	Route("/portal/contacts", "contacts"),
	Route("/portal/contacts/<path:name>", "contact"),
	Route("/portal/contacts/<path:name>", "contact_change", methods=("POST",)),
	Route("/portal/new-contact", "contact"),
	Route("/portal/new-contact", "contact_add", methods=("POST",)),
	Route("/portal/main-contact/<path:name>", "contact_main", methods=("POST",)),
	Route("/portal/remove-contact/<path:name>", "contact_remove", methods=("POST",)),
	Route("/portal/messages", "messages"),
	Route("/portal/write", "write", methods=("POST",)),
	Route("/portal/write/<segment>/<path:name>", "write", methods=("POST",)),
	Route("/portal/issues", "issues"),
	Route("/portal/issues/<path:name>", "issue"),
	Route("/portal/new-issue", "issue_new"),
	Route("/portal/new-issue", "issue_create", methods=("POST",)),
	Route("/portal/reply-issue/<path:name>", "issue_reply", methods=("POST",)),
	Route("/portal/close-issue/<path:name>", "issue_close", methods=("POST",)),
	Route("/portal/reopen-issue/<path:name>", "issue_reopen", methods=("POST",)),
	Route("/portal/accept/<path:name>", "quotation_accept"),
	Route("/portal/accept/<path:name>", "quotation_accept_order", methods=("POST",), goes_on=True),
	Route("/portal/deposit/<path:name>", "deposit"),
	Route("/portal/deposit/<path:name>", "deposit_start", methods=("POST",), goes_on=True),
	Route("/portal/decline/<path:name>", "quotation_decline"),
	Route("/portal/decline/<path:name>", "quotation_decline_answer", methods=("POST",), goes_on=True),
	Route("/portal/share/<path:name>", "quotation_share"),
	Route("/portal/share/<path:name>", "quotation_share_send", methods=("POST",)),
	Route("/portal/unshare/<path:name>", "quotation_share_revoke", methods=("POST",)),
	Route("/portal/download/signed/<path:name>.pdf", "quotation_signed_pdf"),
	Route("/portal/download/receipts/<name>.pdf", "receipt_pdf"),
	Route("/portal/download/attachments/<file>", "attachment"),
	Route("/portal/download/thumbnails/<file>", "thumbnail"),
	Route("/portal/download/statement.<format>", "statement_download"),
	Route("/portal/download/exports/<export>", "export_download"),
	Route("/portal/download/invoices/<path:name>.pdf", "invoice_pdf"),
	Route("/portal/download/credit-notes/<path:name>.pdf", "credit_note_pdf"),
	Route("/portal/download/payments/<path:name>.pdf", "payment_pdf"),
	Route("/portal/download/quotations/<path:name>.pdf", "quotation_pdf"),
	Route("/portal/download/orders/<path:name>.pdf", "order_pdf"),
	Route("/portal/download/deliveries/<path:name>.pdf", "delivery_pdf"),
)

_MAP = Map(
	[Rule(route.path, endpoint=route, methods=route.methods) for route in ROUTES],
	strict_slashes=False,
	merge_slashes=False,
)


def match(path: str, method: str) -> tuple[Route, dict[str, str]]:
	"""The route for a decoded path and its arguments. Raises DocumentNotFound or MethodNotAllowed."""
	try:
		return _MAP.bind("portal").match(path.rstrip("/") or "/", method)
	except WerkzeugMethodNotAllowed:
		raise MethodNotAllowed from None
	except (NotFound, RequestRedirect):
		raise DocumentNotFound from None


def describe(path: str) -> str:
	"""The path as a log may hold it: without the token of a secure link or an invitation."""
	for secret in ("portal/a/", "portal/join/"):
		if path.startswith(secret):
			return f"{secret}…"
	return path
