"""Singapore's PayNow: an EMVCo merchant-presented code (SGQR), for one amount that the payer cannot change."""

import re
from binascii import crc_hqx
from decimal import Decimal

from stdnum.exceptions import ValidationError
from stdnum.sg import uen

from customer_portal_ext.payments.bank_transfer.transfer import (
	CannotEncode,
	Transfer,
	read_amount,
	read_text,
)

CURRENCY = "SGD"
# FAST, which carries PayNow, moves no more at once
LARGEST = Decimal("200000.00")
LONGEST_MERCHANT_NAME = 25
LONGEST_REFERENCE = 25

MOBILE, UEN = "0", "2"


def is_for(transfer: Transfer) -> bool:
	return transfer.currency == CURRENCY and bool(transfer.creditor.paynow_proxy)


def encode(transfer: Transfer) -> str:
	"""The text of the code. Raises CannotEncode."""
	if transfer.currency != CURRENCY:
		raise CannotEncode(f"PayNow is in {CURRENCY}, not in {transfer.currency}")
	kind, proxy = read_proxy(transfer.creditor.paynow_proxy)
	account = (
		element("00", "SG.PAYNOW")
		+ element("01", kind)
		+ element("02", proxy)
		+ element("03", "0")  # the amount cannot be edited
	)
	reference = read_text("The reference", transfer.reference, LONGEST_REFERENCE, is_plain)
	text = (
		element("00", "01")
		+ element("01", "12")  # made for one payment
		+ element("26", account)
		+ element("52", "0000")
		+ element("53", "702")  # SGD in ISO 4217
		+ element("54", read_amount(transfer.amount, LARGEST))
		+ element("58", "SG")
		+ element("59", get_merchant_name(transfer.creditor.name))
		+ element("60", "Singapore")
		+ element("62", element("01", reference))
		+ "6304"
	)
	return text + get_checksum(text)


def element(tag: str, value: str) -> str:
	"""Tag, length in two digits, value."""
	return f"{tag}{len(value):02d}{value}"


def get_checksum(text: str) -> str:
	"""CRC-16/CCITT-FALSE as four hexadecimal digits: 29B1 for "123456789"."""
	return f"{crc_hqx(text.encode('ascii'), 0xFFFF):04X}"


def read_proxy(text: str) -> tuple[str, str]:
	"""The proxy's kind, and the proxy: a company's number, perhaps with PayNow's own three characters after it, or a mobile
	number of Singapore. Raises CannotEncode."""
	plain = re.sub(r"[\s-]", "", text or "").upper()
	if re.fullmatch(r"(\+65)?[89]\d{7}", plain):
		return MOBILE, "+65" + plain[-8:]
	for suffix in (0, 3):
		number = plain[: len(plain) - suffix]
		if plain.isalnum() and plain.isascii():
			try:
				uen.validate(number)
				return UEN, plain
			except ValidationError:
				continue
	raise CannotEncode(f"{text or 'An empty text'} is neither a UEN nor a mobile number of Singapore")


def get_merchant_name(name: str) -> str:
	"""A label and no more: banks show the name that the proxy is registered with. So it may be cut off, or be none."""
	plain = (name or "").strip()
	return plain[:LONGEST_MERCHANT_NAME].strip() if plain and is_plain(plain) else "NA"


def is_plain(text: str) -> bool:
	return text.isascii() and text.isprintable()
