"""Beginning to pay a deposit."""

from customer_portal_ext.access import deposits
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.responses import Page, Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	try:
		return Redirect(deposits.start(context))
	except InvalidInput as problem:
		return Page("pages/pay_review.html", deposits.get_review_page(context, problem), problem.http_status)
