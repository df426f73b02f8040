"""Addresses of paying. No Frappe here."""

from urllib.parse import quote


def pay_url() -> str:
	"""Where to choose what to pay; posting there begins the payment."""
	return "/portal/pay"


def payment_url(name: str) -> str:
	"""A payment's own page, in whatever state."""
	return f"/portal/pay/{quote(name, safe='')}"


def action_url(action: str, name: str) -> str:
	"""``again`` or ``cancel``."""
	return f"{payment_url(name)}/{action}"


def receipt_url(name: str) -> str:
	return f"/portal/download/receipts/{quote(name, safe='')}.pdf"
