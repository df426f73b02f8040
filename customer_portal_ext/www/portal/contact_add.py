"""A new contact."""

from customer_portal_ext.access import contact_book
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.responses import Page, Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	try:
		return Redirect(*contact_book.add(context))
	except InvalidInput as problem:
		return Page("pages/contact.html", contact_book.get_form_page(context, problem))
