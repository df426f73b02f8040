from customer_portal_ext.access import guard
from customer_portal_ext.statement import page

no_cache = 1
sitemap = 0
template = "pages/statement.html"


def get_context(context):
	visitor = guard.require_capability("statement")
	return page.get_page(visitor, context.query)
