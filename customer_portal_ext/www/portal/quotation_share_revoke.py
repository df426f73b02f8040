"""Ending a shared link."""

from customer_portal_ext.access import quotations
from customer_portal_ext.web.responses import Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	return Redirect(*quotations.stop_sharing(context))
