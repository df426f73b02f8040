"""The European Payments Council's code for a SEPA credit transfer: EPC069-12, version 002, UTF-8."""

import re
from decimal import Decimal

from customer_portal_ext.payments.bank_transfer.transfer import (
	CannotEncode,
	Transfer,
	read_amount,
	read_bic,
	read_iban,
	read_text,
)

CURRENCY = "EUR"
LARGEST = Decimal("999999999.99")
LONGEST_NAME = 70
LONGEST_REMITTANCE = 140
LONGEST_PAYLOAD_BYTES = 331

EEA = frozenset(
	"AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split()
)
# EPC409-09: in SEPA, but outside the EEA, where a transfer needs the bank's BIC
BEYOND_EEA = frozenset("AD AL CH GB GI MC MD ME MK RS SM VA".split())

# What every bank passes on unchanged (EPC217-08): a reference with other characters would arrive as something else.
REFERENCE = re.compile(r"(?!/)(?!.*//)[A-Za-z0-9/?:().,'+ -]+(?<!/)")


def is_for(transfer: Transfer) -> bool:
	"""Whether SEPA leads to this account at all, in this currency."""
	return transfer.currency == CURRENCY and transfer.creditor.iban.strip()[:2].upper() in EEA | BEYOND_EEA


def encode(transfer: Transfer) -> str:
	"""The text of the code, one element per line. Raises CannotEncode."""
	if transfer.currency != CURRENCY:
		raise CannotEncode(f"SEPA transfers are in {CURRENCY}, not in {transfer.currency}")
	iban, bic = read_iban(transfer.creditor.iban), read_bic(transfer.creditor.bic)
	if iban[:2] not in EEA | BEYOND_EEA:
		raise CannotEncode(f"An account in {iban[:2]} is not in SEPA")
	if iban[:2] in BEYOND_EEA and not bic:
		raise CannotEncode(f"A transfer to {iban[:2]} needs the bank's BIC")
	text = "\n".join(
		(
			"BCD",
			"002",
			"1",
			"SCT",
			bic,
			read_text("The creditor's name", transfer.creditor.name, LONGEST_NAME),
			iban,
			CURRENCY + read_amount(transfer.amount, LARGEST),
			"",  # purpose code
			"",  # structured reference: the plain text below is what people can read and type
			read_text("The reference", transfer.reference, LONGEST_REMITTANCE, REFERENCE.fullmatch),
		)
	)
	if len(text.encode()) > LONGEST_PAYLOAD_BYTES:
		raise CannotEncode(f"The code would hold more than {LONGEST_PAYLOAD_BYTES} bytes")
	return text
