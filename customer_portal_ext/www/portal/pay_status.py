"""A payment that was begun, in whatever state."""

from customer_portal_ext.access import payments

no_cache = 1
sitemap = 0
template = "pages/pay_status.html"


def get_context(context):
	return payments.get_payment_page(context)
