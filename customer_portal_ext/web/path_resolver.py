"""Frappe's ``website_path_resolver`` hook, for the portal's addresses only.

For every page Frappe compiles a routing map of all website rules of all apps anew (website/router.py), which takes longer
than a portal page's own work. No such rule leads to the portal, so its addresses skip them; all others go Frappe's way,
or that of another app that has this hook.
"""

import frappe
from frappe.website.path_resolver import resolve_path


def resolve(path: str) -> str:
	"""The endpoint of a path: itself for the portal's."""
	if is_portal_path(path):
		frappe.local.path = path
		return path
	endpoint = None
	for handler in frappe.get_hooks("website_path_resolver"):
		if frappe.get_attr(handler) is not resolve:
			endpoint = frappe.get_attr(handler)(path)
	return endpoint or resolve_path(path)


def is_portal_path(path: str) -> bool:
	"""Whether the renderer of web/renderer.py takes this path."""
	return path == "portal" or path.startswith("portal/")
