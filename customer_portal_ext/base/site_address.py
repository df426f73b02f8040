"""The site's own public address, for every e-mail, code, PDF, webhook and redirect. It never comes from a request."""

from urllib.parse import urljoin

import frappe
from frappe.utils import get_url


def get_site_url(path: str = "") -> str:
	"""``path`` as a whole address of this site, never by a request's Host header, which a visitor can write.

	Frappe takes that header where ``host_name`` is not configured; outside a request it takes the site's name.
	"""
	request = getattr(frappe.local, "request", None)
	if request is None or is_configured():
		return urljoin(get_url(), path)
	frappe.local.request = None
	try:
		return urljoin(get_url(), path)
	finally:
		frappe.local.request = request


def is_configured() -> bool:
	"""Whether site_config.json says under which address the site is reached."""
	return bool(frappe.conf.host_name or frappe.conf.hostname)


def hold_for_request() -> None:
	"""Let Frappe's own ``get_url`` give the same address for the rest of this request: the frame around an e-mail, its pictures
	and what it counts are Frappe's. ``frappe.conf`` is read anew for each request, so this lasts no longer."""
	if not is_configured():
		frappe.conf.host_name = get_site_url()
