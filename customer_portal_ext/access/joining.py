"""Taking up an invitation (access/invitations.py). Its link works until it was taken up, or back, until the user is disabled, or
until its days are over. By itself it opens nothing: it leads to Frappe's own page for choosing a password, or, for who has
one, to accepting as that user. (Frappe's own activation link works for 20 minutes by default, which is no time for an
invitation.)
"""

from dataclasses import dataclass
from urllib.parse import quote

import frappe

from customer_portal_ext.access import activity, invitation_links, invitations, members
from customer_portal_ext.account import invited, sign_ups
from customer_portal_ext.account.linked import lock_customer
from customer_portal_ext.exceptions import TokenInvalid
from customer_portal_ext.web import urls
from customer_portal_ext.web.brand import get_brand
from customer_portal_ext.web.words import _


@dataclass(frozen=True)
class Invitation:
	customer: str
	email: str
	user: str
	# whether there is a password to sign in with
	has_signed_in: bool


def require_open(invitation: str) -> Invitation:
	"""An invitation that still stands. Raises TokenInvalid for any other, whatever was wrong with it."""
	payload = invitation_links.read(invitation)
	customer, email = payload["customer"], payload["sub"]
	user = invitations.find_user(email)
	is_theirs = user and user.enabled and user.user_type == "Website User"
	if not is_theirs or frappe.db.get_value("Customer", customer, "disabled") != 0:
		raise TokenInvalid
	if sign_ups.is_linked(customer, user.name):
		is_open = not user.last_login
	else:
		# whose contact is gone is no longer meant
		row = payload.get("jti") or invited.find_latest(customer, email)
		is_open = row and invited.is_open(customer, email, row) and members.find_contacts(customer, email)
	if not is_open:
		raise TokenInvalid
	return Invitation(customer, email, user.name, bool(user.last_login))


def get_page(invitation: str) -> dict:
	"""The context of pages/join.html. Nothing is done by looking: scanners of e-mails look, too."""
	found = require_open(invitation)
	url = f"{urls.ROOT}/join/{invitation}"
	signed_in = frappe.session.user if frappe.session.user != "Guest" else None
	if not found.has_signed_in:
		way = "password"
	elif signed_in == found.user:
		way = "accept"
	else:
		way = "leave" if signed_in else "sign-in"
	return {
		"title": _("Welcome"),
		"email": found.email,
		"company_name": get_brand()["company_name"],
		"customer_name": frappe.db.get_value("Customer", found.customer, "customer_name"),
		"way": way,
		"signed_in": signed_in,
		"url": url,
		"sign_in_url": f"/login?redirect-to={quote(url, safe='')}",
	}


def join(invitation: str) -> str:
	"""Take up the invitation: where it leads. To a password, chosen on Frappe's own page with a key made now; or for who has one
	and is signed in as that user, to the portal, on what they see first anyway; for anybody else back to the page."""
	# two who open it at once are let in one after the other
	frappe.db.rollback()
	lock_customer(invitation_links.read(invitation)["customer"])
	found = require_open(invitation)
	if not found.has_signed_in:
		accept(found)
		user = frappe.get_doc("User", found.user)
		return "/update-password?" + user.reset_password().partition("?")[2]
	if frappe.session.user != found.user:
		return f"{urls.ROOT}/join/{invitation}"
	accept(found)
	return urls.with_query(urls.ROOT, {"notice": "invitation-accepted"})


def accept(found: Invitation) -> None:
	"""Let the person in. Doing it again changes nothing."""
	is_new = members.link(found.customer, found.user, by=found.user)
	if not is_new and invited.is_invited(found.customer, found.email):
		activity.record_user(invited.LINKED, found.customer, found.email, by=found.user)
	members.take_contacts(found.customer, found.email, found.user)
