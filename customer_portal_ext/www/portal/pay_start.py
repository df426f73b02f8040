"""Beginning the payment that was reviewed."""

from customer_portal_ext.access import payments
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.responses import Page, Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	try:
		return Redirect(payments.start(context))
	except InvalidInput as problem:
		return Page(*payments.get_refused_page(context, problem), problem.http_status)
