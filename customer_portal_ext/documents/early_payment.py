"""Early payment discount: what of an instalment need not be paid if the money comes by a day.

ERPNext's rule and figures (payment_entry.py: apply_early_payment_discount): a percentage is one of the whole document, whatever
the instalment's own part of it; the amount is counted in the receivable account's currency; the day itself is in time.
Of each instalment it is rounded by itself, as each can be paid by itself.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

import frappe
from frappe.utils import cint, flt

from customer_portal_ext.base.currencies import get_decimals
from customer_portal_ext.documents.decimals import to_decimal

# what of a row of the payment schedule says whether there is a discount, and which
FIELDS = ("discount_date", "discount_type", "discount", "discounted_amount")
ZERO = Decimal(0)


def is_announced(row: Mapping, company: str, today: date) -> bool:
	"""Whether the row's discount can still be had: given once, it is not given again. No statement where there is none."""
	return bool(
		row["discount"]
		and row["discount_date"]
		and today <= row["discount_date"]
		and not row["discounted_amount"]
		and can_be_booked(company)
	)


def get_discount(invoice: Mapping, row: Mapping, open_part: Decimal, today: date) -> Decimal:
	"""What is taken off the open part of an instalment, in whole smallest units of the receivable account's currency.

	Nothing where it would be all of it: ERPNext's Payment Entry needs money.

	:param invoice: has ``company, currency, party_account_currency, grand_total, base_grand_total``.
	"""
	if open_part <= 0 or not is_announced(row, invoice["company"], today):
		return ZERO
	currency = invoice["party_account_currency"] or invoice["currency"]
	is_own = currency == frappe.get_cached_value("Company", invoice["company"], "default_currency")
	amount = get_amount(row, invoice["base_grand_total" if is_own else "grand_total"], currency)
	return amount if amount < open_part else ZERO


def get_amount(row: Mapping, total: Decimal, currency: str) -> Decimal:
	"""The discount of a document that asks for ``total``, rounded as ERPNext rounds it."""
	discount = to_decimal(row["discount"])
	if row["discount_type"] == "Percentage":
		discount = to_decimal(total) * discount / 100
	decimals = get_decimals(currency)
	return to_decimal(flt(float(discount), decimals)).quantize(Decimal(1).scaleb(-decimals))


def can_be_booked(company: str) -> bool:
	"""Whether ERPNext has the accounts and the cost center that it books such a discount to."""
	return not get_missing(company)


def get_missing(company: str) -> list[str]:
	"""The fields of the Company that ERPNext needs for it and that are empty, or name what cannot be booked on."""
	fields = ["default_discount_account", "cost_center"]
	if cint(frappe.get_cached_doc("Accounts Settings").book_tax_discount_loss):
		fields.append("round_off_account")
	values = frappe.get_cached_value("Company", company, [*fields, "default_currency"], as_dict=True)
	return [
		field
		for field in fields
		if not values[field]
		or (field != "cost_center" and not is_bookable(values[field], company, values.default_currency))
	]


def is_bookable(account: str, company: str, currency: str) -> bool:
	found = frappe.get_cached_value(
		"Account", account, ["company", "is_group", "disabled", "account_currency"], as_dict=True
	)
	return (
		bool(found)
		and (found.company, found.account_currency) == (company, currency)
		and not (found.is_group or found.disabled)
	)


def can_be_allocated(invoice: str, schedule: Iterable[Mapping]) -> bool:
	"""Whether ERPNext takes a payment of these instalments, which it may want by term. A statement where terms are not clear."""
	if is_unambiguous(row["payment_term"] for row in schedule):
		return True
	template = frappe.db.get_value("Sales Invoice", invoice, "payment_terms_template")
	return not template or not frappe.get_cached_value(
		"Payment Terms Template", template, "allocate_payment_based_on_payment_terms"
	)


def is_unambiguous(terms: Iterable[str | None]) -> bool:
	"""ERPNext finds an instalment by its term alone (payment_entry.py: update_payment_schedule)."""
	terms = list(terms)
	return bool(terms) and all(terms) and len(set(terms)) == len(terms)
