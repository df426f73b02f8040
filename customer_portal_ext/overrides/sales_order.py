"""Sales Order: the answer that it came from follows its fate."""

from customer_portal_ext.quotes import responses


def after_insert(doc, method=None):
	if doc.amended_from:
		responses.follow_amendment(doc.amended_from, doc.name)


def on_cancel(doc, method=None):
	responses.release(doc.name)


def on_trash(doc, method=None):
	responses.forget_order(doc.name)
