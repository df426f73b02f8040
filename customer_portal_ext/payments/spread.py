"""Amounts spread over open items: oldest due first, exact to the smallest unit. No database and no Frappe here."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

ZERO = Decimal(0)


def spread(amount: Decimal, open_amounts: Iterable[Decimal]) -> list[Decimal]:
	"""What each gets of ``amount``, in the order given; the same length. What is left over is ``amount`` less their sum."""
	given = []
	for open_amount in open_amounts:
		part = max(min(amount, open_amount), ZERO)
		given.append(part)
		amount -= part
	return given


def pair(credits: Sequence[Decimal], parts: Sequence[Decimal]) -> list[tuple[int, int, Decimal]]:
	"""Set credits against parts, each in the order given: ``[(index of the credit, index of the part, amount)]``, never 0."""
	pairs = []
	left_of_credits, left_of_parts = list(credits), list(parts)
	credit = part = 0
	while credit < len(left_of_credits) and part < len(left_of_parts):
		amount = min(left_of_credits[credit], left_of_parts[part])
		if amount > ZERO:
			pairs.append((credit, part, amount))
			left_of_credits[credit] -= amount
			left_of_parts[part] -= amount
		if left_of_credits[credit] <= ZERO:
			credit += 1
		else:
			part += 1
	return pairs
