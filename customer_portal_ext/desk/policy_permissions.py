"""Whose policies one of the staff reads and writes: those of customers they may have, and of groups and contacts that reach no
other. A policy decides what all its customers see; Frappe checks the party of a policy against no User Permission on what a
Customer names, and that of a group or a contact against none on customers."""

import frappe
from frappe import _
from frappe.permissions import has_user_permission

from customer_portal_ext.desk.customer_records import get_limits, is_within_limits

DOCTYPE = "Customer Portal Policy"


def has_permission(doc, ptype: str | None = None, user: str | None = None) -> bool | None:
	"""Frappe's hook: False refuses, None leaves it to the roles."""
	return None if not doc.get("party") or may_decide_for(doc.applies_to, doc.party, user) else False


def get_query_conditions(user: str | None = None, doctype: str = DOCTYPE) -> str:
	"""Frappe's hook, the same for a list. One subquery for each kind of party."""
	limits = get_limits(user)
	if not limits:
		return ""
	table = f"`tab{DOCTYPE}`"
	hidden = f"select * from `tabCustomer` where not ({limits})"
	of_contact = (
		"select link.parent from `tabDynamic Link` link"
		f" join ({hidden}) hidden on hidden.name = link.link_name"
		" where link.parenttype = 'Contact' and link.link_doctype = 'Customer'"
	)
	of_group = (
		"select outer_group.name from `tabCustomer Group` outer_group"
		" join `tabCustomer Group` inner_group"
		" on inner_group.lft >= outer_group.lft and inner_group.rgt <= outer_group.rgt"
		f" join ({hidden}) hidden on hidden.customer_group = inner_group.name"
	)
	conditions = (
		f"({table}.applies_to = 'Customer' and {table}.party in (select name from `tabCustomer` where {limits}))",
		f"({table}.applies_to = 'Contact' and {table}.party not in ({of_contact}))",
		f"({table}.applies_to = 'Customer Group' and {table}.party not in ({of_group}))",
	)
	return f"({' or '.join(conditions)})"


def require_parties(policy) -> None:
	"""Before a policy is written: whoever writes it may decide for its party, and for the one it was for.

	:raises frappe.PermissionError: nothing was changed.
	"""
	if policy.flags.ignore_permissions:
		return
	before = policy.get_doc_before_save()
	for document in (policy, before):
		if document and not may_decide_for(document.applies_to, document.party):
			frappe.throw(
				_("There is no {0} {1}, or you may not decide for it.").format(
					_(document.applies_to), frappe.bold(frappe.utils.escape_html(str(document.party)[:140]))
				),
				frappe.PermissionError,
			)


def may_decide_for(applies_to: str, party: str, user: str | None = None) -> bool:
	"""Whether all customers that a policy of this party reaches are within the user's limits."""
	if applies_to not in ("Customer", "Customer Group", "Contact") or not frappe.db.exists(applies_to, party):
		return True  # the policy's own validation says what is wrong
	if applies_to == "Customer":
		return is_within_limits(party, user)
	if not has_user_permission(frappe.get_doc(applies_to, party), user or frappe.session.user):
		return False
	return not _reaches_hidden(applies_to, party, get_limits(user))


def _reaches_hidden(applies_to: str, party: str, limits: str) -> bool:
	"""Whether a customer of the group, at any depth, or of the contact is outside ``limits``."""
	if not limits:
		return False
	name = frappe.db.escape(party, percent=False)
	if applies_to == "Contact":
		customers = (
			"select link_name from `tabDynamic Link`"
			f" where parenttype = 'Contact' and link_doctype = 'Customer' and parent = {name}"
		)
		within = f"`tabCustomer`.name in ({customers})"
	else:
		groups = (
			"select inner_group.name from `tabCustomer Group` inner_group"
			f" join `tabCustomer Group` outer_group on outer_group.name = {name}"
			" where inner_group.lft >= outer_group.lft and inner_group.rgt <= outer_group.rgt"
		)
		within = f"`tabCustomer`.customer_group in ({groups})"
	return bool(frappe.db.sql(f"select 1 from `tabCustomer` where {within} and not ({limits}) limit 1"))
