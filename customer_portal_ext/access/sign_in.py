"""Signing in and out. Passwords, two-factor and social login are Frappe's own; this is what the portal adds to them."""

from urllib.parse import quote

import frappe

from customer_portal_ext.access import activity, guard, members, session, staff_view, switching, users
from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.account import sign_ups
from customer_portal_ext.web import urls

PROOFS = ("frappe.www.login.login_via_key", "frappe.integrations.oauth2_logins.login_via_google")


def leave(cookies) -> tuple[str, dict]:
	"""End what is going on, and no more: a view as customer, else a link's visit, else the user's session. Where to go, and
	the cookies to set."""
	if cookies.get(staff_view.COOKIE):
		visitor = guard.find_visitor()
		back = f"/app/customer/{quote(visitor.customer)}" if visitor else "/app/customer"
		return back, {staff_view.COOKIE: ("", 0)}
	if cookies.get(session.COOKIE):
		notice = "left" if frappe.session.user == "Guest" else "link-left"
		return f"{urls.ROOT}?notice={notice}", {session.COOKIE: ("", 0)}
	if frappe.session.user != "Guest":
		frappe.local.login_manager.logout()
		return f"{urls.ROOT}?notice=signed-out", {switching.COOKIE: ("", 0)}
	return f"{urls.ROOT}?notice=left", {}


def on_login(login_manager) -> None:
	"""Frappe's hook for every way of signing in. Whoever signs in is the user from now on, and no longer who a link made
	them, or who they viewed as."""
	if login_manager.user in (None, "Guest"):
		return
	for cookie in (session.COOKIE, staff_view.COOKIE):
		frappe.local.cookie_manager.delete_cookie(cookie)
	frappe.db.savepoint("portal_sign_in")
	try:
		meet(login_manager.user, proves_email(login_manager))
	except Exception:
		# whatever is wrong with a customer's records, nobody is kept from signing in by it
		frappe.db.rollback(save_point="portal_sign_in")
		frappe.clear_messages()
		frappe.log_error("Customer Portal: signing in", frappe.get_traceback())


def meet(user: str, has_proven_email: bool) -> None:
	"""Link a website user to the customers their verified e-mail belongs to, and note that they signed in."""
	if frappe.db.get_value("User", user, "user_type") == "Website User":
		if has_proven_email:
			activity.record_verified(user)
		if get_settings().enabled and get_settings().link_sign_ups and is_verified(user):
			members.link_sign_up(user)
		known = users.get_customers(user) or sign_ups.find_customers(user, anyhow=True)
		sign_ups.keep_to_customer(user, known)
	for customer in users.get_customers(user):
		activity.record_sign_in(customer, user)


def proves_email(login_manager) -> bool:
	"""Whether this sign-in itself shows that the user reads the mailbox: by a link that was mailed there, or by Google's word.

	Frappe takes the e-mail of any other social login unverified (frappe/utils/oauth.py get_info_via_oauth asks for
	``email_verified`` or an e-mail), so none of those counts.
	"""
	# Who signs in with a password does so while Frappe makes the manager, before a method is called: what the request then
	# says is called is no more than what the form wrote.
	if getattr(frappe.local, "login_manager", None) is not login_manager:
		return False
	method = frappe.form_dict.get("cmd") or frappe.local.request.path.rpartition("/")[2]
	if method == "frappe.core.doctype.user.user.update_password":
		# whoever knows a password that has expired is given a key at once, without an e-mail (LoginManager.login)
		return bool(frappe.form_dict.get("key")) and not login_manager.force_user_to_reset_password()
	return method in PROOFS


def is_verified(user: str) -> bool:
	"""Whether the user has once proven the e-mail they have now: renaming the user takes it away. Kept where no user can
	write; their own record and their defaults they can (frappe's set_session_default_values)."""
	return activity.has_verified(user)


def get_home_page(user: str) -> str | None:
	"""Where Frappe leads a website user after signing in, and at "/": the portal, for who has one. A home page set for a role
	or in Portal Settings comes first; where this says None, the site's other rules follow."""
	if get_settings().enabled and users.get_customers(user):
		return "portal"
	for method in frappe.get_hooks("get_website_user_home_page"):
		if frappe.get_attr(method) is not get_home_page and (page := frappe.get_attr(method)(user)):
			return page
	return None
