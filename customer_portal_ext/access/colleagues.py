"""The gate of colleagues: a customer's user, where policy lets them, lets others in and puts them out. Staff read it in the
customer's timeline.

By sign-in alone: whoever holds a secure link is nobody in particular, and lets nobody in. Nobody gives what they may not
do themselves.
"""

from collections.abc import Mapping

import frappe

from customer_portal_ext.access import (
	activity,
	customer_timeline,
	guard,
	invitations,
	limits,
	members,
	policy,
)
from customer_portal_ext.access.visitor import Visitor
from customer_portal_ext.account import contact_book, fields, sign_ups
from customer_portal_ext.account.linked import lock_customer
from customer_portal_ext.base.transactions import run_until_done
from customer_portal_ext.exceptions import DocumentNotFound, InvalidInput
from customer_portal_ext.web import urls
from customer_portal_ext.web.words import _

CAPABILITY = "colleagues"
URL = f"{urls.ROOT}/colleagues"


def require_user() -> Visitor:
	"""A signed-in user who may invite, or staff who view as the customer. Raises DocumentNotFound."""
	visitor = guard.require_capability(CAPABILITY)
	if visitor.kind == "token":
		raise DocumentNotFound
	return visitor


def get_page(context: Mapping, problem: InvalidInput | None = None) -> dict:
	"""The context of pages/colleagues.html: who may sign in, who might, and the form; with ``problem``, nothing was kept."""
	if problem:
		frappe.db.rollback()
	visitor = require_user()
	states = {
		"none": None,
		"invited": {"text": _("Invited"), "tone": "info"},
		"active": {"text": _("Can sign in"), "tone": "ok"},
		"disabled": {"text": _("Switched off by us"), "tone": "muted"},
		"removed": {"text": _("Switched off"), "tone": "muted"},
	}
	people = invitations.get_people(visitor.customer)
	for person in people:
		# whether an account stands behind an invitation shows nowhere
		person["user"] = person["user"] or sign_ups.normalise(person["email"])
		if is_closed_to_colleagues(visitor, person):
			person["state"] = "disabled"
	return {
		"title": _("Colleagues"),
		"problem": problem.message if problem else None,
		"field": problem.field if problem else None,
		"typed": {key: str(context["form"].get(key) or "") for key in ("first_name", "last_name", "email")},
		"people": [
			{
				"name": person["name"],
				"email": person["email"],
				"contact": person["contact"],
				"user": person["user"],
				"status": states[person["state"]],
				"is_self": bool(visitor.user) and person["user"] == visitor.user,
				"may_invite": bool(person["contact"]) and person["state"] in ("none", "invited", "removed"),
				"may_remove": person["state"] in ("invited", "active") and person["user"] != visitor.user,
				"is_invited": person["state"] == "invited",
			}
			for person in people
		],
	}


def begin(visitor: Visitor) -> None:
	"""Begin a transaction with the lock of the customer's row: one invitation after the other, each of which sees the contacts and
	users that the one before has made."""
	frappe.db.rollback()
	lock_customer(visitor.customer)


def is_closed_to_colleagues(visitor: Visitor, person: Mapping) -> bool:
	"""Whether it was us who switched this person off."""
	names = (person["user"], sign_ups.normalise(person["email"]))
	return person["state"] == "removed" and any(
		members.was_removed_by_staff(visitor.customer, name) for name in dict.fromkeys(names) if name
	)


def invite(form: Mapping) -> str:
	"""Invite one of the customer's contacts, or somebody new: the page to go to. Raises InvalidInput."""
	visitor = require_user()
	contact = form.get("contact")
	if contact and contact not in get_contacts(visitor):
		raise DocumentNotFound
	limits.count("invitation", visitor)
	begin(visitor)
	contact = contact or _find_or_make_contact(visitor, form)
	people = get_contacts(visitor)
	if is_closed_to_colleagues(visitor, people[contact]):
		raise InvalidInput(_("To have something changed, please send us a message."))
	if people[contact]["state"] not in ("invited", "active"):
		narrow(visitor, contact)
	_invite(visitor, contact)
	return urls.with_query(URL, {"notice": "invited"})


