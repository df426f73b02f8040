"""The customer's reply to a support issue."""

from customer_portal_ext.access import conversations, issues
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.responses import Page, Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	thread, url = issues.require_writable(context.args["name"])
	try:
		return Redirect(*conversations.write(thread, context))
	except InvalidInput as problem:
		return Page("pages/write.html", conversations.get_refused(thread, url, context, problem))
