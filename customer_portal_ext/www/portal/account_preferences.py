"""The form of language and e-mails."""

from customer_portal_ext.access import preferences

no_cache = 1
sitemap = 0
template = "pages/account_preferences.html"


def get_context(context):
	return preferences.get_page(context)
