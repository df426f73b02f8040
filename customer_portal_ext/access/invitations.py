"""Inviting people to sign in: by staff, and by a customer's own user who may.

Whoever has no account gets an ordinary website user, which nobody can use before an invitation was opened. Nobody is linked to
anything until they accept (access/joining.py): what they see first stays their own, and who invites learns nothing. The link
is access/invitation_links.py's.
"""

from contextlib import contextmanager

import frappe
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.utils import cint, getdate, validate_email_address

from customer_portal_ext.access import activity, mail_links
from customer_portal_ext.access.mail import translator
from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.account import invited, sign_ups
from customer_portal_ext.account.contacts import get_address_on_file
from customer_portal_ext.base.site_address import get_site_url
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.platform import contact_pictures, outgoing_mail
from customer_portal_ext.web import urls
from customer_portal_ext.web.brand import get_brand
from customer_portal_ext.web.environment import render
from customer_portal_ext.web.words import _


def get_people(customer: str) -> list[dict]:
	"""The customer's contacts with an e-mail address, and whoever may sign in: ``[{contact, user, email, name, state}]``.

	``state``: "none" (never invited), "invited" (has not signed in yet, or not accepted), "active", "disabled" (the user is),
	"removed".
	"""
	link, contact = frappe.qb.DocType("Dynamic Link"), frappe.qb.DocType("Contact")
	contacts = (
		frappe.qb.from_(contact)
		.join(link)
		.on((link.parent == contact.name) & (link.parenttype == "Contact"))
		.select(contact.name, contact.full_name, contact.email_id, contact.user)
		.where((link.link_doctype == "Customer") & (link.link_name == customer) & (contact.email_id != ""))
		.orderby(contact.full_name, contact.name)
	).run(as_dict=True)
	linked = set(frappe.get_all("Portal User", {"parenttype": "Customer", "parent": customer}, pluck="user"))
	standing = invited.get_standing(customer)
	emails = {sign_ups.normalise(row.email_id) for row in contacts}
	names = linked | emails | {row.user for row in contacts if row.user}
	users = {
		row.name: row
		for row in frappe.get_all(
			"User",
			{"name": ("in", list(names) or [""])},
			["name", "full_name", "enabled", "last_login", "user_type"],
		)
	}
	people, seen = [], set()
	for row in contacts:
		email = sign_ups.normalise(row.email_id)
		user = users.get(row.user) or users.get(email)
		# one row for each member, and for each address of others, whether or not an account stands behind it
		person = user.name if user and user.name in linked else email
		if person in seen:
			continue
		seen.add(person)
		state = get_state(user, email, linked, standing)
		people.append(_describe(row.name, user.name if user else None, row.email_id, row.full_name, state))
	for name in sorted(linked - seen):
		user = users.get(name)
		if user:
			state = get_state(user, name, linked, standing)
			people.append(_describe(None, name, name, user.full_name, state))
	return people


def find_person_on_file(customer: str) -> dict | None:
	"""Of ``get_people``, the one whose contact has the customer's e-mail address on file."""
	email = sign_ups.normalise(get_address_on_file(customer))
	for person in get_people(customer):
		if person["contact"] and sign_ups.normalise(person["email"]) == email:
			return person
	return None


def get_contact_state(customer: str, contact: str) -> dict:
	"""``{user, state}`` of one contact of the customer, also where another contact stands for the same person."""
	row = frappe.db.get_value("Contact", contact, ["email_id", "user"], as_dict=True)
	fields = ["name", "enabled", "last_login"]
	user = None
	email = sign_ups.normalise(row.email_id)
	for name in filter(None, (row.user, email)):
		user = user or frappe.db.get_value("User", name, fields, as_dict=True)
	linked = {user.name} if user and sign_ups.is_linked(customer, user.name) else set()
	state = get_state(user, email, linked, invited.get_standing(customer))
	return {"user": user.name if user else None, "state": state}


def get_state(user: dict | None, email: str, linked: set[str], standing: dict[str, set[str]]) -> str:
	"""Of one person: ``user`` may be None; ``standing`` is account/invited.py's."""
	if user and user.name in linked:
		if not user.enabled:
			return "disabled"
		return "active" if user.last_login else "invited"
	if email in standing["invited"]:
		return "invited"
	names = {email, user.name} if user else {email}
	return "removed" if names & standing["removed"] else "none"


def invite(customer: str, contact: str) -> str:
	"""Invite the person of a contact to sign in for ``customer``, for staff. Inviting again sends the e-mail again.

	:return: the user's name, which is the e-mail address.
	:raises InvalidInput: words for who invites; nothing was changed.
	"""
	email = require_invitable(customer, contact)
	user = find_user(email)
	if user and user.user_type != "Website User":
		raise InvalidInput(_("{0} works in Desk and is not invited as a customer.").format(email))
	if user and not user.enabled:
		raise InvalidInput(_("The user {0} is disabled.").format(email))
	activity.record_user("User Invited", customer, email)
	return _deliver(customer, contact, email, user)


