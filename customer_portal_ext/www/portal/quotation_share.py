"""The form that shares a quotation by e-mail."""

from customer_portal_ext.access import quotations

no_cache = 1
sitemap = 0
template = "pages/quotation_share.html"


def get_context(context):
	return quotations.get_share_page(context)
