"""Choosing among the user's own customers."""

from customer_portal_ext.access import guard, switching
from customer_portal_ext.web.responses import Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	return Redirect(*switching.choose(guard.require_account(), context.form.get("customer")))
