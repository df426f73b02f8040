"""A message from the customer, about the account or a document."""

from customer_portal_ext.access import conversations
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.responses import Page, Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	thread, url = conversations.require_writable(context.args.get("segment"), context.args.get("name", ""))
	try:
		return Redirect(*conversations.write(thread, context))
	except InvalidInput as problem:
		return Page("pages/write.html", conversations.get_refused(thread, url, context, problem))
