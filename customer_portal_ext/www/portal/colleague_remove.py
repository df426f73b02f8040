"""Putting a colleague out."""

from customer_portal_ext.access import colleagues
from customer_portal_ext.web.responses import Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	return Redirect(colleagues.remove(context.form))
