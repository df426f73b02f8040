"""India's UPI: the address of a payment that a UPI app opens (NPCI, UPI Linking Specification 1.6)."""

import re
from decimal import Decimal
from urllib.parse import quote, urlencode

from customer_portal_ext.payments.bank_transfer.transfer import (
	CannotEncode,
	Transfer,
	read_amount,
	read_text,
)

CURRENCY = "INR"
# NPCI's limit for one payment, but for a few trades that have a higher one
LARGEST = Decimal("100000.00")
LONGEST_NAME = 99
LONGEST_REFERENCE = 35

UPI_ID = re.compile(r"[A-Za-z0-9.\-_]{2,256}@[A-Za-z][A-Za-z0-9]{1,63}")


def is_for(transfer: Transfer) -> bool:
	return transfer.currency == CURRENCY and bool(transfer.creditor.upi_id)


def encode(transfer: Transfer) -> str:
	"""``upi://pay?…``, which is both the text of the code and an address for a phone. Raises CannotEncode."""
	if transfer.currency != CURRENCY:
		raise CannotEncode(f"UPI is in {CURRENCY}, not in {transfer.currency}")
	upi_id = read_upi_id(transfer.creditor.upi_id)
	reference = read_text("The reference", transfer.reference, LONGEST_REFERENCE)
	values = {
		"pa": upi_id,
		"pn": read_text("The creditor's name", transfer.creditor.name, LONGEST_NAME),
		"am": read_amount(transfer.amount, LARGEST),
		"cu": CURRENCY,
		"tn": reference,
		"tr": re.sub(r"[^A-Za-z0-9]", "", reference),
	}
	# apps want the @ of an id as it is, and a space as %20
	return "upi://pay?" + urlencode(
		{name: value for name, value in values.items() if value}, quote_via=quote, safe="@"
	)


def read_upi_id(text: str) -> str:
	text = (text or "").strip()
	if not UPI_ID.fullmatch(text):
		raise CannotEncode(f"{text or 'An empty text'} is not a UPI id")
	return text
