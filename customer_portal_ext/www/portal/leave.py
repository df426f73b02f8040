from customer_portal_ext.access.session import COOKIE
from customer_portal_ext.web.responses import Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	return Redirect("/portal?notice=left", {COOKIE: ("", 0)})
