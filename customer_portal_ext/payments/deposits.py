"""The deposit that is offered once a quotation is accepted: an advance on its Sales Order.

What it is, the order's own payment terms say, where the first of them is due at once; else Customer Portal Settings do,
in percent of the order. A draft order takes no advance in ERPNext: the deposit is offered when staff have submitted it.
"""

from decimal import Decimal

import frappe
from erpnext.accounts.party import get_party_account
from erpnext.accounts.utils import get_account_currency

from customer_portal_ext.access.settings import get_settings
from customer_portal_ext.documents.decimals import to_decimal
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.payments import instalments, orders
from customer_portal_ext.payments.choice import Choice, Part
from customer_portal_ext.payments.open_items import ORDER, Account, OpenItem, cut, get_key
from customer_portal_ext.quotes import responses
from customer_portal_ext.web.words import _

ZERO = Decimal(0)


def get(quotation: str) -> Choice | None:
	"""What remains to be paid of the deposit for an accepted quotation; None where there is none, or it is paid."""
	answer = responses.get(quotation)
	order = orders.get(answer.sales_order) if answer and answer.sales_order else None
	if not order or not orders.is_open(order):
		return None
	account = get_party_account("Customer", order.customer, order.company)
	currency = get_account_currency(account)
	company_currency = frappe.get_cached_value("Company", order.company, "default_currency")
	if currency not in (order.currency, company_currency):
		return None
	wanted, term = get_wanted(order, currency)
	open_amount = orders.get_open(order.name, order.customer, currency)
	amount = min(cut(wanted - to_decimal(order.advance_paid), currency), open_amount)
	if amount <= ZERO:
		return None
	item = OpenItem(
		order.name, ORDER, order.name, order.transaction_date, order.transaction_date, open_amount, term
	)
	key = get_key(order.customer, order.company, account)
	found = Account(key, order.customer, order.company, account, currency, (item,), ())
	return Choice(found, (Part(item, amount),), quotation=quotation)


def get_wanted(order, currency: str) -> tuple[Decimal, str | None]:
	"""The whole deposit in ``currency``, and the payment term that ERPNext allocates it by."""
	if order.payment_terms_template:
		field = "payment_amount" if currency == order.currency else "base_payment_amount"
		schedule = instalments.get_schedules(ORDER, [order.name])[order.name]
		if schedule and schedule[0].due_date <= order.transaction_date:
			by_term = instalments.get_templates_by_term({order.payment_terms_template})
			return to_decimal(schedule[0][field]), schedule[0].payment_term if by_term else None
	percent = to_decimal(get_settings().deposit_percent)
	return orders.get_total(order, currency) * percent / 100, None


def require_still_wanted(choice: Choice) -> None:
	"""Raise InvalidInput unless the deposit, as it is now, is at least what was chosen."""
	now = get(choice.quotation)
	if not now or choice.total > now.total or choice.account.key != now.account.key:
		raise InvalidInput(_("This deposit is no longer asked for. Please look again."))
