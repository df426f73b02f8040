from customer_portal_ext.access import asked_links
from customer_portal_ext.web.responses import Page

no_cache = 1
sitemap = 0


def get_response(context):
	asked_links.ask(context.form.get("email"))
	return Page("errors/fresh_link_sent.html", {"by_address": True}, 200, is_done=True)
