"""The account's details, sent."""

from customer_portal_ext.access import account
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.responses import Page, Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	try:
		return Redirect(*account.change_details(context))
	except InvalidInput as problem:
		return Page("pages/account_details.html", account.get_details_page(context, problem))
