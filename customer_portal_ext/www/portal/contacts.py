"""The customer's contacts."""

from customer_portal_ext.access import contact_book

no_cache = 1
sitemap = 0
template = "pages/contacts.html"


def get_context(context):
	return contact_book.get_list_page()
