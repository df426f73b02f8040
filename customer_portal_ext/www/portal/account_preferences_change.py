"""Language and e-mails, sent."""

from customer_portal_ext.access import preferences
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.responses import Page, Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	try:
		return Redirect(*preferences.change(context))
	except InvalidInput as problem:
		return Page("pages/account_preferences.html", preferences.get_page(context, problem))
