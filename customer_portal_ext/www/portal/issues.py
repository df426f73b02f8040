"""All support issues of the visitor's customers."""

from customer_portal_ext.access import issues

no_cache = 1
sitemap = 0
template = "pages/issues.html"


def get_context(context):
	return issues.get_list_page(context.query)
