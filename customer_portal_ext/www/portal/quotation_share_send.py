"""Sharing a quotation by e-mail."""

from customer_portal_ext.access import quotations
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.responses import Page, Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	try:
		return Redirect(*quotations.share(context))
	except InvalidInput as problem:
		return Page(
			"pages/quotation_share.html", quotations.get_share_page(context, problem), problem.http_status
		)
