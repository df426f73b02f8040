from customer_portal_ext.access import entry
from customer_portal_ext.access.session import COOKIE

no_cache = 1
sitemap = 0
template = "errors/fresh_link_sent.html"


def get_context(context):
	entry.ask_for_fresh_link(context.form.get("token"), context.cookies.get(COOKIE))
	return {}
