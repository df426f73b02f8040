"""The record of each refund or dispute, and its draft Journal Entry: debit the customer, credit the gateway's account."""

from decimal import Decimal

import frappe
from erpnext.accounts.utils import get_account_currency
from frappe import _
from frappe.utils import getdate

from customer_portal_ext.documents.decimals import to_decimal
from customer_portal_ext.payments import gateway_accounts, payment_entry, posting

DOCTYPE = "Portal Payment Reversal"
OPEN, DRAFTED, WITHDRAWN = "Open", "Drafted", "Withdrawn"


def record(payment, reversal) -> str | None:
	"""Write one refund or dispute of the locked ``payment`` as it is now. What is new for staff; None where nothing is. No commit.

	:param reversal: a ``stripe_refunds.Reversal``.
	"""
	standing = frappe.db.get_value(DOCTYPE, {"provider_reference": reversal.reference})
	row = frappe.get_doc(DOCTYPE, standing, for_update=True) if standing else insert(payment, reversal)
	if standing and (row.provider_status, row.amount_minor) == (reversal.status, reversal.amount_minor):
		return None
	had_amount = row.amount_minor
	row.db_set(
		{
			"provider_status": reversal.status,
			"amount_minor": reversal.amount_minor,
			"amount": float(reversal.amount),
			"reason": reversal.reason,
		}
	)
	if reversal.is_undone:
		return f"{describe(reversal)} {withdraw(row)}".strip()
	if reversal.moves_money and row.state == OPEN and not row.journal_entry:
		return f"{describe(reversal)} {draft(payment, row, reversal)}".strip()
	if had_amount != reversal.amount_minor and row.journal_entry:
		return f"{describe(reversal)} {_('Check the amount of Journal Entry {0}.').format(row.journal_entry)}"
	return describe(reversal)


def insert(payment, reversal):
	row = frappe.get_doc(
		{
			"doctype": DOCTYPE,
			"portal_payment": payment.name,
			"kind": reversal.kind,
			"provider_reference": reversal.reference,
			"customer": payment.customer,
			"company": payment.company,
			"currency": reversal.currency,
			"happened_on": reversal.happened_on,
			"state": OPEN,
		}
	)
	# Written by the app alone, from what the gateway itself has said.
	return row.insert(ignore_permissions=True)


def draft(payment, row, reversal) -> str:
	"""Make the draft. What to tell staff about it; an obstacle is told as well, and nothing is half made."""
	frappe.db.savepoint("portal_reversal")
	try:
		with posting.acting_as_administrator():
			entry = make_entry(payment, reversal)
	except frappe.ValidationError as error:
		frappe.db.rollback(save_point="portal_reversal")
		reason = posting.describe(error)
		row.db_set("error", reason)
		return _("No draft could be made: {0}").format(reason)
	row.db_set({"state": DRAFTED, "journal_entry": entry.name, "error": None})
	return _("Journal Entry {0} is a draft: check and submit it.").format(entry.name)


def make_entry(payment, reversal):
	"""The draft, at the rates of the Payment Entry, so that nothing but the money itself goes back. Raises ValidationError."""
	if reversal.currency != payment.currency:
		frappe.throw(_("It is in {0}, the payment was in {1}.").format(reversal.currency, payment.currency))
	settings = gateway_accounts.get(payment.gateway, payment.company, payment.currency)
	company_currency, cost_center = frappe.get_cached_value(
		"Company", payment.company, ["default_currency", "cost_center"]
	)
	bank_currency = get_account_currency(settings.account)
	rate, bank_rate = get_rates(payment, bank_currency, company_currency, reversal)
	held = payment_entry.convert(reversal.amount, rate / bank_rate, bank_currency)
	entry = frappe.get_doc(
		{
			"doctype": "Journal Entry",
			"voucher_type": "Journal Entry",
			"company": payment.company,
			"posting_date": getdate(reversal.happened_on),
			"multi_currency": int({payment.currency, bank_currency} != {company_currency}),
			"cheque_no": reversal.reference,
			"cheque_date": getdate(reversal.happened_on),
			"user_remark": f"{payment.name}: {describe(reversal)}",
			"accounts": [
				{
					"account": payment.party_account,
					"party_type": "Customer",
					"party": payment.customer,
					"exchange_rate": float(rate),
					"debit_in_account_currency": float(reversal.amount),
					"cost_center": cost_center,
				},
				{
					"account": settings.account,
					"exchange_rate": float(bank_rate),
					"credit_in_account_currency": float(held),
					"cost_center": cost_center,
				},
			],
		}
	)
	# A draft that staff check; the gateway that reports the refund has no user here.
	return entry.insert(ignore_permissions=True)


def get_rates(payment, bank_currency: str, company_currency: str, reversal) -> tuple[Decimal, Decimal]:
	"""Exchange rates of the receivable and the gateway's account: the Payment Entry's, else the day's."""
	if payment.payment_entry:
		posted = frappe.db.get_value(
			"Payment Entry", payment.payment_entry, ["source_exchange_rate", "target_exchange_rate"]
		)
		return to_decimal(posted[0]), to_decimal(posted[1])
	day = getdate(reversal.happened_on)
	return (
		payment_entry.get_rate(payment.currency, company_currency, day),
		payment_entry.get_rate(bank_currency, company_currency, day),
	)


def withdraw(row) -> str:
	"""The money did not go, or came back: a draft is deleted, a submitted entry is left to staff."""
	entry = row.journal_entry
	docstatus = frappe.db.get_value("Journal Entry", entry, "docstatus") if entry else None
	if docstatus == 1:
		row.db_set("state", WITHDRAWN)
		return _("Journal Entry {0} has been submitted: reverse it.").format(entry)
	row.db_set({"state": WITHDRAWN, "journal_entry": None})
	if docstatus == 0:
		frappe.db.set_value(
			"Portal Payment", {"name": row.portal_payment, "reversing_entry": entry}, "reversing_entry", None
		)
		# The app made this draft, and what it was for has not happened.
		frappe.delete_doc("Journal Entry", entry, ignore_permissions=True, force=True)
		return _("The draft was deleted.")
	return ""


def get_refunded_minor(payment: str) -> int:
	"""What went back by refunds, in the smallest unit."""
	rows = frappe.get_all(
		DOCTYPE,
		{"portal_payment": payment, "kind": "Refund", "state": ("!=", WITHDRAWN)},
		pluck="amount_minor",
	)
	return sum(rows)


def get_latest_entry(payment: str) -> str | None:
	names = frappe.get_all(
		DOCTYPE,
		{"portal_payment": payment, "journal_entry": ("is", "set")},
		order_by="creation desc",
		limit=1,
		pluck="journal_entry",
	)
	return names[0] if names else None


def describe(reversal) -> str:
	"""What happened, in a line for staff."""
	text = (
		_("Refund {0} of {1} at the gateway: {2}.")
		if reversal.kind == "Refund"
		else _("Dispute {0} of {1} at the gateway: {2}.")
	)
	said = f"{reversal.status}, {reversal.reason}" if reversal.reason else reversal.status
	return text.format(reversal.reference, f"{reversal.amount} {reversal.currency}", said)
