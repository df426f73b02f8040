"""Contact: a policy that narrows what one person may follows that person's fate. Who wrote what on it is kept true."""

from customer_portal_ext.access import party_records, policy


def validate(doc, method=None):
	party_records.guard_contact(doc)
	party_records.keep_authors(doc)


def on_trash(doc, method=None):
	policy.remove("Contact", doc.name)


def after_rename(doc, method, old, new, merge=False):
	policy.follow_rename("Contact", old, new)