def get_contacts(visitor: Visitor) -> dict[str, dict]:
	return {
		person["contact"]: person for person in invitations.get_people(visitor.customer) if person["contact"]
	}


def remove(form: Mapping) -> str:
	"""Put a colleague out, on their next click: the page to go to. Nobody puts themselves out."""
	visitor = require_user()
	user = form.get("user") or ""
	begin(visitor)
	if user == visitor.user or not members.remove(visitor.customer, user):
		activity.record_refusal(visitor, f"user {user}")
		raise DocumentNotFound
	customer_timeline.add(visitor, members.REMOVED, user)
	return urls.with_query(URL, {"notice": "removed"})


def ask_for_account() -> str:
	"""A link's holder asks for an account: its invitation goes to the address on file, and to no other. The page to go to, the
	same whether or not anything was sent. Raises DocumentNotFound where policy does not let them."""
	visitor = guard.require_capability(CAPABILITY)
	limits.count("account-offer", visitor)
	begin(visitor)
	person = invitations.find_person_on_file(visitor.customer)
	# whom somebody has put out, no link lets in again
	if person and person["state"] in ("none", "invited", "active"):
		_invite(visitor, person["contact"])
	return urls.with_query(urls.ROOT, {"notice": "account-offered"})


def _invite(visitor: Visitor, contact: str) -> None:
	"""The invitation is part of what the request commits, and alike for everybody. Making a user takes longer than finding one:
	that and the e-mail come after the answer, in the same time for everybody, and only once the invitation was committed.
	Raises InvalidInput for what is not about the person's account."""
	email = invitations.invite_unseen(visitor.customer, contact)
	customer_timeline.add(visitor, "User Invited", email)

	def work():
		begin(visitor)
		invitations.deliver(visitor.customer, contact)

	def deliver():
		try:
			# another organisation may have invited the same person at this moment
			run_until_done(work, begin_again=frappe.clear_messages, may_begin_again=lambda: True)
		except Exception:
			frappe.db.rollback()
			# without the values of local variables: a link may be among them
			frappe.log_error("Customer Portal: an invitation", frappe.get_traceback())
		frappe.db.commit()  # after the response: nothing else will

	after_response = frappe.local.request.after_response
	# what is rolled back forgets it
	frappe.db.after_commit.add(lambda: after_response.add(deliver))


def narrow(visitor: Visitor, contact: str) -> None:
	"""What the visitor is denied by a policy of their own, whom they invite is denied as well."""
	group = frappe.db.get_value("Customer", visitor.customer, "customer_group")
	denied = policy.get_capabilities(visitor.customer, group) - visitor.capabilities
	if not denied:
		return
	key = policy.get_policy_key("Contact", contact)
	name = frappe.db.get_value("Customer Portal Policy", {"policy_key": key})
	document = (
		frappe.get_doc("Customer Portal Policy", name)
		if name
		else frappe.new_doc("Customer Portal Policy", applies_to="Contact", party=contact)
	)
	document.update(dict.fromkeys(denied, "Deny"))
	# the visitor may invite, and this takes away only
	document.save(ignore_permissions=True)


def _find_or_make_contact(visitor: Visitor, form: Mapping) -> str:
	email = sign_ups.normalise(fields.read_email(form.get("email"), "email"))
	if not email:
		raise InvalidInput(_("Enter an e-mail address."), "email")
	for person in invitations.get_people(visitor.customer):
		if person["contact"] and sign_ups.normalise(person["email"]) == email:
			return person["contact"]
	first_name = fields.require_line(form.get("first_name"), "first_name", _("First name"), 60)
	last_name = fields.read_line(form.get("last_name"), "last_name", _("Last name"), 60)
	# the visitor may invite: a contact of their own customer
	values = {**dict.fromkeys(contact_book.FORM_FIELDS, ""), "first_name": first_name, "last_name": last_name}
	return contact_book.add(visitor.customer, values | {"email_id": email})
