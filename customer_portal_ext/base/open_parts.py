"""Which part of an invoice is open: the one answer of lists, pages, payments, e-mails and the statement. No database here.

It is that of ERPNext's Accounts Receivable "based on payment terms" (accounts_receivable.py:
allocate_outstanding_based_on_payment_terms): what was paid by an instalment's name stays there. Of the rest, credit notes
go to instalments begun by name first, everything else to those nobody has paid by name, by due date. Where that report
shows what is then left over as a credit of its own, the invoice's other instalments get it here: they are what can be paid.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_DOWN, Decimal
from typing import NamedTuple

ZERO = Decimal(0)


class Scheduled(NamedTuple):
	"""A row of a payment schedule in the receivable account's currency; ``named`` was paid by the row's name, with discounts."""

	due_date: date
	amount: Decimal
	named: Decimal = ZERO


def get_open(
	outstanding: Decimal,
	schedule: Sequence[Scheduled],
	credited: Decimal = ZERO,
	asked_for: Decimal | None = None,
) -> list[Decimal]:
	"""What is open of each row, in the order given, which is that of the due dates. The sum is ``outstanding``, exactly.

	:param credited: what credit notes took off the invoice.
	:param asked_for: what the schedule should sum to. ERPNext lets it differ by 0.10 (accounts_controller.py:
		validate_payment_schedule_amount); the last instalment has the difference.
	"""
	if not schedule:
		return []
	amounts = get_amounts(schedule, asked_for)
	named = [max(ZERO, min(row.named, amount)) for row, amount in zip(schedule, amounts, strict=True)]
	left = [amount - paid for amount, paid in zip(amounts, named, strict=True)]
	places = range(len(left))
	unnamed = [place for place in places if not named[place]]
	rest = sum(left, ZERO) - outstanding
	if rest < 0:
		# Of a past day: the schedule knows today's payments alone. Or a payment was taken back, such as an advance.
		is_scheduled = asked_for is not None or outstanding <= sum(amounts, ZERO)
		left[unnamed[0] if unnamed and is_scheduled else -1] -= rest
		return left
	begun = sorted((place for place in places if named[place]), key=lambda place: -named[place])
	for_begun = min(max(credited, ZERO), rest)
	rest -= for_begun - cover(left, begun, for_begun)
	cover(left, begun, cover(left, unnamed, rest))
	return left


def get_amounts(schedule: Sequence[Scheduled], asked_for: Decimal | None = None) -> list[Decimal]:
	"""The rows' amounts, which sum to ``asked_for`` where it is given."""
	amounts = [row.amount for row in schedule]
	difference = ZERO if asked_for is None else asked_for - sum(amounts, ZERO)
	if difference >= 0:
		amounts[-1] += difference
		return amounts
	cover(amounts, reversed(range(len(amounts))), -difference)
	return amounts


def cover(left: list[Decimal], places: Iterable[int], amount: Decimal) -> Decimal:
	"""Take ``amount`` off these places of ``left``, one after the other; returns what is over."""
	for place in places:
		taken = max(min(left[place], amount), ZERO)
		left[place] -= taken
		amount -= taken
	return amount


def as_shown(amount: Decimal, exponent: int) -> Decimal:
	"""The amount in whole smallest units of a currency with so many decimals. Half a unit is nothing, as in ERPNext
	(accounts/utils.py: get_outstanding_invoices)."""
	return amount.quantize(Decimal(1).scaleb(-exponent), ROUND_HALF_DOWN)


def show_parts(parts: Sequence[Decimal], exponent: int) -> list[Decimal]:
	"""The parts as they are shown, which add up to their sum as it is shown."""
	shown, sum_before, shown_before = [], ZERO, as_shown(ZERO, exponent)
	for part in parts:
		sum_before += part
		shown_sum = as_shown(sum_before, exponent)
		shown.append(shown_sum - shown_before)
		shown_before = shown_sum
	return shown
