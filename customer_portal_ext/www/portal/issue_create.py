"""A new support issue."""

from customer_portal_ext.access import issues
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.responses import Page, Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	try:
		return Redirect(*issues.create(context))
	except InvalidInput as problem:
		return Page("pages/issue_new.html", issues.get_new_page(context, problem))
