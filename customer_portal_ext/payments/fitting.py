"""Fitting captured money to the chosen documents as they are now."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

import frappe
from frappe import _
from frappe.utils import getdate

from customer_portal_ext.base.currencies import get_decimals
from customer_portal_ext.documents.decimals import to_decimal
from customer_portal_ext.documents.smallest import as_shown
from customer_portal_ext.payments import credits, open_items, orders
from customer_portal_ext.payments.spread import pair

ZERO = Decimal(0)


@dataclass(frozen=True)
class Reference:
	"""What one document, or one term of it, gets of the money, in the receivable account's currency. ``discount`` is what of the
	amount is none, but taken off for paying early: that of these rows of the payment schedule."""

	doctype: str
	name: str
	payment_term: str | None
	amount: Decimal
	discount: Decimal = ZERO
	schedule_rows: frozenset[str] = frozenset()

	def without_discount(self) -> "Reference":
		return replace(self, amount=self.amount - self.discount, discount=ZERO, schedule_rows=frozenset())


@dataclass(frozen=True)
class Fitted:
	"""``references`` are for the Payment Entry. ``beside`` is what its documents have open as well, and no Payment Entry can be
	allocated: cents that a schedule by terms is short of, terms with next to nothing left. Payment Reconciliation can.
	``missed`` names the documents that have less open than was chosen, ``lapsed`` those whose discount for paying early had ended
	when the money came."""

	references: list[Reference]
	beside: list[Reference]
	missed: list[str]
	lapsed: list[str]

	@property
	def total(self) -> Decimal:
		return sum((reference.amount for reference in (*self.references, *self.beside)), ZERO)

	@property
	def discount(self) -> Decimal:
		return sum((reference.discount for reference in self.references), ZERO)


@dataclass(frozen=True)
class Open:
	"""What is open now: ``exact`` in the ledger, ``allocatable`` of that by a Payment Entry."""

	exact: Decimal = ZERO
	allocatable: Decimal = ZERO


@dataclass
class Plan:
	"""What a document, or a term of it, was chosen for: the ``total``, the ``money`` of it that neither credits nor a discount pay,
	and the ``discount`` that the money came early enough for. ``has_lapsed`` where it did not."""

	total: Decimal = ZERO
	money: Decimal = ZERO
	discount: Decimal = ZERO
	schedule_rows: set[str] = field(default_factory=set)
	has_lapsed: bool = False


def fit(payment, money: Decimal) -> Fitted:
	"""Allocate ``money`` to what was chosen, as far as it is still open, in the order chosen.

	First to each what the credits leave it, with the discount where that is settled with it, then what is over to the rest of
	the chosen amounts, last to what is left of a document that is less than a coin.
	"""
	open_now = get_open_now(payment)
	unit = Decimal(1).scaleb(-get_decimals(payment.currency))
	plan = get_plan(payment)
	given = defaultdict(lambda: ZERO)
	discounts = defaultdict(lambda: ZERO)

	def give(key, most: Decimal) -> None:
		nonlocal money
		part = max(min(most, open_now[key].exact - given[key], money), ZERO)
		given[key] += part
		money -= part

	for key, wanted in plan.items():
		discount = get_discount(wanted, open_now[key])
		settles = min(wanted.money, open_now[key].exact - discount)
		give(key, settles)
		if discount and given[key] == settles:
			given[key] += discount
			discounts[key] = discount
	for key, wanted in plan.items():
		give(key, wanted.total - given[key])
	for key, wanted in plan.items():
		rest = open_now[key].exact - given[key]
		if given[key] and given[key] >= wanted.total and rest < unit:
			give(key, rest)
	references, beside = [], []
	for key, amount in given.items():
		by_entry = min(amount, open_now[key].allocatable)
		if by_entry > ZERO:
			rows = frozenset(plan[key].schedule_rows) if discounts[key] else frozenset()
			references.append(Reference(*key, by_entry, discounts[key], rows))
		if amount > by_entry:
			beside.append(Reference(key[0], key[1], None, amount - by_entry))
	missed = [
		key[1]
		for key, wanted in plan.items()
		if wanted.money + discounts[key] - given[key] >= unit and given[key] >= open_now[key].exact
	]
	lapsed = [
		key[1] for key, wanted in plan.items() if wanted.has_lapsed and given[key] < open_now[key].exact
	]
	return Fitted(references, merge(beside), list(dict.fromkeys(missed)), list(dict.fromkeys(lapsed)))


def get_discount(wanted: Plan, is_open: Open) -> Decimal:
	"""The discount, unless others have left less open than that."""
	return (
		wanted.discount
		if wanted.discount < is_open.exact and wanted.discount <= is_open.allocatable
		else ZERO
	)


def merge(references: Iterable[Reference]) -> list[Reference]:
	"""One for each document."""
	sums = defaultdict(lambda: ZERO)
	for reference in references:
		sums[reference.doctype, reference.name] += reference.amount
	return [Reference(*key, None, amount) for key, amount in sums.items()]


def get_plan(payment) -> dict[tuple, Plan]:
	"""Per (doctype, name, term). What was promised for paying early counts by the day on which the gateway took the money."""
	rows = payment.allocations
	by_credit = [ZERO] * len(rows)
	for _credit, part, amount in pair_credits(payment):
		by_credit[part] += amount
	plan = {}
	for row, credit in zip(rows, by_credit, strict=True):
		key = (row.reference_doctype, row.reference_name, row.payment_term or None)
		wanted = plan.setdefault(key, Plan())
		total, discount = to_decimal(row.amount), to_decimal(row.discount)
		wanted.total += total
		wanted.money += total - credit - discount
		if discount and getdate(payment.captured_on) <= getdate(row.discount_date):
			wanted.discount += discount
			wanted.schedule_rows.add(row.schedule_row)
		elif discount:
			wanted.has_lapsed = True
	return plan


def pair_credits(payment) -> list[tuple[int, int, Decimal]]:
	"""``(credit, allocation, amount)`` by their places: credits pay what a discount does not."""
	return pair(
		[to_decimal(row.amount) for row in payment.credits],
		[to_decimal(row.amount) - to_decimal(row.discount) for row in payment.allocations],
	)


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
		for credit, part, amount in pair_credits(payment)
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
	left = as_shown(money + fitted.discount - fitted.total, currency)
	missed = ", ".join(fitted.missed)
	said = frappe.utils.fmt_money(left, currency=currency)
	notes = []
	if left and missed:
		notes.append(
			_("{0} of it stay on the customer's account: {1} had less open than was paid.").format(
				said, missed
			)
		)
	elif left:
		notes.append(_("{0} of it stay on the customer's account.").format(said))
	elif missed:
		notes.append(
			_("{0} had less open than was paid; the rest went to the other documents.").format(missed)
		)
	if fitted.lapsed:
		notes.append(
			_("{0}: the early payment discount had ended when the payment came; the rest stays open.").format(
				", ".join(fitted.lapsed)
			)
		)
	return notes
