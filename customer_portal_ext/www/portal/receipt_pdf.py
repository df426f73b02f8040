"""The receipt of a payment."""

from customer_portal_ext.access import receipts

no_cache = 1
sitemap = 0


def get_response(context):
	return receipts.get_receipt(context.args["name"])
