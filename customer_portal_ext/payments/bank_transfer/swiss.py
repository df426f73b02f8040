"""The Swiss QR-bill's code: SIX, Swiss Implementation Guidelines QR-bill 2.3, with structured addresses alone."""

import re
from decimal import Decimal

from stdnum import iso11649
from stdnum.ch import esr

from customer_portal_ext.payments.bank_transfer.transfer import (
	CannotEncode,
	Transfer,
	read_amount,
	read_iban,
	read_text,
)

CURRENCIES = ("CHF", "EUR")
COUNTRIES = ("CH", "LI")
LARGEST = Decimal("999999999.99")
LONGEST_MESSAGE = 140
LONGEST_QR_REFERENCE = 26
LONGEST_CREDITOR_REFERENCE = 21
NO_ADDRESS = [""] * 7

# Basic Latin, Latin-1 Supplement, Latin Extended-A, and the five that the guidelines add
ALPHABET = re.compile("[ -~\u00a0-\u017f\u0218-\u021b\u20ac]+")


def is_for(transfer: Transfer) -> bool:
	return transfer.currency in CURRENCIES and transfer.creditor.iban.strip()[:2].upper() in COUNTRIES


def encode(transfer: Transfer) -> str:
	"""The text of the code: 31 elements, one per line; who pays is left open. Raises CannotEncode."""
	if transfer.currency not in CURRENCIES:
		raise CannotEncode(f"A QR-bill is in {' or '.join(CURRENCIES)}, not in {transfer.currency}")
	iban = read_iban(transfer.creditor.iban)
	if iban[:2] not in COUNTRIES:
		raise CannotEncode(f"A QR-bill's account is in {' or '.join(COUNTRIES)}, not in {iban[:2]}")
	address = transfer.creditor.address
	if address is None:
		raise CannotEncode("A QR-bill needs the creditor's address")
	if not re.fullmatch("[A-Z]{2}", address.country):
		raise CannotEncode("The creditor's country has no ISO code")
	return "\n".join(
		(
			"SPC",
			"0200",
			"1",
			iban,
			"S",
			read("The creditor's name", transfer.creditor.name, 70),
			read("The creditor's street", address.street, 70),
			"",  # the building number may stand with the street
			read("The creditor's postal code", address.postal_code, 16),
			read("The creditor's town", address.town, 35),
			address.country,
			*NO_ADDRESS,  # ultimate creditor: kept for the future by the guidelines
			read_amount(transfer.amount, LARGEST),
			transfer.currency,
			*NO_ADDRESS,  # ultimate debtor
			*get_reference(iban, transfer),
			read("The reference", transfer.reference, LONGEST_MESSAGE),
			"EPD",
		)
	)


def read(what: str, text: str, longest: int) -> str:
	return read_text(what, text, longest, ALPHABET.fullmatch)


def is_qr_iban(iban: str) -> bool:
	"""Whether the account is one for QR references: the bank's number is between 30000 and 31999."""
	return "30000" <= iban[4:9] <= "31999"


def get_reference(iban: str, transfer: Transfer) -> tuple[str, str]:
	"""The type of reference and the reference. Raises CannotEncode.

	A QR-IBAN requires a QR reference, of digits alone: those of the document's number. Other accounts get a creditor
	reference (ISO 11649) where the number fits into one. The message beside it holds the number as it is, in each case.
	"""
	if is_qr_iban(iban):
		digits = re.sub(r"[^0-9]", "", transfer.reference)
		if not digits or len(digits) > LONGEST_QR_REFERENCE or not transfer.is_for_one_document:
			raise CannotEncode(f"No QR reference can be made of {transfer.reference!r}")
		padded = digits.zfill(LONGEST_QR_REFERENCE)
		return "QRR", padded + esr.calc_check_digit(padded)
	plain = re.sub(r"[^A-Z0-9]", "", transfer.reference.upper())
	if not plain or len(plain) > LONGEST_CREDITOR_REFERENCE or not transfer.is_for_one_document:
		return "NON", ""
	return "SCOR", make_creditor_reference(plain)


def make_creditor_reference(plain: str) -> str:
	"""``RF``, two check digits and up to 21 letters and digits (ISO 11649)."""
	# the check digits are what makes the whole, read as a number with A = 10, leave 1 when divided by 97
	number = "".join(str(int(character, 36)) for character in plain + "RF00")
	return iso11649.validate(f"RF{98 - int(number) % 97:02d}{plain}")


def format_reference(reference: str) -> str:
	"""As it is printed: in fours for a creditor reference, in fives from the right for a QR reference."""
	if reference.startswith("RF"):
		return " ".join(reference[at : at + 4] for at in range(0, len(reference), 4))
	return f"{reference[:2]} " + " ".join(reference[at : at + 5] for at in range(2, len(reference), 5))
