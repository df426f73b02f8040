"""User: nobody is let in by a link that outlives its user, or that a merge made twice."""

from customer_portal_ext.access import members
from customer_portal_ext.account import preferences


def after_delete(doc, method=None):
	members.forget_user(doc.name)


def after_rename(doc, method, old, new, merge=False):
	members.follow_rename(new)
	preferences.follow_user(old, new)
