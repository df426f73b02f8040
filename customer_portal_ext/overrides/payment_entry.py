"""Payment Entry: the portal's payment that it books follows its fate."""

from customer_portal_ext.payments import entries


def on_submit(doc, method=None):
	if doc.amended_from:
		entries.follow_amendment(doc.amended_from, doc.name)


def on_cancel(doc, method=None):
	entries.release(doc.name)


def on_trash(doc, method=None):
	entries.forget(doc.name)
