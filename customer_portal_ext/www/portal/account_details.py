"""The form of the account's details."""

from customer_portal_ext.access import account

no_cache = 1
sitemap = 0
template = "pages/account_details.html"


def get_context(context):
	return account.get_details_page(context)
