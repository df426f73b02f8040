"""Any document, before it is printed: the secure links in it are filled in; what customers get is cleaned."""

from customer_portal_ext.desk import printing
from customer_portal_ext.documents import printed_fields


def before_print(doc, method=None, settings=None):
	printing.prepare(doc)
	if doc.doctype in printed_fields.DOCTYPES:
		printed_fields.clean(doc)
