"""What staff do about the people of a customer: who may sign in, invitations, and how the portal looks to them."""

import frappe
from frappe import _

from customer_portal_ext.access import invitations, members, policy, session, staff_view, users
from customer_portal_ext.access.mail import require_outgoing_account
from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.desk.staff import (
	can_read_customer,
	refuse_customer,
	require_customer,
	require_manager,
	require_readable,
)
from customer_portal_ext.exceptions import InvalidInput

MOST_AT_ONCE = 50


def get_people(customer: str) -> list[dict]:
	"""The customer's contacts and users, with the state of each: see access/invitations.py."""
	return invitations.get_people(require_customer(customer))


def get_contact(contact: str) -> list[dict]:
	"""A contact's state with each of its customers that the user may manage: ``[{contact, customer, user, state}]``."""
	require_manager()
	links = {"parenttype": "Contact", "parent": contact, "link_doctype": "Customer"}
	return [
		{"contact": contact, "customer": customer, **invitations.get_contact_state(customer, contact)}
		for customer in frappe.get_all("Dynamic Link", links, pluck="link_name", order_by="idx")
		if can_read_customer(customer)
	]


def invite(customer: str, contacts) -> dict:
	"""Invite contacts of the customer, one or many: ``{"invited": [user], "accepting": [those of them who have an account and are
	let in when they accept], "refused": [{"contact", "reason"}], "people"}``."""
	customer = require_customer(customer)
	require_outgoing_account()
	if not isinstance(contacts, list) or not all(isinstance(name, str) for name in contacts):
		frappe.throw(_("The contacts must be a list of their names."))
	if len(contacts) > MOST_AT_ONCE:
		frappe.throw(_("At most {0} contacts can be invited at once.").format(MOST_AT_ONCE))
	invited, refused = [], []
	for contact in contacts:
		frappe.db.savepoint("portal_invitation")
		try:
			invited.append(invitations.invite(customer, contact))
		except InvalidInput as problem:
			frappe.db.rollback(save_point="portal_invitation")
			refused.append({"contact": contact, "reason": problem.message})
	return {
		"invited": invited,
		"accepting": [user for user in invited if invitations.needs_acceptance(customer, user)],
		"refused": refused,
		"people": invitations.get_people(customer),
	}


def remove(customer: str, user: str) -> list[dict]:
	"""Put a user out of the customer's portal, ours and ERPNext's own. Acts on their very next click."""
	customer = require_customer(customer)
	members.remove(customer, user)
	return invitations.get_people(customer)


def view_as(customer: str) -> dict:
	"""Begin to view the portal as the customer: the cookie is set, and ``url`` is where to go. Recorded.

	Only who may read the customer by ERPNext's own permissions: managing links is not enough to see everything.
	"""
	if not staff_view.may_view(customer):
		refuse_customer(customer)
	if frappe.db.get_value("Customer", customer, "disabled") or not get_settings().enabled:
		frappe.throw(_("The portal is closed to this customer."))
	cookie, seconds = staff_view.open_view(customer)
	frappe.local.cookie_manager.delete_cookie(session.COOKIE)
	frappe.local.cookie_manager.set_cookie(
		staff_view.COOKIE, cookie, max_age=seconds, httponly=True, samesite="Lax"
	)
	return {"url": "/portal"}


def explain(customer: str, user: str | None = None) -> dict:
	"""What this customer can see and do, and why: ``{"open", "closed_because", "capabilities": [{"name", "label", "allowed",
	"because"}]}``. With ``user``, what that one person can, whose contact may be narrowed. For staff who read the customer."""
	customer = require_readable(customer)
	row = frappe.db.get_value("Customer", customer, ["customer_group", "disabled"], as_dict=True)
	reasons = [
		*([] if get_settings().enabled else [_("The portal is switched off in Customer Portal Settings")]),
		*([_("The customer is disabled")] if row.disabled else []),
		*(
			[_("{0} may not sign in for this customer").format(user)]
			if user and customer not in users.get_customers(user)
			else []
		),
	]
	contacts = users.get_contacts(user, customer) if user else ()
	meta = frappe.get_meta("Customer Portal Policy")
	answers = policy.explain(customer, row.customer_group, contacts)
	return {
		"customer": customer,
		"open": not reasons,
		"closed_because": reasons,
		"capabilities": [
			{
				"name": name,
				"label": _(meta.get_label(name)),
				"allowed": allowed,
				"because": _describe(applies_to, party),
			}
			for name, (allowed, applies_to, party) in answers.items()
		],
	}


def _describe(applies_to: str | None, party: str | None) -> str:
	if applies_to == "Customer Portal Settings":
		return _("Customer Portal Settings: {0}").format(_(frappe.get_meta(applies_to).get_label(party)))
	if applies_to:
		return _("Policy of {0} {1}").format(_(applies_to), party)
	return _("Always, unless a policy denies it")
