"""Customer: links and policies follow their customer's fate."""

from customer_portal_ext.access import policy, tokens
from customer_portal_ext.conversations import audience


def on_trash(doc, method=None):
	tokens.remove_all(doc.name)
	policy.remove("Customer", doc.name)
	audience.forget(doc.name)


def after_rename(doc, method, old, new, merge=False):
	tokens.follow_rename(old, new, merge)
	policy.follow_rename("Customer", old, new)
