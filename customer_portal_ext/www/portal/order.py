"""An order."""

from customer_portal_ext.access import conversations, guard
from customer_portal_ext.documents import orders

no_cache = 1
sitemap = 0
template = "pages/order.html"


def get_context(context):
	record = guard.require_document("order", context.args["name"])
	page = orders.get_page(guard.require_visitor(), record)
	return page | conversations.get_section("order", record, context)
