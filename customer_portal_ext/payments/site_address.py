"""The site's own public address, for links that a gateway sends people back to."""

from urllib.parse import urljoin

import frappe
from frappe.utils import get_url


def get_site_url(path: str) -> str:
	"""``path`` as a whole address of this site, never by a request's Host header, which a visitor can write.

	Frappe takes that header where ``host_name`` is not configured; outside a request it takes the site's name.
	"""
	request = getattr(frappe.local, "request", None)
	if request is None or frappe.conf.host_name or frappe.conf.hostname:
		return urljoin(get_url(), path)
	frappe.local.request = None
	try:
		return urljoin(get_url(), path)
	finally:
		frappe.local.request = request
