"""The overview of an account."""

from customer_portal_ext.access import guard
from customer_portal_ext.documents import dashboard

no_cache = 1
sitemap = 0
template = "pages/dashboard.html"


def get_context(context):
	return dashboard.get_page(guard.require_account())
