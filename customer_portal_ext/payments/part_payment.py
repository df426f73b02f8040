"""Whether settings let a customer pay a part, and how small a part."""

from decimal import ROUND_UP, Decimal

import frappe
from erpnext.setup.utils import get_exchange_rate

from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.base.currencies import get_decimals
from customer_portal_ext.documents.decimals import to_decimal
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.words import _


def require_allowed(choice) -> None:
	"""Raise InvalidInput for a part where the whole is wanted, or less than the smallest payment.

	What is left of all that is open can always be paid, however little.
	"""
	is_part = any(part.amount < part.item.outstanding for part in choice.parts)
	if not is_part:
		return
	if not get_settings().allow_partial_payments:
		raise InvalidInput(_("Please pay each document as a whole."), "amount")
	smallest = get_smallest(choice.account.company, choice.account.currency)
	# Credit that pays a part by itself asks nothing of a gateway.
	if choice.amount and choice.amount < smallest:
		raise InvalidInput(
			_("The smallest payment is {0} {1}.").format(smallest, choice.account.currency), "amount"
		)


def get_smallest(company: str, currency: str) -> Decimal:
	"""The settings' smallest payment in ``currency``, at the rate of the day, rounded up to its smallest unit."""
	amount = to_decimal(get_settings().smallest_payment)
	company_currency = frappe.get_cached_value("Company", company, "default_currency")
	if currency != company_currency and amount:
		amount *= to_decimal(get_exchange_rate(company_currency, currency))
	return amount.quantize(Decimal(1).scaleb(-get_decimals(currency)), ROUND_UP)
