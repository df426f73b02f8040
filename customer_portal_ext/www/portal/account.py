"""The account: what it may owe, its details, its requests, what happened last."""

from customer_portal_ext.access import account

no_cache = 1
sitemap = 0
template = "pages/account.html"


def get_context(context):
	return account.get_page()
