"""Communication: a link in it is sent, but not kept; who may read it on the portal is decided as it is written."""

from customer_portal_ext.access import mail_links
from customer_portal_ext.conversations import audience


def before_insert(doc, method=None):
	doc.content = mail_links.hold_back(doc.content)


def validate(doc, method=None):
	audience.mark(doc)
