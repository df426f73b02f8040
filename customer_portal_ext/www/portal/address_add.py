"""A new address, or its form with the fields of another country."""

from customer_portal_ext.access import address_book
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.responses import Page, Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	if address_book.wants_other_country(context):
		return Page("pages/address.html", address_book.get_form_page(context), 200)
	try:
		return Redirect(*address_book.add(context))
	except InvalidInput as problem:
		return Page("pages/address.html", address_book.get_form_page(context, problem))
