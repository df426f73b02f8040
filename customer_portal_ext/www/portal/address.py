"""The form of an address, new or one of the customer's."""

from customer_portal_ext.access import address_book

no_cache = 1
sitemap = 0
template = "pages/address.html"


def get_context(context):
	return address_book.get_form_page(context)
