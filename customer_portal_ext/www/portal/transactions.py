"""Invoices, credit notes and payments in one list; which of them a visitor sees is decided kind by kind."""

from customer_portal_ext.access import guard
from customer_portal_ext.documents import list_pages

no_cache = 1
sitemap = 0
template = "pages/list.html"


def get_context(context):
	visitor = guard.require_account()
	return list_pages.get_page(visitor, "transactions", context.query)
