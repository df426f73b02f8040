"""A payment."""

from customer_portal_ext.access import guard
from customer_portal_ext.documents import payments

no_cache = 1
sitemap = 0
template = "pages/payment.html"


def get_context(context):
	record = guard.require_document("payment", context.args["name"])
	return payments.get_page(guard.require_visitor(), record)
