"""The form of a contact, new or one of the customer's."""

from customer_portal_ext.access import contact_book

no_cache = 1
sitemap = 0
template = "pages/contact.html"


def get_context(context):
	return contact_book.get_form_page(context)
