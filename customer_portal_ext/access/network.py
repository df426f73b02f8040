"""Where a request comes from, and how often it may."""

import ipaddress

import frappe

from customer_portal_ext.exceptions import TooManyAttempts


def get_address() -> str | None:
	"""The visitor's address, or None outside a request.

	X-Forwarded-For is believed only when the peer is this machine's own proxy (the bench's nginx), and then its last hop,
	the one the proxy itself saw: anything before that was written by the visitor.
	"""
	request = getattr(frappe.local, "request", None)
	if request is None:
		return None
	peer = request.remote_addr or ""
	forwarded = request.headers.get("X-Forwarded-For", "")
	if forwarded and is_loopback(peer):
		return forwarded.rsplit(",", 1)[-1].strip()[:45]
	return peer


def is_loopback(address: str) -> bool:
	"""Whether ``address`` is this machine; a unix socket has no address and counts as such."""
	try:
		return ipaddress.ip_address(address).is_loopback if address else True
	except ValueError:
		return False


def count_attempt(purpose: str, identity: str | None, limit: int, seconds: int) -> None:
	"""Count one attempt of ``identity``; raises TooManyAttempts from the one after ``limit`` within ``seconds``.

	Frappe's own ``rate_limit`` keys on ``form_dict.cmd``, which a page request does not have, and believes any
	X-Forwarded-For: hence a key and an address of our own. As there, nothing is let through while Redis is away.
	"""
	if count(purpose, identity, seconds) > limit:
		raise TooManyAttempts


def count(purpose: str, identity: str | None, seconds: int) -> int:
	"""How many times ``identity`` has come for ``purpose``, this one included, since the first within ``seconds``."""
	key = get_counter(purpose, identity)
	pipeline = frappe.cache.pipeline()
	pipeline.set(key, 0, ex=seconds, nx=True)
	pipeline.incr(key)
	return pipeline.execute()[-1]


def uncount(purpose: str, identity: str | None) -> None:
	"""Take one back. A count that has run out meanwhile is not begun anew by it, since it would never end."""
	key = get_counter(purpose, identity)
	if frappe.cache.decr(key) < 0:
		frappe.cache.delete(key)


def get_counter(purpose: str, identity: str | None) -> bytes:
	return frappe.cache.make_key(f"portal_limit|{purpose}|{identity}")
