from customer_portal_ext.access import entry
from customer_portal_ext.web.responses import Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	return Redirect(*entry.enter(context.args["token"], context.query.get("open")))
