"""Ageing without a database: open amounts and their due dates in, buckets out.

Every function takes the date it judges by, and works in Decimal, so that the buckets less the unallocated credit
equal the balance exactly, whatever the currency.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

ZERO = Decimal(0)

NOT_DUE = "not_due"
# (key, last day past due that still belongs to it); what is later belongs to OVER_90
OVERDUE_LIMITS = (("1_30", 30), ("31_60", 60), ("61_90", 90))
OVER_90 = "over_90"
BUCKET_KEYS = (NOT_DUE, *(key for key, _limit in OVERDUE_LIMITS), OVER_90)


class OpenItem(NamedTuple):
	"""What is still open of one document or instalment, as it is shown. A negative amount is credit nobody has allocated yet;
	``is_refund`` says that it is money paid back, set against nothing."""

	amount: Decimal
	due_date: date
	is_refund: bool = False


@dataclass
class Ageing:
	"""The open items of one account by age. ``balance`` = the buckets' sum - ``credit``."""

	as_of: date
	buckets: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(BUCKET_KEYS, ZERO))
	credit: Decimal = ZERO
	next_due_date: date | None = None
	next_due_amount: Decimal = ZERO
	# refunds that are set against nothing, until ``settle``
	refunded: Decimal = ZERO
	# what the ledger has of all that was added
	counted: Decimal = ZERO

	@property
	def owed(self) -> Decimal:
		return sum(self.buckets.values(), ZERO)

	@property
	def overdue(self) -> Decimal:
		return self.owed - self.buckets[NOT_DUE]

	@property
	def balance(self) -> Decimal:
		return self.owed - self.credit

	def add(self, item: OpenItem, exact: Decimal | None = None) -> None:
		"""``exact`` is what the ledger has of it, where that is not whole smallest units."""
		self.counted += item.amount if exact is None else exact
		if item.amount < 0:
			self.credit -= item.amount
			return
		if item.is_refund:
			self.refunded += item.amount
			return
		key = get_bucket_key(item.due_date, self.as_of)
		self.buckets[key] += item.amount
		if key == NOT_DUE and item.amount:
			self.add_next_due(item)

	def add_next_due(self, item: OpenItem) -> None:
		if self.next_due_date is None or item.due_date < self.next_due_date:
			self.next_due_date, self.next_due_amount = item.due_date, ZERO
		if item.due_date == self.next_due_date:
			self.next_due_amount += item.amount

	def settle(self, balance: Decimal) -> None:
		"""Make the picture sum to ``balance``, the figure of the general ledger.

		The payment ledger mirrors the general ledger, so the two differ only on sites where somebody wrote to one of
		them alone. What the general ledger holds less is credit; what it holds more is owed, but has no due date yet.

		A refund takes from the credit: that is what was paid back, also where nobody has set the one against the other. One of
		more than there is waits for what it is for, such as a credit note that is still to be made: nobody is late with it.
		"""
		difference = balance - self.counted
		self.counted = balance
		if difference < 0:
			self.credit -= difference
		else:
			self.buckets[NOT_DUE] += difference
		from_credit = min(self.credit, self.refunded)
		self.credit -= from_credit
		self.buckets[NOT_DUE] += self.refunded - from_credit
		self.refunded = ZERO


def get_bucket_key(due_date: date, as_of: date) -> str:
	"""Something due today is not late: it becomes overdue the day after its due date."""
	days = (as_of - due_date).days
	if days <= 0:
		return NOT_DUE
	for key, limit in OVERDUE_LIMITS:
		if days <= limit:
			return key
	return OVER_90


def get_ageing(items: Iterable[OpenItem], as_of: date, balance: Decimal | None = None) -> Ageing:
	"""Age ``items`` (read once, so a generator over a cursor is fine) as of ``as_of``.

	With ``balance`` given, the result sums to it: see Ageing.settle.
	"""
	ageing = Ageing(as_of)
	for item in items:
		ageing.add(item)
	ageing.settle(ageing.counted if balance is None else balance)
	return ageing


def get_share(amount: Decimal, whole: Decimal) -> Decimal:
	"""``amount`` as a percentage of ``whole`` with one decimal; 0 of nothing."""
	return (amount * 100 / whole).quantize(Decimal("0.1")) if whole else ZERO
