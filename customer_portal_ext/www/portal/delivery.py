"""A delivery."""

from customer_portal_ext.access import conversations, guard
from customer_portal_ext.documents import deliveries

no_cache = 1
sitemap = 0
template = "pages/delivery.html"


def get_context(context):
	record = guard.require_document("delivery", context.args["name"])
	page = deliveries.get_page(guard.require_visitor(), record)
	return page | conversations.get_section("delivery", record, context)
