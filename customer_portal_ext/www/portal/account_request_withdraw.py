"""Taking back a request that staff have not decided on."""

from customer_portal_ext.access import change_requests
from customer_portal_ext.web.responses import Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	return Redirect(*change_requests.withdraw(context))
