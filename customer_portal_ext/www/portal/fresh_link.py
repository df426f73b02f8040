from customer_portal_ext.access import entry
from customer_portal_ext.access.session import COOKIE
from customer_portal_ext.web.responses import Page

no_cache = 1
sitemap = 0


def get_response(context):
	entry.ask_for_fresh_link(context.form.get("token"), context.cookies.get(COOKIE))
	return Page("errors/fresh_link_sent.html", {}, 200, is_done=True)
