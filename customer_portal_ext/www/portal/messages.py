"""The account's messages, and the documents there are messages about."""

from customer_portal_ext.access import conversations

no_cache = 1
sitemap = 0
template = "pages/messages.html"


def get_context(context):
	return conversations.get_account_page(context)
