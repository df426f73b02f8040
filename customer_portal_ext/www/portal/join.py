"""An invitation, as it is opened from the e-mail."""

from customer_portal_ext.access import guard, joining

no_cache = 1
sitemap = 0
template = "pages/join.html"


def get_context(context):
	guard.require_portal()
	return {**joining.get_page(context.args["invitation"]), "visitor": None}
