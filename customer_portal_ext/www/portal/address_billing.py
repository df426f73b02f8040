"""Where the customer is billed to from now on."""

from customer_portal_ext.access import address_book
from customer_portal_ext.web.responses import Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	return Redirect(*address_book.set_default(context, "billing"))
