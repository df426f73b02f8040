"""What happened on the account."""

from customer_portal_ext.access import account

no_cache = 1
sitemap = 0
template = "pages/account_activity.html"


def get_context(context):
	return account.get_activity_page(context)
