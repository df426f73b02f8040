"""Communication: a secure link in it is sent, but not kept."""

from customer_portal_ext.access import mail_links


def before_insert(doc, method=None):
	doc.content = mail_links.hide(doc.content)
