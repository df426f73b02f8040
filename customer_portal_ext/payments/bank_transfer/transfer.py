"""What a transfer is made of, whatever code it is written in. Pure: no Frappe, no database."""

from dataclasses import dataclass
from decimal import Decimal

from stdnum import bic, iban
from stdnum.exceptions import ValidationError


class CannotEncode(ValueError):
	"""The data does not fit the standard: there is no code rather than a wrong one. The message is for staff, in English."""


@dataclass(frozen=True)
class CreditorAddress:
	"""Where the creditor is, for the one standard that asks for it. ``country`` is an ISO 3166 code."""

	street: str
	postal_code: str
	town: str
	country: str


@dataclass(frozen=True)
class Creditor:
	"""Who is paid and where. Each scheme takes what it needs and checks that."""

	name: str
	iban: str = ""
	bic: str = ""
	address: CreditorAddress | None = None
	paynow_proxy: str = ""
	upi_id: str = ""


@dataclass(frozen=True)
class Transfer:
	"""``amount`` in ``currency``; ``reference`` is what the creditor finds the payment by: the invoice's number, or several
	with a space between them."""

	creditor: Creditor
	amount: Decimal
	currency: str
	reference: str

	@property
	def is_for_one_document(self) -> bool:
		return " " not in self.reference


def read_iban(text: str) -> str:
	"""The IBAN without spaces, its length, structure and check digits (ISO 7064, modulo 97) checked. Raises CannotEncode."""
	try:
		# the national check digits inside an IBAN are the bank's affair: not all that are in use keep to them
		return iban.validate(text or "", check_country=False)
	except ValidationError:
		raise CannotEncode(f"{text or 'An empty text'} is not an IBAN") from None


def read_bic(text: str) -> str:
	"""The BIC in capitals, or an empty text for none. Raises CannotEncode."""
	if not (text or "").strip():
		return ""
	try:
		return bic.validate(text)
	except ValidationError:
		raise CannotEncode(f"{text} is not a BIC") from None


def read_amount(amount: Decimal, largest: Decimal) -> str:
	"""The amount with its two decimals, which all four standards have. Raises CannotEncode."""
	if not Decimal("0.01") <= amount <= largest:
		raise CannotEncode(f"The amount {amount} is not between 0.01 and {largest}")
	if amount != amount.quantize(Decimal("0.01")):
		raise CannotEncode(f"The amount {amount} has more than two decimals")
	return f"{amount:.2f}"


def read_text(what: str, text: str, longest: int, is_allowed=str.isprintable) -> str:
	"""``text`` without outer spaces, once it is known to fit. It is never cut off. Raises CannotEncode."""
	text = (text or "").strip()
	if not text:
		raise CannotEncode(f"{what} is missing")
	if len(text) > longest:
		raise CannotEncode(f"{what} has more than {longest} characters")
	if not is_allowed(text):
		raise CannotEncode(f"{what} has characters that the standard does not know: {text!r}")
	return text
