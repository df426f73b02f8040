"""Who may sign in for the customer."""

from customer_portal_ext.access import colleagues

no_cache = 1
sitemap = 0
template = "pages/colleagues.html"


def get_context(context):
	return colleagues.get_page(context)
