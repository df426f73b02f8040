"""Declining a quotation."""

from customer_portal_ext.access import quotations
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.responses import Page, Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	try:
		return Redirect(*quotations.decline_quotation(context))
	except InvalidInput as problem:
		return Page(
			"pages/quotation_decline.html", quotations.get_decline_page(context, problem), problem.http_status
		)
