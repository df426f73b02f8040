"""Addresses of paying. No Frappe here."""

from urllib.parse import quote, urlencode


def pay_url() -> str:
	"""Where to choose what to pay; posting there begins the payment."""
	return "/portal/pay"


def review_url(invoice: str | None = None) -> str:
	"""Where the spread is shown before paying; with an invoice, that one as a whole."""
	return with_fields("/portal/pay/review", [("invoice", invoice)] if invoice else [])


def deposit_url(quotation: str) -> str:
	"""Where the deposit on an accepted quotation is paid."""
	return f"/portal/deposit/{quote(quotation)}"


def with_fields(path: str, fields: list[tuple[str, str]]) -> str:
	"""``path`` with a form's fields, several of one name among them."""
	return f"{path}?{urlencode(fields)}" if fields else path


def payment_url(name: str) -> str:
	"""A payment's own page, in whatever state."""
	return f"/portal/pay/{quote(name, safe='')}"


def action_url(action: str, name: str) -> str:
	"""``again`` (go on) or ``cancel``."""
	return f"{payment_url(name)}/{action}"


def receipt_url(name: str) -> str:
	return f"/portal/download/receipts/{quote(name, safe='')}.pdf"
