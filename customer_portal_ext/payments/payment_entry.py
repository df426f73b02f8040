"""The Payment Entry of a captured payment: ERPNext's own document and rules, the gateway's accounts, the rate of the day."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import frappe
from erpnext.accounts.doctype.payment_entry.payment_entry import allocate_open_payment_requests_to_references
from erpnext.accounts.utils import get_account_currency
from erpnext.setup.utils import get_exchange_rate
from frappe import _
from frappe.utils import getdate

from customer_portal_ext.base.currencies import get_decimals
from customer_portal_ext.documents.decimals import to_decimal
from customer_portal_ext.payments import gateway_accounts
from customer_portal_ext.payments.fitting import Reference
from customer_portal_ext.payments.minor_units import from_minor
from customer_portal_ext.platform.early_payment import append_discount_loss

# Each reference is converted and rounded by itself: so many units of the company's currency may be over in all.
ROUNDING_UNITS = 2
ZERO = Decimal(0)


def make(payment, captured: Decimal, day: date, references: list[Reference]):
	"""Insert and submit the Payment Entry. Raises frappe.ValidationError where ERPNext refuses; the caller rolls back.

	:param captured: in the payment's currency, the receivable account's.
	"""
	settings = gateway_accounts.get(payment.gateway, payment.company, payment.currency)
	entry = build(payment, captured, day, references, settings)
	# Behind the gate's checks and the gateway's word: whoever brings that word has no rights to accounts.
	entry.flags.ignore_permissions = True
	entry.insert()
	settled = sum((reference.amount - reference.discount for reference in references), ZERO)
	settle_rounding(entry, captured - settled)
	entry.submit()
	return entry


def build(payment, captured: Decimal, day: date, references: list[Reference], settings):
	company_currency, cost_center = frappe.get_cached_value(
		"Company", payment.company, ["default_currency", "cost_center"]
	)
	bank_currency = get_account_currency(settings.account)
	rate = get_rate(payment.currency, company_currency, day)
	bank_rate = get_rate(bank_currency, company_currency, day)
	fee = get_fee(payment, captured, rate, company_currency, day, settings)
	paid = captured - fee
	entry = frappe.get_doc(
		{
			"doctype": "Payment Entry",
			"payment_type": "Receive",
			"party_type": "Customer",
			"party": payment.customer,
			"company": payment.company,
			"posting_date": day,
			"mode_of_payment": settings.mode_of_payment,
			"paid_from": payment.party_account,
			"paid_from_account_currency": payment.currency,
			"paid_to": settings.account,
			"paid_to_account_currency": bank_currency,
			"cost_center": cost_center,
			"paid_amount": float(paid),
			"received_amount": float(convert(paid, rate / bank_rate, bank_currency)),
			"source_exchange_rate": float(rate),
			"target_exchange_rate": float(bank_rate),
			"reference_no": (payment.provider_payment or payment.name)[:140],
			"reference_date": getdate(payment.captured_on),
			"portal_payment": payment.name,
			"references": [
				{
					"reference_doctype": reference.doctype,
					"reference_name": reference.name,
					"payment_term": reference.payment_term,
					"allocated_amount": float(reference.amount),
				}
				for reference in references
			],
		}
	)
	if fee:
		# In the company's currency: what the whole would have brought, less what the rest brings.
		amount = convert(captured, rate, company_currency) - convert(paid, rate, company_currency)
		entry.append(
			"deductions",
			{"account": settings.fee_account, "cost_center": cost_center, "amount": float(amount)},
		)
	append_discounts(entry, captured, rate, company_currency, references)
	entry.setup_party_account_field()
	entry.set_missing_values()
	# As ERPNext's own button does (payment_entry.py: get_payment_entry): what was asked for by a Payment Request is paid.
	allocate_open_payment_requests_to_references(entry.references, entry.precision("paid_amount"))
	return entry


def append_discounts(
	entry, captured: Decimal, rate: Decimal, currency: str, references: list[Reference]
) -> None:
	"""Deduct what was taken off for paying early: ERPNext's own rows, at the rate of the invoice. What that is worth more or less
	at the rate of the day is an exchange difference."""
	invoices = {}
	for reference in references:
		if reference.discount:
			discount, rows = invoices.get(reference.name, (ZERO, frozenset()))
			invoices[reference.name] = (discount + reference.discount, rows | reference.schedule_rows)
	booked = sum(
		(append_discount_loss(entry, name, rows, part) for name, (part, rows) in invoices.items()), ZERO
	)
	discount = sum((part for part, _rows in invoices.values()), ZERO)
	append_exchange_difference(
		entry, convert(captured + discount, rate, currency) - convert(captured, rate, currency) - booked
	)


def append_exchange_difference(entry, amount: Decimal) -> None:
	if amount:
		account = frappe.get_cached_value(
			"Company", entry.company, "exchange_gain_loss_account"
		) or frappe.get_cached_value("Company", entry.company, "round_off_account")
		entry.append(
			"deductions", {"account": account, "cost_center": entry.cost_center, "amount": float(amount)}
		)


def get_rate(currency: str, company_currency: str, day: date) -> Decimal:
	"""The rate of the day. Raises frappe.ValidationError where the site has none: it is tried again later."""
	if currency == company_currency:
		return Decimal(1)
	rate = to_decimal(get_exchange_rate(currency, company_currency, day))
	if rate <= ZERO:
		frappe.throw(_("There is no exchange rate from {0} to {1}.").format(currency, company_currency))
	return rate


def get_fee(payment, captured: Decimal, rate: Decimal, company_currency: str, day: date, settings) -> Decimal:
	"""The gateway's fee in the payment's currency; nothing without an account to book it to."""
	if not settings.fee_account or payment.fee_minor <= 0 or not payment.fee_currency:
		return ZERO
	fee = from_minor(payment.fee_minor, payment.fee_currency)
	if payment.fee_currency != payment.currency:
		fee = convert(fee, get_rate(payment.fee_currency, company_currency, day) / rate, payment.currency)
	return fee if fee < captured else ZERO


def convert(amount: Decimal, rate: Decimal, currency: str) -> Decimal:
	return (amount * rate).quantize(Decimal(1).scaleb(-get_decimals(currency)), ROUND_HALF_UP)


def settle_rounding(entry, unallocated: Decimal) -> None:
	"""What rounding left between the references' sum and the whole goes where exchange differences go.

	ERPNext converts each reference by itself. Where their sum is too much it refuses the entry; where it is too little it takes
	the rest for money of the customer's.
	:param unallocated: what really is, in the receivable account's currency.
	"""
	rate = to_decimal(entry.source_exchange_rate)
	excess = (to_decimal(entry.unallocated_amount) - unallocated) * rate
	currency = frappe.get_cached_value("Company", entry.company, "default_currency")
	unit = Decimal(1).scaleb(-get_decimals(currency))
	amount = (to_decimal(entry.difference_amount) - excess).quantize(unit, ROUND_HALF_UP)
	if not amount or abs(amount) > unit * ROUNDING_UNITS * max(len(entry.references), 1):
		return
	append_exchange_difference(entry, amount)
	entry.save()


def warm_rates(payment) -> None:
	"""Have ERPNext look up the day's rates, which may mean asking the Internet, while no lock is held. It keeps them for hours."""
	company_currency = frappe.get_cached_value("Company", payment.company, "default_currency")
	settings = gateway_accounts.get(payment.gateway, payment.company, payment.currency)
	currencies = {payment.currency, get_account_currency(settings.account), payment.fee_currency}
	for currency in currencies - {company_currency, None, ""}:
		for day in {getdate(payment.captured_on), getdate()}:
			get_exchange_rate(currency, company_currency, day)
