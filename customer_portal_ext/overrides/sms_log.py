"""SMS Log: the secure link that went out is not kept."""

from customer_portal_ext.access import mail_links


def before_insert(doc, method=None):
	doc.message = mail_links.hide(doc.message)
