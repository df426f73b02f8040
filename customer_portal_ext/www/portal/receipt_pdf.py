"""The receipt of a payment."""

from customer_portal_ext.access import payments

no_cache = 1
sitemap = 0


def get_response(context):
	return payments.get_receipt(context.args["name"])
