from customer_portal_ext.access import sign_in
from customer_portal_ext.web.responses import Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	return Redirect(*sign_in.leave(context.cookies))
