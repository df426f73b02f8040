"""What a customer chose to pay, read from a form and checked against what is open in the database.

Of a form only names of items and amounts are read, and each is compared with the database. Whatever else it says about
customer, company, currency or a document's amount is not looked at.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from customer_portal_ext.base.currencies import get_decimals
from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.payments import limits, open_items, part_payment
from customer_portal_ext.payments.open_items import Account, Credit, OpenItem
from customer_portal_ext.payments.spread import spread
from customer_portal_ext.web.words import _

TICKED, OVERDUE, ALL, OWN_AMOUNT = "", "overdue", "all", "amount"
# 12 digits before the point are more than any currency needs, and fewer than Decimal's precision.
AMOUNT = re.compile(r"\d{1,12}(\.\d{1,6})?")
ZERO = Decimal(0)


@dataclass(frozen=True)
class Part:
	"""What one item gets: ``amount`` in all, credits and the ``discount`` for paying early included."""

	item: OpenItem
	amount: Decimal
	discount: Decimal = ZERO


@dataclass(frozen=True)
class CreditPart:
	"""What is taken of one credit."""

	credit: Credit
	amount: Decimal


@dataclass(frozen=True)
class Choice:
	"""A checked choice. ``total = amount + credit_amount + discount``; ``amount`` is what the gateway is asked for, 0 where credit
	pays all."""

	account: Account
	parts: tuple[Part, ...]
	credits: tuple[CreditPart, ...] = ()
	quotation: str | None = None

	@property
	def total(self) -> Decimal:
		return sum((part.amount for part in self.parts), ZERO)

	@property
	def credit_amount(self) -> Decimal:
		return sum((part.amount for part in self.credits), ZERO)

	@property
	def discount(self) -> Decimal:
		return sum((part.discount for part in self.parts), ZERO)

	@property
	def payable(self) -> Decimal:
		return self.total - self.discount

	@property
	def amount(self) -> Decimal:
		return self.payable - self.credit_amount

	@property
	def due_after(self) -> Decimal:
		"""What stays open in the account when all of this is done."""
		return self.account.outstanding - self.total


def read(form: Mapping, keys: Iterable[str], accounts: list[Account], today: date) -> Choice:
	"""The form as a Choice. Only these fields count, each checked against ``accounts``; all others change nothing.

	:param form: ``of`` ("" the ticked documents, "overdue", "all", "amount"), ``account`` (an Account's key; needed where there
		are several), ``amount`` (for ``of=amount``), ``amount-<item key>`` (part of one ticked document), ``use_credit``.
	:param keys: the values of the tick boxes ``invoice``: items' keys, or documents' names for all their instalments.
	:raises InvalidInput: nothing chosen, not open (any more), two companies or currencies, more than is open, a part where
		settings want the whole, less than the smallest payment, a fraction of a cent.
	"""
	if not accounts:
		raise InvalidInput(_("There is nothing to pay."))
	use_credit = bool(form.get("use_credit"))
	of = form.get("of") or TICKED
	if of == TICKED:
		chosen = read_ticked(form, keys, accounts)
	else:
		account = find_account(form.get("account"), accounts, today if of == OVERDUE else None)
		if of == OWN_AMOUNT:
			return read_own_amount(form, account, use_credit)
		if of not in (OVERDUE, ALL):
			raise InvalidInput(_("Choose what to pay."), "of")
		chosen = choose_items(account, get_due(account, today) if of == OVERDUE else account.items)
	if use_credit:
		chosen = with_credits(chosen)
	part_payment.require_allowed(chosen)
	return chosen


def read_ticked(form: Mapping, keys: Iterable[str], accounts: list[Account]) -> Choice:
	wanted = set(keys)
	found = {
		account.key: [item for item in account.items if wanted & {item.key, item.name}]
		for account in accounts
	}
	named = {name for items in found.values() for item in items for name in (item.key, item.name)}
	if not wanted:
		raise InvalidInput(_("Choose at least one document to pay."), "invoice")
	if wanted - named:
		raise InvalidInput(_("A document you chose is no longer open. Please look again."), "invoice")
	chosen_from = [account for account in accounts if found[account.key]]
	if len(chosen_from) > 1:
		raise InvalidInput(describe_mixture(chosen_from), "invoice")
	account = chosen_from[0]
	parts = []
	for item in found[account.key]:
		text = form.get(f"amount-{item.key}")
		amount = read_amount(text, account.currency, f"amount-{item.key}") if text else item.payable
		if amount > item.payable:
			raise InvalidInput(_("{0}: this is more than is open.").format(item.name), f"amount-{item.key}")
		parts.append(get_part(item, amount))
	require_few(parts)
	return Choice(account, tuple(parts))


def get_part(item: OpenItem, paid: Decimal) -> Part:
	"""What is settled with so much: all of it where no more need be paid, else as much, without the discount for paying early."""
	return Part(item, item.outstanding, item.discount) if paid >= item.payable else Part(item, paid)


def describe_mixture(accounts: list[Account]) -> str:
	if len({account.customer for account in accounts}) > 1:
		return _("These documents are of more than one customer. Please pay for each on its own.")
	if len({account.company for account in accounts}) > 1:
		return _("These documents are of more than one company. Please pay each company on its own.")
	return _("These documents are in more than one currency or account. Please pay each on its own.")


def find_account(key: str | None, accounts: list[Account], due_by: date | None) -> Account:
	"""The account that was named, or the only one there is. Raises InvalidInput."""
	if key:
		for account in accounts:
			if account.key == key:
				return account
		raise InvalidInput(_("There is nothing to pay."), "account")
	candidates = [account for account in accounts if due_by is None or get_due(account, due_by)]
	if len(candidates) > 1:
		raise InvalidInput(describe_mixture(candidates), "account")
	return (candidates or accounts)[0]


def get_due(account: Account, today: date) -> tuple[OpenItem, ...]:
	"""What is overdue: due before today."""
	return tuple(item for item in account.items if item.due_date and item.due_date < today)


def choose_items(account: Account, items: Iterable[OpenItem]) -> Choice:
	parts = tuple(get_part(item, item.payable) for item in items)
	if not parts:
		raise InvalidInput(_("Nothing is overdue."), "of")
	require_few(parts)
	return Choice(account, parts)


def read_own_amount(form: Mapping, account: Account, use_credit: bool) -> Choice:
	"""An amount to pay, spread over the oldest due first; credits come on top, first."""
	amount = read_amount(form.get("amount"), account.currency, "amount")
	credit = min(account.unallocated, account.outstanding) if use_credit else ZERO
	if amount + credit > account.payable:
		raise InvalidInput(_("This is more than is open."), "amount")
	amounts = spread(amount + credit, [item.payable for item in account.items])
	parts = tuple(
		get_part(item, part) for item, part in zip(account.items, amounts, strict=True) if part > ZERO
	)
	require_few(parts)
	chosen = Choice(account, parts)
	chosen = with_credits(chosen) if use_credit else chosen
	part_payment.require_allowed(chosen)
	return chosen


def with_credits(choice: Choice) -> Choice:
	"""The choice with the account's credits taken first, oldest first.

	Where they pay all of it there is no discount: ERPNext books one with a payment alone.
	"""
	credits = choice.account.credits
	if choice.account.unallocated >= choice.payable:
		choice = replace(choice, parts=tuple(replace(part, discount=ZERO) for part in choice.parts))
	amounts = spread(choice.payable, [credit.unallocated for credit in credits])
	taken = tuple(
		CreditPart(credit, amount) for credit, amount in zip(credits, amounts, strict=True) if amount > ZERO
	)
	return replace(choice, credits=taken)


def read_amount(text: str | None, currency: str, field: str) -> Decimal:
	"""An amount as a number field sends it: digits and a point. Raises InvalidInput for anything else."""
	text = (text or "").strip()
	if not AMOUNT.fullmatch(text) or not text.isascii():
		raise InvalidInput(_("Enter an amount, such as {0}.").format("120.50"), field)
	try:
		amount = Decimal(text)
	except InvalidOperation:
		raise InvalidInput(_("Enter an amount, such as {0}.").format("120.50"), field) from None
	if amount <= ZERO:
		raise InvalidInput(_("Enter an amount greater than zero."), field)
	if amount != open_items.cut(amount, currency):
		raise InvalidInput(_("{0} has {1} decimals at most.").format(currency, get_decimals(currency)), field)
	return open_items.cut(amount, currency)


def require_few(parts: Iterable[Part]) -> None:
	if len(list(parts)) > limits.MOST_DOCUMENTS:
		raise InvalidInput(
			_("One payment can settle {0} documents at most.").format(limits.MOST_DOCUMENTS), "invoice"
		)


def require_as_shown(choice: Choice, shown: str | None) -> None:
	"""Raise InvalidInput where the review said another amount, such as before a discount's last day ended. A form that does not say
	pays what is right."""
	if shown and shown != str(choice.amount):
		raise InvalidInput(_("What is open has changed since you opened this page. Please look again."))


def require_still_open(choice: Choice) -> None:
	"""Raise InvalidInput unless the database, as it is now, still has all of the choice open."""
	account = choice.account
	now = open_items.get_account(account.customer, account.company, account.party_account)
	items = {item.key: (item.outstanding, item.discount) for item in now.items} if now else {}
	credits = {credit.key: credit.unallocated for credit in now.credits} if now else {}
	nothing = (ZERO, ZERO)
	if any(
		part.amount > items.get(part.item.key, nothing)[0]
		or part.discount > items.get(part.item.key, nothing)[1]
		for part in choice.parts
	) or any(part.amount > credits.get(part.credit.key, ZERO) for part in choice.credits):
		raise InvalidInput(_("What is open has changed since you opened this page. Please look again."))
