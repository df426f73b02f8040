"""A quotation."""

from customer_portal_ext.access import conversations, guard
from customer_portal_ext.access import quotations as gate
from customer_portal_ext.documents import quotations

no_cache = 1
sitemap = 0
template = "pages/quotation.html"


def get_context(context):
	record = guard.require_document("quotation", context.args["name"])
	page = quotations.get_page(guard.require_visitor(), record)
	page |= gate.get_section(record)
	return page | conversations.get_section("quotation", record, context)
