"""A delivery."""

from customer_portal_ext.access import guard
from customer_portal_ext.documents import deliveries

no_cache = 1
sitemap = 0
template = "pages/delivery.html"


def get_context(context):
	record = guard.require_document("delivery", context.args["name"])
	return deliveries.get_page(guard.require_visitor(), record)
