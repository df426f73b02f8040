"""Any document, before it is printed: the secure links in it are filled in."""

from customer_portal_ext.desk import printing


def before_print(doc, method=None, settings=None):
	printing.prepare(doc)
