"""How a payment would be spread, before it is begun. By POST only where there is too much for an address: nothing is changed."""

from customer_portal_ext.access import payments
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.responses import Page

no_cache = 1
sitemap = 0


def get_response(context):
	try:
		return Page("pages/pay_review.html", payments.get_review_page(context), 200)
	except InvalidInput as problem:
		return Page("pages/pay.html", payments.get_choose_page(context, problem), problem.http_status)
