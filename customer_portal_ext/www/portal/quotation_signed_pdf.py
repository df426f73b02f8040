"""The signed quotation as PDF."""

from customer_portal_ext.access import quotations

no_cache = 1
sitemap = 0


def get_response(context):
	return quotations.get_signed_pdf(context.args["name"])
