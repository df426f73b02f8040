"""The bank transfer that an invoice's page and PDF offer: which standard fits, its QR code, and the same in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import ModuleType

import frappe
from stdnum import iban as iban_numbers

from customer_portal_ext.documents.decimals import to_decimal
from customer_portal_ext.documents.smallest import as_shown
from customer_portal_ext.payments.bank_transfer import creditors, epc, image, paynow, swiss, upi
from customer_portal_ext.payments.bank_transfer.transfer import CannotEncode, Transfer, read_iban
from customer_portal_ext.web.formats import Formats, get_locale
from customer_portal_ext.web.words import _


@dataclass(frozen=True)
class Scheme:
	"""A standard. ``module`` has ``is_for(transfer)`` and ``encode(transfer)``."""

	name: str
	module: ModuleType


# In the order in which Auto tries them: an account in Switzerland is in SEPA as well, and its own bill knows more.
SCHEMES = (
	Scheme("Swiss QR-bill", swiss),
	Scheme("EPC (SEPA)", epc),
	Scheme("PayNow", paynow),
	Scheme("UPI", upi),
)


def get_for_invoice(record: Mapping) -> dict | None:
	"""What components/bank_transfer.html shows for an invoice the guard has checked; None where nothing is open, or no
	standard fits all that is known. No statement, once the settings and the company's account are in the cache."""
	outstanding = get_open(record)
	if record["is_return"] or outstanding <= 0:
		return None
	currency = record["party_account_currency"] or record["currency"]
	return get(record["company"], outstanding, currency, [record["name"]])


def get_open(record: Mapping) -> Decimal:
	"""What is open of the invoice, in whole smallest units of its account's currency."""
	currency = record["party_account_currency"] or record["currency"]
	return as_shown(to_decimal(record["outstanding_amount"]), currency)


def get(company: str, amount: Decimal, currency: str, documents: list[str]) -> dict | None:
	"""``{"scheme", "title", "code" (see image.draw), "rows": [{"label", "value", "to_copy"}], "app_url"}`` or None.

	``amount`` in ``currency`` for ``documents``, whose numbers are the reference.
	"""
	for row in creditors.get_rows(company):
		creditor = creditors.get_creditor(row)
		if creditor is None:
			continue
		transfer = Transfer(creditor, amount, currency, " ".join(documents))
		if found := encode(transfer, row.scheme):
			scheme, text = found
			return describe(scheme, transfer, text)
	return None


def encode(transfer: Transfer, chosen: str | None) -> tuple[str, str] | None:
	"""The scheme's name and the code's text, or None: no code rather than a wrong one."""
	for scheme in SCHEMES:
		if chosen in (None, "", "Auto", scheme.name) and scheme.module.is_for(transfer):
			try:
				return scheme.name, scheme.module.encode(transfer)
			except CannotEncode:
				continue
	return None


def describe(scheme: str, transfer: Transfer, text: str) -> dict:
	titles = {
		"Swiss QR-bill": _("Swiss QR-bill"),
		"EPC (SEPA)": _("SEPA transfer"),
		"PayNow": _("PayNow"),
		"UPI": _("UPI"),
	}
	rows = [*get_account_rows(scheme, transfer), *get_payment_rows(scheme, transfer)]
	return {
		"scheme": scheme,
		"title": titles[scheme],
		"code": image.draw(text, has_swiss_cross=scheme == "Swiss QR-bill"),
		"rows": [{"label": label, "value": value, "to_copy": copied} for label, value, copied in rows],
		# a phone's browser cannot scan its own screen
		"app_url": text if scheme == "UPI" else None,
	}


def get_account_rows(scheme: str, transfer: Transfer) -> list[tuple]:
	"""Whom to pay, as somebody types it into a bank's form: label, what is shown, what is copied (None: not to be typed)."""
	creditor = transfer.creditor
	if scheme == "PayNow":
		kind, proxy = paynow.read_proxy(creditor.paynow_proxy)
		label = _("UEN") if kind == paynow.UEN else _("Mobile number")
		return [(_("Recipient"), creditor.name, None), (label, proxy, proxy)]
	if scheme == "UPI":
		return [(_("Recipient"), creditor.name, None), (_("UPI ID"), creditor.upi_id, creditor.upi_id)]
	iban = read_iban(creditor.iban)
	rows = [(_("Recipient"), creditor.name, creditor.name), (_("IBAN"), iban_numbers.format(iban), iban)]
	if creditor.bic:
		rows.append((_("BIC"), creditor.bic, creditor.bic))
	return rows


def get_payment_rows(scheme: str, transfer: Transfer) -> list[tuple]:
	"""How much, and what the payment is found by."""
	money = Formats(get_locale(frappe.local.lang)).money(transfer.amount, transfer.currency)
	rows = [(_("Amount"), money, f"{transfer.amount:.2f}")]
	if scheme == "Swiss QR-bill":
		kind, reference = swiss.get_reference(read_iban(transfer.creditor.iban), transfer)
		if kind != "NON":
			rows.append((_("Reference"), swiss.format_reference(reference), reference))
		return [*rows, (_("Message"), transfer.reference, transfer.reference)]
	return [*rows, (_("Reference"), transfer.reference, transfer.reference)]
