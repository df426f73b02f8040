"""The overview of an account. Who may see one document alone is led to it."""

from customer_portal_ext.access import entry, guard
from customer_portal_ext.documents import dashboard
from customer_portal_ext.web.responses import Page, Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	visitor = guard.require_visitor()
	if visitor.scope is not None:
		return Redirect(entry.get_document_page(*visitor.scope, visitor.customer))
	return Page("pages/dashboard.html", dashboard.get_page(visitor), status=200)
