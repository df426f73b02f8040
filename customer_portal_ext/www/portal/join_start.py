"""Taking up an invitation: on to choosing a password, or to the portal."""

from customer_portal_ext.access import guard, joining
from customer_portal_ext.web.responses import Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	guard.require_portal()
	return Redirect(joining.join(context.args["invitation"]))
