"""Customer: links and policies follow their customer's fate."""

from customer_portal_ext.access import members, policy, prospective, tokens
from customer_portal_ext.account import change_requests, preferences
from customer_portal_ext.conversations import audience
from customer_portal_ext.documents import parties
from customer_portal_ext.payments import entries


def after_mapping(doc, method=None, source=None):
	parties.remember_prospect(doc, source)


def on_update(doc, method=None):
	members.follow_changes(doc)
	prospective.adopt(doc)


def on_trash(doc, method=None):
	entries.forget_customer(doc.name)
	tokens.remove_all(doc.name)
	policy.remove("Customer", doc.name)
	audience.forget(doc.name)
	change_requests.forget(doc.name)
	preferences.forget(doc.name)


def after_rename(doc, method, old, new, merge=False):
	tokens.follow_rename(old, new, merge)
	policy.follow_rename("Customer", old, new)
