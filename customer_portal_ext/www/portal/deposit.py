"""What an accepted quotation asks for in advance, before it is paid."""

from customer_portal_ext.access import deposits

no_cache = 1
sitemap = 0
template = "pages/pay_review.html"


def get_context(context):
	return deposits.get_review_page(context)
