"""A credit note."""

from customer_portal_ext.access import conversations, guard
from customer_portal_ext.documents import invoices

no_cache = 1
sitemap = 0
template = "pages/document.html"


def get_context(context):
	record = guard.require_document("credit_note", context.args["name"])
	page = invoices.get_page(guard.require_visitor(), "credit_note", record)
	return page | conversations.get_section("credit_note", record, context)
