"""A payment."""

from customer_portal_ext.access import conversations, guard
from customer_portal_ext.documents import payments

no_cache = 1
sitemap = 0
template = "pages/payment.html"


def get_context(context):
	record = guard.require_document("payment", context.args["name"])
	page = payments.get_page(guard.require_visitor(), record)
	return page | conversations.get_section("payment", record, context)
