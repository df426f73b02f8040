"""Choosing what to pay."""

from customer_portal_ext.access import payments

no_cache = 1
sitemap = 0
template = "pages/pay.html"


def get_context(context):
	return payments.get_choose_page(context)
