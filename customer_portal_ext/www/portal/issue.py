"""A support issue."""

from customer_portal_ext.access import issues

no_cache = 1
sitemap = 0
template = "pages/issue.html"


def get_context(context):
	return issues.get_page(context)
