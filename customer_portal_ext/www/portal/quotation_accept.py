"""The page that confirms an order before it is made."""

from customer_portal_ext.access import quotations

no_cache = 1
sitemap = 0
template = "pages/quotation_accept.html"


def get_context(context):
	return quotations.get_accept_page(context)
