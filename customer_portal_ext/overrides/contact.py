"""Contact: a policy that narrows what one person may follows that person's fate."""

from customer_portal_ext.access import policy


def on_trash(doc, method=None):
	policy.remove("Contact", doc.name)


def after_rename(doc, method, old, new, merge=False):
	policy.follow_rename("Contact", old, new)
