"""Sales Order: without the order that an acceptance became, the quotation may be answered anew."""

from customer_portal_ext.quotes import responses


def on_cancel(doc, method=None):
	responses.release(doc.name)


def on_trash(doc, method=None):
	responses.release(doc.name)
