"""An invoice."""

from customer_portal_ext.access import conversations, guard, payments
from customer_portal_ext.documents import invoices

no_cache = 1
sitemap = 0
template = "pages/document.html"


def get_context(context):
	record = guard.require_document("invoice", context.args["name"])
	page = invoices.get_page(guard.require_visitor(), "invoice", record)
	page |= payments.get_invoice_section(record)
	return page | conversations.get_section("invoice", record, context)
