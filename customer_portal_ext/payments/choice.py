"""What a customer chose to pay, read from a form and checked against what is open in the database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from customer_portal_ext.payments.open_items import Account, Credit, OpenItem


@dataclass(frozen=True)
class Part:
	"""What one item gets: ``amount`` in all, credits included."""

	item: OpenItem
	amount: Decimal


@dataclass(frozen=True)
class CreditPart:
	"""What is taken of one credit."""

	credit: Credit
	amount: Decimal


@dataclass(frozen=True)
class Choice:
	"""A checked choice. ``total = amount + credit_amount``; ``amount`` is what the gateway is asked for, 0 where credit pays all."""

	account: Account
	parts: tuple[Part, ...]
	credits: tuple[CreditPart, ...] = ()
	quotation: str | None = None

	@property
	def total(self) -> Decimal:
		return sum((part.amount for part in self.parts), Decimal())

	@property
	def credit_amount(self) -> Decimal:
		return sum((part.amount for part in self.credits), Decimal())

	@property
	def amount(self) -> Decimal:
		return self.total - self.credit_amount


def read(form: Mapping, keys: Iterable[str], accounts: list[Account], today: date) -> Choice:
	"""The form as a Choice. Only these fields count, each checked against ``accounts``; all others change nothing.

	:param form: ``of`` ("" the ticked documents, "overdue", "all", "amount"), ``account`` (an Account's key; needed where there
		are several), ``amount`` (for ``of=amount``), ``amount-<item key>`` (part of one ticked document), ``use_credit``.
	:param keys: the values of the tick boxes ``invoice``: items' keys, or documents' names for all their instalments.
	:raises InvalidInput: nothing chosen, not open (any more), two companies or currencies, more than is open, a part where
		settings want the whole, less than the smallest payment, a fraction of a cent.
	"""
	raise NotImplementedError
