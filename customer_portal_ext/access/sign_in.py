"""Signing in and out. Passwords, two-factor and social login are Frappe's own; this is what the portal adds to them."""

from urllib.parse import quote

import frappe

from customer_portal_ext.access import guard, session, staff_view, switching, users
from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.web import urls


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


def get_home_page(user: str) -> str | None:
	"""Where Frappe leads a website user after signing in, and at "/": the portal, for who has one. A home page set for a role
	or in Portal Settings comes first; where this says None, the site's other rules follow."""
	if get_settings().enabled and users.get_customers(user):
		return "portal"
	for method in frappe.get_hooks("get_website_user_home_page"):
		if frappe.get_attr(method) is not get_home_page and (page := frappe.get_attr(method)(user)):
			return page
	return None
