"""The form that declines a quotation."""

from customer_portal_ext.access import quotations

no_cache = 1
sitemap = 0
template = "pages/quotation_decline.html"


def get_context(context):
	return quotations.get_decline_page(context)
