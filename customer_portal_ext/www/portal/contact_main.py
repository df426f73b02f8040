"""Whose e-mail address is the one on file from now on."""

from customer_portal_ext.access import contact_book
from customer_portal_ext.web.responses import Redirect

no_cache = 1
sitemap = 0


def get_response(context):
	return Redirect(*contact_book.set_main(context))
