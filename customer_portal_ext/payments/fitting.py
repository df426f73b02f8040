"""Fitting captured money to the chosen documents as they are now."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

import frappe
from frappe import _

from customer_portal_ext.documents.decimals import to_decimal
from customer_portal_ext.payments import open_items, orders
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
	"""``missed`` names the documents that have less open than was chosen."""

	references: list[Reference]
	missed: list[str]

	@property
	def total(self) -> Decimal:
		return sum((reference.amount for reference in self.references), ZERO)


def fit(payment, money: Decimal) -> Fitted:
	"""Allocate ``money`` to what was chosen, as far as it is still open, in the order chosen.

	First to each what the credits leave it, then what is over to the rest of the chosen amounts.
	"""
	left_open = get_open_now(payment)
	plan = get_plan(payment)
	given = defaultdict(lambda: ZERO)
	for wanted in ("money", "total"):
		for key, amounts in plan.items():
			part = max(min(amounts[wanted] - given[key], left_open[key], money), ZERO)
			given[key] += part
			left_open[key] -= part
			money -= part
	references = [Reference(*key, amount) for key, amount in given.items() if amount > ZERO]
	missed = [
		key[1] for key, amounts in plan.items() if given[key] < amounts["money"] and left_open[key] <= ZERO
	]
	return Fitted(references, list(dict.fromkeys(missed)))


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


def get_open_now(payment) -> dict[tuple, Decimal]:
	"""What is open now per (doctype, name, term); nothing of what is cancelled, paid, or another customer's."""
	found = defaultdict(lambda: ZERO)
	account = open_items.get_account(payment.customer, payment.company, payment.party_account)
	for item in account.items if account else ():
		found[item.doctype, item.name, item.payment_term] += item.outstanding
	for row in payment.allocations:
		if row.reference_doctype == open_items.ORDER:
			key = (row.reference_doctype, row.reference_name, row.payment_term or None)
			found[key] = orders.get_open(row.reference_name, payment.customer, payment.currency)
	return found


def get_credit_plan(payment) -> list[tuple[dict, dict, Decimal]]:
	"""``(credit, document, amount)`` for credits.apply, as they were paired when the customer chose."""
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


def describe(fitted: Fitted, money: Decimal, currency: str) -> list[str]:
	"""What staff must know where not all of the money found its documents."""
	left = money - fitted.total
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
