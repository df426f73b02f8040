"""Who comes and goes: links, invitations, colleagues, organisations."""

from datetime import timedelta

import frappe
from frappe.utils import now_datetime, sha256_hash

from customer_portal_ext.access import invitation_links, invitations, tokens
from tests import factories
from tests.factories.account import make_email
from tests.factories.jobs import LINK_JOB, take_waiting
from tests.security.sendings.stage import Sending, sends


@sends("/portal/fresh-link")
def fresh_link(stage):
	token = tokens.issue(stage.customer.name)
	token.db_set("expires_on", now_datetime() - timedelta(minutes=1))
	return Sending(
		stage.new_client(),
		tokens.get_link(token),
		"/portal/fresh-link",
		status=200,
		makes={"Portal Access Token": 1, "Email Queue": 1},
		traces=("Asked for Fresh Link", "Link Issued", "Link E-mailed"),
	)


@sends("/portal/my-link")
def my_link(stage):
	email = stage.customer.email_id

	def check(_location):
		assert len(take_waiting(LINK_JOB, address=email)) == 1

	return Sending(
		stage.new_client(), "/portal", "/portal/my-link", {"email": email}, status=200, check=check
	)


@sends("/portal/leave")
def leave_a_link(stage):
	return Sending(stage.enter(), "/portal", "/portal/leave")


@sends("/portal/leave")
def sign_out(stage):
	client = stage.sign_in()

	def check(_answers):
		assert not frappe.db.sql("select 1 from tabSessions where user = %s", client.user)
		assert not frappe.cache.hget("session", client.cookie("sid"))

	return Sending(client, "/portal", "/portal/leave", check=check)


@sends("/portal/join/<invitation>")
def join(stage):
	user = invitations.invite(stage.customer.name, stage.customer.customer_primary_contact)
	path = invitation_links.get_path(stage.customer.name, user, 30)

	def check(location):
		key = location.rpartition("key=")[2]
		assert frappe.db.get_value("User", user, "reset_password_key") == sha256_hash(key)

	return Sending(
		stage.new_client(), path, path, makes={"Portal User": 1}, traces=("User Linked",), check=check
	)


@sends("/portal/colleagues")
def invite_a_colleague(stage):
	values = {"first_name": "Ada", "last_name": "Lovelace", "email": make_email()}
	return Sending(
		stage.sign_in(),
		"/portal/colleagues",
		"/portal/colleagues",
		values,
		makes={"Contact": 1, "Dynamic Link": 1, "User": 1, "Email Queue": 1},
		traces=("User Invited",),
	)


@sends("/portal/remove-colleague")
def remove_a_colleague(stage):
	contact = factories.make_contact(stage.customer, make_email(), is_primary=False)
	invitations.invite(stage.customer.name, contact.name)
	return Sending(
		stage.sign_in(),
		"/portal/colleagues",
		"/portal/remove-colleague",
		traces=("User Removed",),
	)


@sends("/portal/ask-for-account")
def ask_for_account(stage):
	return Sending(
		stage.enter(),
		"/portal",
		"/portal/ask-for-account",
		makes={"User": 1, "Email Queue": 1},
		traces=("User Invited",),
	)


@sends("/portal/switch")
def switch(stage):
	other = factories.make_customer()
	return Sending(stage.sign_in(other), "/portal", "/portal/switch", {"customer": other.name})
