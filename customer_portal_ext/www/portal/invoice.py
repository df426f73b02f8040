"""An invoice."""

from customer_portal_ext.access import guard
from customer_portal_ext.documents import invoices

no_cache = 1
sitemap = 0
template = "pages/document.html"


def get_context(context):
	record = guard.require_document("invoice", context.args["name"])
	return invoices.get_page(guard.require_visitor(), "invoice", record)
