"""What a customer can pay: open invoices and instalments, and the credits that can be set against them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class OpenItem:
	"""An invoice, one instalment of it, or a deposit on a Sales Order. Amounts in the receivable account's currency.

	``key`` names it in forms: the document's name, with ``#2`` behind it for the second row of its payment schedule.
	"""

	key: str
	doctype: str
	name: str
	posting_date: date
	due_date: date | None
	outstanding: Decimal
	payment_term: str | None = None


@dataclass(frozen=True)
class Credit:
	"""A credit note, a payment or an advance (Journal Entry) with something left. ``unallocated`` is positive."""

	key: str
	doctype: str
	name: str
	posting_date: date
	unallocated: Decimal
	row: str | None = None


@dataclass(frozen=True)
class Account:
	"""Everything open of one customer in one company, receivable account and currency: what one payment can settle.

	``key`` names it in forms. Items are sorted by due date, oldest first; credits by posting date.
	"""

	key: str
	customer: str
	company: str
	party_account: str
	currency: str
	items: tuple[OpenItem, ...]
	credits: tuple[Credit, ...]


def get_accounts(customer: str) -> list[Account]:
	"""The customer's accounts that have something open, by company. Raises nothing; empty where nothing is open."""
	raise NotImplementedError