def invite_unseen(customer: str, contact: str) -> str:
	"""The same for who is no member of staff, and may not learn who has an account, or of what kind: whatever there is at that
	address, the same trace is left, and ``deliver`` sends the same e-mail. The e-mail address.

	:raises InvalidInput: as above, but for what is not about the person's account.
	"""
	email = require_invitable(customer, contact)
	activity.record_user("User Invited", customer, email)
	return email


def deliver(customer: str, contact: str) -> None:
	"""What remains of an invitation by who is no member of staff: the user, where there is none, and the e-mail. Nothing
	where it was taken back meanwhile. Raises InvalidInput."""
	email = require_invitable(customer, contact)
	if invited.is_invited(customer, email):
		_deliver(customer, contact, email, find_user(email))


def require_invitable(customer: str, contact: str) -> str:
	"""The e-mail address of a contact who may be invited, whoever has it. Raises InvalidInput."""
	if frappe.db.get_value("Customer", customer, "disabled"):
		raise InvalidInput(_("This customer is disabled."))
	if not frappe.db.exists(
		"Dynamic Link",
		{"parenttype": "Contact", "parent": contact, "link_doctype": "Customer", "link_name": customer},
	):
		raise InvalidInput(_("This is no contact of the customer."))
	email = sign_ups.normalise(frappe.db.get_value("Contact", contact, "email_id"))
	if not email or not validate_email_address(email):
		raise InvalidInput(_("This contact has no e-mail address that works."))
	if not EmailAccount.find_outgoing():
		raise InvalidInput(_("No e-mail can be sent at the moment. Please contact us."))
	return email


def find_user(email: str):
	"""The user with this e-mail address, or None."""
	fields = ["name", "enabled", "last_login", "user_type", "language"]
	user = frappe.db.get_value("User", {"email": email}, [*fields, "email"], as_dict=True)
	# the database takes "é" for "e"
	return user if user and sign_ups.normalise(user.email) == email else None


def needs_acceptance(customer: str, email: str) -> bool:
	"""Whether an invitation waits for somebody who signs in already. For staff alone."""
	user = find_user(email)
	return bool(user and user.last_login) and not sign_ups.is_linked(customer, user.name)


def _deliver(customer: str, contact: str, email: str, user) -> str:
	if not user:
		user = _make_user(frappe.get_doc("Contact", contact), email, customer)
	send(customer, contact, email, user)
	return user.name


def send(customer: str, contact: str, email: str, user) -> None:
	"""The e-mail, in the person's language: the invitation, or for who signs in for the customer already, where."""
	language = (
		user.language or frappe.db.get_value("Customer", customer, "language") or frappe.local.lang or "en"
	)
	brand = get_brand()
	is_member = bool(user.last_login) and sign_ups.is_linked(customer, user.name)
	days = cint(get_settings().token_expiry_days)
	context = {
		"full_name": frappe.db.get_value("Contact", contact, "full_name") or email,
		"customer_name": frappe.db.get_value("Customer", customer, "customer_name"),
		"company_name": brand["company_name"],
		"contact_line": brand["contact_line"],
		"email": email,
		"is_member": is_member,
		"link": get_site_url(urls.ROOT)
		if is_member
		else mail_links.get_invitation_placeholder(invited.find_latest(customer, email), [email]),
		"valid_until": None if is_member else frappe.utils.add_days(getdate(), days),
	}
	outgoing_mail.send(
		recipients=[email],
		subject=_("Your access to the customer portal of {0}", lang=language).format(brand["company_name"]),
		message=render("email/invitation.html", context, language, translator(language)),
	)


def _make_user(contact, email: str, customer: str):
	user = frappe.get_doc(
		{
			"doctype": "User",
			"email": email,
			"first_name": contact.first_name or contact.full_name or email,
			"last_name": contact.last_name,
			"user_type": "Website User",
			"send_welcome_email": 0,
			"language": frappe.db.get_value("Customer", customer, "language"),
			"roles": [{"role": sign_ups.ROLE}],
		}
	)
	user.flags.no_welcome_mail = True
	with without_throttle():
		# the caller may invite; a website user is all that is made
		# which saves the contact as well (frappe/contacts/doctype/contact: update_contact)
		with contact_pictures.not_asked_for():
			return user.insert(ignore_permissions=True)


@contextmanager
def without_throttle():
	"""Frappe lets 60 users be made in an hour (core/doctype/user/user.py throttle_user_creation), against strangers who sign
	up. Whoever invites is known, and a customer's own user has a limit of their own."""
	limit = frappe.local.conf.get("throttle_user_limit")
	frappe.local.conf.throttle_user_limit = float("inf")
	try:
		yield
	finally:
		if limit is None:
			del frappe.local.conf["throttle_user_limit"]
		else:
			frappe.local.conf.throttle_user_limit = limit


def _describe(contact: str | None, user: str | None, email: str, name: str, state: str) -> dict:
	return {"contact": contact, "user": user, "email": email, "name": name or email, "state": state}
