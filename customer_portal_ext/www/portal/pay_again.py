"""Going on with a payment that was begun."""

from customer_portal_ext.access import payments
from customer_portal_ext.web.responses import Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	return Redirect(payments.pay_again(context))
