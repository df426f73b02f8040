"""Error Log: a secure link that was at hand when something failed is not kept."""

from customer_portal_ext.access import mail_links


def before_insert(doc, method=None):
	doc.error = mail_links.hide(doc.error)
