"""A link's holder would rather sign in."""

from customer_portal_ext.access import colleagues
from customer_portal_ext.web.responses import Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	return Redirect(colleagues.ask_for_account())
