"""Inviting people to sign in: by staff, and by a customer's own user who may. What is made is an ordinary website user.

The invitation's link works until the person has signed in once, is put out or disabled, or its days are over. It opens
nothing by itself: it leads to Frappe's own page for choosing a password. (Frappe's own activation link works for
20 minutes by default, which is no time for an invitation.)
"""

from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

import frappe
import jwt
from frappe.utils import cint, get_url, getdate, validate_email_address

from customer_portal_ext.access import activity, members
from customer_portal_ext.access.keys import derive_key
from customer_portal_ext.access.mail import translator
from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.account import sign_ups
from customer_portal_ext.account.contacts import get_address_on_file
from customer_portal_ext.exceptions import InvalidInput, TokenInvalid
from customer_portal_ext.platform import outgoing_mail
from customer_portal_ext.web import urls
from customer_portal_ext.web.brand import get_brand
from customer_portal_ext.web.environment import render
from customer_portal_ext.web.words import _

AUDIENCE = "portal-invitation"


def get_people(customer: str) -> list[dict]:
	"""The customer's contacts with an e-mail address, and whoever may sign in: ``[{contact, user, email, name, state}]``.

	``state``: "none" (never invited), "invited" (has not signed in yet), "active", "disabled" (the user is), "removed".
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
		user = users.get(row.user) or users.get(sign_ups.normalise(row.email_id))
		if (user.name if user else row.name) in seen:
			continue
		seen.add(user.name if user else row.name)
		state = get_state(customer, user, linked)
		people.append(_describe(row.name, user.name if user else None, row.email_id, row.full_name, state))
	for name in sorted(linked - seen):
		user = users.get(name)
		if user:
			people.append(_describe(None, name, name, user.full_name, get_state(customer, user, linked)))
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
	for name in filter(None, (row.user, sign_ups.normalise(row.email_id))):
		user = user or frappe.db.get_value("User", name, fields, as_dict=True)
	linked = {user.name} if user and sign_ups.is_linked(customer, user.name) else set()
	return {"user": user.name if user else None, "state": get_state(customer, user, linked)}


def get_state(customer: str, user: dict | None, linked: set[str]) -> str:
	if not user:
		return "none"
	if user.name not in linked:
		return "removed" if members.was_removed(customer, user.name) else "none"
	if not user.enabled:
		return "disabled"
	return "active" if user.last_login else "invited"


def invite(customer: str, contact: str) -> str:
	"""Let the person of a contact sign in for ``customer``, and mail them how. Inviting again sends the e-mail again.

	:return: the user.
	:raises InvalidInput: words for who invites; nothing was changed.
	"""
	if frappe.db.get_value("Customer", customer, "disabled"):
		raise InvalidInput(_("This customer is disabled."))
	if not frappe.db.exists(
		"Dynamic Link",
		{"parenttype": "Contact", "parent": contact, "link_doctype": "Customer", "link_name": customer},
	):
		raise InvalidInput(_("This is no contact of the customer."))
	document = frappe.get_doc("Contact", contact)
	email = sign_ups.normalise(document.email_id)
	if not email or not validate_email_address(email):
		raise InvalidInput(_("This contact has no e-mail address that works."))
	user = _get_or_make_user(document, email, customer)
	if document.user != user.name:
		document.db_set("user", user.name)
	members.link(customer, user.name)
	activity.record_user("User Invited", customer, user.name)
	send(customer, user)
	return user.name


def send(customer: str, user) -> None:
	"""The e-mail, in the person's language: how to choose a password, or for who has one, where to sign in.

	:raises InvalidInput: this site has no account to send e-mails with.
	"""
	language = (
		user.language or frappe.db.get_value("Customer", customer, "language") or frappe.local.lang or "en"
	)
	brand = get_brand()
	days = cint(get_settings().token_expiry_days)
	context = {
		"full_name": user.full_name or user.name,
		"customer_name": frappe.db.get_value("Customer", customer, "customer_name"),
		"company_name": brand["company_name"],
		"contact_line": brand["contact_line"],
		"email": user.name,
		"has_password": bool(user.last_login),
		"link": get_url(urls.ROOT if user.last_login else get_path(customer, user.name, days)),
		"valid_until": None if user.last_login else frappe.utils.add_days(getdate(), days),
	}
	try:
		outgoing_mail.send(
			recipients=[user.email],
			subject=_("Your access to the customer portal of {0}", lang=language).format(
				brand["company_name"]
			),
			message=render("email/invitation.html", context, language, translator(language)),
		)
	except frappe.OutgoingEmailError:
		frappe.clear_messages()
		raise InvalidInput(_("No e-mail can be sent at the moment. Please contact us.")) from None


def get_path(customer: str, user: str, days: int) -> str:
	ends = datetime.now(timezone.utc) + timedelta(days=days)
	payload = {"aud": AUDIENCE, "sub": user, "customer": customer, "exp": ends}
	return f"{urls.ROOT}/join/{jwt.encode(payload, derive_key(AUDIENCE), algorithm='HS256')}"


def require_invited(invitation: str):
	"""The user of an invitation that still stands. Raises TokenInvalid for any other, whatever was wrong with it."""
	try:
		payload = jwt.decode(
			invitation,
			derive_key(AUDIENCE),
			algorithms=["HS256"],
			audience=AUDIENCE,
			options={"require": ["exp", "sub", "customer"]},
		)
	except jwt.InvalidTokenError:
		raise TokenInvalid from None
	user = frappe.db.exists("User", payload["sub"]) and frappe.get_doc("User", payload["sub"])
	is_open = (
		user and user.enabled and not user.last_login and sign_ups.is_linked(payload["customer"], user.name)
	)
	if not is_open or frappe.db.get_value("Customer", payload["customer"], "disabled"):
		raise TokenInvalid
	return user


def get_join_page(invitation: str) -> dict:
	"""The context of pages/join.html. Nothing is done by looking: scanners of e-mails look, too."""
	user = require_invited(invitation)
	return {"title": _("Welcome"), "email": user.name, "url": f"{urls.ROOT}/join/{invitation}"}


def join(invitation: str) -> str:
	"""Where the person chooses a password: Frappe's own page, with a key made now."""
	user = require_invited(invitation)
	return "/update-password?" + user.reset_password().partition("?")[2]


def _get_or_make_user(contact, email: str, customer: str):
	name = frappe.db.exists("User", email)
	if name:
		user = frappe.get_doc("User", name)
		if user.user_type != "Website User":
			raise InvalidInput(_("{0} works in Desk and is not invited as a customer.").format(email))
		if not user.enabled:
			raise InvalidInput(_("The user {0} is disabled.").format(email))
		return user
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
