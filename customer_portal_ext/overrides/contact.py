"""Contact: a policy that narrows what one person may follows that person's fate, as does what e-mails they want. Who wrote
what on it is kept true."""

from customer_portal_ext.access import party_records, policy
from customer_portal_ext.account import preferences


def validate(doc, method=None):
	party_records.guard_web_form(doc)
	party_records.guard_contact(doc)
	party_records.keep_authors(doc)


def on_update(doc, method=None):
	preferences.follow_contact(doc)


def on_trash(doc, method=None):
	party_records.guard_contact_removal(doc)
	policy.remove("Contact", doc.name)


def after_delete(doc, method=None):
	preferences.forget_contact(doc)


def after_rename(doc, method, old, new, merge=False):
	policy.follow_rename("Contact", old, new)
