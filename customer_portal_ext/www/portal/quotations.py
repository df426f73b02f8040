"""All quotations of the visitor's customers."""

from customer_portal_ext.access import guard
from customer_portal_ext.documents import list_pages

no_cache = 1
sitemap = 0
template = "pages/list.html"


def get_context(context):
	visitor = guard.require_capability("quotations")
	return list_pages.get_page(visitor, "quotations", context.query)
