"""Quotation: one that is withdrawn, to be amended or not, takes its links along; the amended one needs new ones."""

from customer_portal_ext.access import tokens


def on_cancel(doc, method=None):
	tokens.revoke_for_document(doc.doctype, doc.name)
