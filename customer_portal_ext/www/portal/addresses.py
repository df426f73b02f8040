"""The customer's addresses."""

from customer_portal_ext.access import address_book

no_cache = 1
sitemap = 0
template = "pages/addresses.html"


def get_context(context):
	return address_book.get_list_page()
