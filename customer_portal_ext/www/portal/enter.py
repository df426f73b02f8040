from customer_portal_ext.access import entry
from customer_portal_ext.web.responses import Redirect
from customer_portal_ext.web.urls import get_landing

no_cache = 1
sitemap = 0


def get_response(context):
	cookies = entry.enter(context.args["token"])
	return Redirect(get_landing(context.query.get("open")), cookies)
