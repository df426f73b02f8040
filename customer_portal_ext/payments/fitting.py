"""Fitting captured money to the chosen documents as they are now."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import frappe
from frappe import _

from customer_portal_ext.base.currencies import get_decimals
from customer_portal_ext.documents.decimals import to_decimal
from customer_portal_ext.documents.smallest import as_shown
from customer_portal_ext.payments import credits, open_items, orders
from customer_portal_ext.payments.spread import pair

ZERO = Decimal(0)


@dataclass(frozen=True)
class Reference:
	"""What one document, or one term of it, gets of the money, in the receivable account's currency."""

	doctype: str
	name: str
	payment_term: str | None
	amount: Decimal


@dataclass(frozen=True)
class Fitted:
	"""``references`` are for the Payment Entry. ``beside`` is what its documents have open as well, and no Payment Entry can be
	allocated: cents that a schedule by terms is short of, terms with next to nothing left. Payment Reconciliation can.
	``missed`` names the documents that have less open than was chosen."""

	references: list[Reference]
	beside: list[Reference]
	missed: list[str]

	@property
	def total(self) -> Decimal:
		return sum((reference.amount for reference in (*self.references, *self.beside)), ZERO)


@dataclass(frozen=True)
class Open:
	"""What is open now: ``exact`` in the ledger, ``allocatable`` of that by a Payment Entry."""

	exact: Decimal = ZERO
	allocatable: Decimal = ZERO


def fit(payment, money: Decimal) -> Fitted:
	"""Allocate ``money`` to what was chosen, as far as it is still open, in the order chosen.

	First to each what the credits leave it, then what is over to the rest of the chosen amounts, last to what is left of a
	document that is less than a coin.
	"""
	open_now = get_open_now(payment)
	unit = Decimal(1).scaleb(-get_decimals(payment.currency))
	plan = get_plan(payment)
	given = defaultdict(lambda: ZERO)

	def give(key, most: Decimal) -> None:
		nonlocal money
		part = max(min(most, open_now[key].exact - given[key], money), ZERO)
		given[key] += part
		money -= part

	for wanted in ("money", "total"):
		for key, amounts in plan.items():
			give(key, amounts[wanted] - given[key])
	for key, amounts in plan.items():
		rest = open_now[key].exact - given[key]
		if given[key] and given[key] >= amounts["total"] and rest < unit:
			give(key, rest)
	references, beside = [], []
	for key, amount in given.items():
		by_entry = min(amount, open_now[key].allocatable)
		if by_entry > ZERO:
			references.append(Reference(*key, by_entry))
		if amount > by_entry:
			beside.append(Reference(key[0], key[1], None, amount - by_entry))
	missed = [
		key[1]
		for key, amounts in plan.items()
		if amounts["money"] - given[key] >= unit and given[key] >= open_now[key].exact
	]
	return Fitted(references, merge(beside), list(dict.fromkeys(missed)))


def merge(references: Iterable[Reference]) -> list[Reference]:
	"""One for each document."""
	sums = defaultdict(lambda: ZERO)
	for reference in references:
		sums[reference.doctype, reference.name] += reference.amount
	return [Reference(*key, None, amount) for key, amount in sums.items()]


def get_plan(payment) -> dict[tuple, dict[str, Decimal]]:
	"""Per (doctype, name, term): the ``total`` that was chosen, and the ``money`` of it that credits do not pay."""
	rows = payment.allocations
	totals = [to_decimal(row.amount) for row in rows]
	by_credit = [ZERO] * len(rows)
	for _credit, part, amount in pair([to_decimal(row.amount) for row in payment.credits], totals):
		by_credit[part] += amount
	plan = {}
	for row, total, credit in zip(rows, totals, by_credit, strict=True):
		key = (row.reference_doctype, row.reference_name, row.payment_term or None)
		amounts = plan.setdefault(key, {"total": ZERO, "money": ZERO})
		amounts["total"] += total
		amounts["money"] += total - credit
	return plan


def get_open_now(payment) -> dict[tuple, Open]:
	"""What is open now per (doctype, name, term); nothing of what is cancelled, paid, or another customer's."""
	found = defaultdict(Open)
	account = open_items.get_account(payment.customer, payment.company, payment.party_account)
	for item in account.items if account else ():
		key = (item.doctype, item.name, item.payment_term)
		found[key] = Open(found[key].exact + item.exact, found[key].allocatable + item.allocatable)
	for row in payment.allocations:
		if row.reference_doctype == open_items.ORDER:
			key = (row.reference_doctype, row.reference_name, row.payment_term or None)
			amount = orders.get_open(row.reference_name, payment.customer, payment.currency)
			found[key] = Open(amount, amount)
	return found


def get_credit_plan(payment) -> list[tuple[dict, dict, Decimal]]:
	"""``(credit, document, amount)`` for credits.apply, as they were paired when the customer chose.

	:raises credits.CreditGone: a credit has less left than was chosen, or has been paid back meanwhile.
	"""
	require_credits(payment)
	parts = payment.allocations
	return [
		(
			{
				"doctype": payment.credits[credit].reference_doctype,
				"name": payment.credits[credit].reference_name,
				"row": payment.credits[credit].reference_row,
			},
			{"doctype": parts[part].reference_doctype, "name": parts[part].reference_name},
			amount,
		)
		for credit, part, amount in pair(
			[to_decimal(row.amount) for row in payment.credits], [to_decimal(row.amount) for row in parts]
		)
	]


def require_credits(payment) -> None:
	"""ERPNext knows what is left of each credit, and not that a refund beside it has returned that money."""
	account = open_items.get_account(payment.customer, payment.company, payment.party_account)
	left = (
		{(credit.doctype, credit.name, credit.row): credit.unallocated for credit in account.credits}
		if account
		else {}
	)
	for row in payment.credits:
		key = (row.reference_doctype, row.reference_name, row.reference_row or None)
		if to_decimal(row.amount) > left.get(key, ZERO):
			raise credits.CreditGone(row.reference_name)


def describe(fitted: Fitted, money: Decimal, currency: str) -> list[str]:
	"""What staff must know where not all of the money found its documents."""
	left = as_shown(money - fitted.total, currency)
	missed = ", ".join(fitted.missed)
	if left:
		said = frappe.utils.fmt_money(left, currency=currency)
		if not missed:
			return [_("{0} of it stay on the customer's account.").format(said)]
		return [
			_("{0} of it stay on the customer's account: {1} had less open than was paid.").format(
				said, missed
			)
		]
	if missed:
		return [_("{0} had less open than was paid; the rest went to the other documents.").format(missed)]
	return []
