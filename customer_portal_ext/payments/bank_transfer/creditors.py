"""Who is paid by bank transfer: read from the settings' rows and the company's own Bank Account.

All of it comes through Frappe's document cache, which a save of the document clears: an invoice's page asks the database
for nothing more.
"""

import frappe
from frappe import _

from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.payments.bank_transfer import paynow, upi
from customer_portal_ext.payments.bank_transfer.transfer import (
	CannotEncode,
	Creditor,
	CreditorAddress,
	read_bic,
	read_iban,
)


def get_rows(company: str) -> list:
	"""The settings' rows of a company, in the order staff gave them."""
	return [row for row in get_settings().bank_transfers if row.company == company]


def get_creditor(row) -> Creditor | None:
	"""The creditor of a row, not checked yet; None where its Bank Account is disabled, deleted or no longer the company's."""
	iban = bic = ""
	if row.bank_account:
		try:
			account = frappe.get_cached_doc("Bank Account", row.bank_account)
		except frappe.DoesNotExistError:
			frappe.clear_last_message()
			return None
		if account.disabled or not account.is_company_account or account.company != row.company:
			return None
		iban = account.iban or ""
		bic = (account.bank and frappe.get_cached_value("Bank", account.bank, "swift_number")) or ""
	return Creditor(
		name=frappe.get_cached_value("Company", row.company, "company_name") or row.company,
		iban=iban,
		bic=bic,
		address=get_address(row.address),
		paynow_proxy=row.paynow_proxy or "",
		upi_id=row.upi_id or "",
	)


def get_address(name: str | None) -> CreditorAddress | None:
	if not name:
		return None
	try:
		address = frappe.get_cached_doc("Address", name)
	except frappe.DoesNotExistError:
		frappe.clear_last_message()
		return None
	code = address.country and frappe.get_cached_value("Country", address.country, "code")
	return CreditorAddress(
		street=address.address_line1 or "",
		postal_code=address.pincode or "",
		town=address.city or "",
		country=(code or "").upper(),
	)


def validate_rows(rows) -> None:
	"""Refuse rows of Customer Portal Settings that no code can ever be made of, with what is wrong."""
	for row in rows:
		if row.bank_account and not row.get("address"):
			row.address = get_company_address(row.company)
		try:
			validate_row(row)
		except CannotEncode as problem:
			text = _("Bank Transfers, row {0}: {1}.").format(row.idx, problem)
			frappe.throw(frappe.utils.escape_html(text))


def validate_row(row) -> None:
	"""Raises CannotEncode."""
	creditor = get_creditor(row)
	if creditor is None:
		raise CannotEncode(
			_("{0} is not an enabled Bank Account of {1}").format(row.bank_account, row.company)
		)
	read_bic(creditor.bic)
	if creditor.iban or row.scheme in ("EPC (SEPA)", "Swiss QR-bill"):
		read_iban(creditor.iban)
	if row.scheme == "Swiss QR-bill" and not creditor.address:
		raise CannotEncode(_("a Swiss QR-bill needs the Company Address"))
	if creditor.paynow_proxy or row.scheme == "PayNow":
		paynow.read_proxy(creditor.paynow_proxy)
	if creditor.upi_id or row.scheme == "UPI":
		upi.read_upi_id(creditor.upi_id)
	if not (creditor.iban or creditor.paynow_proxy or creditor.upi_id):
		raise CannotEncode(_("it names no IBAN, PayNow number or UPI ID"))


def get_company_address(company: str) -> str | None:
	"""The company's own address, its primary one first."""
	return frappe.db.get_value(
		"Address",
		[
			["Dynamic Link", "link_doctype", "=", "Company"],
			["Dynamic Link", "link_name", "=", company],
			["disabled", "=", 0],
		],
		"name",
		order_by="is_primary_address desc",
	)
