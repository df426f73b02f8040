from customer_portal_ext.access import guard
from customer_portal_ext.statement import exports

no_cache = 1
sitemap = 0
template = "pages/statement_export.html"


def get_context(context):
	visitor = guard.require_capability("statement")
	return exports.get_state(visitor, context.args["export"])
