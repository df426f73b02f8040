"""The intent to pay: a Portal Payment made on the server from a checked choice, once per form."""

from dataclasses import dataclass

from customer_portal_ext.payments.choice import Choice


@dataclass(frozen=True)
class Origin:
	"""Who pays from where: what the gate knows, and the e-mail address for the receipt."""

	customer: str
	visitor_name: str = ""
	email: str = ""
	language: str = "en"
	ip_address: str | None = None
	token: str | None = None
	user: str | None = None
	visit: str | None = None


def create(choice: Choice, gateway: str | None, form_key: str, origin: Origin) -> tuple[object, bool]:
	"""The Portal Payment of this form, and whether it was made now. Commits.

	Idempotent by ``form_key``: the same form sent twice, even at once, is the same payment. The customer's row is locked, so that
	two tabs that pay the same document come one after the other.

	:param gateway: a key of gateways.list_for(...), checked by the caller; None where credit pays all.
	:raises PaymentUnderWay: one of the documents is being paid already; ``.payment`` is its name.
	:raises InvalidInput: what was chosen is no longer open.
	"""
	raise NotImplementedError
