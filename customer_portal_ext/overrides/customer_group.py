"""Customer Group: its policy follows its fate."""

from customer_portal_ext.access import policy


def on_trash(doc, method=None):
	policy.remove("Customer Group", doc.name)


def after_rename(doc, method, old, new, merge=False):
	policy.follow_rename("Customer Group", old, new)
