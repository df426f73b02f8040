"""Exact amounts. Frappe's database layer hands out DECIMAL columns as floats; everything here counts in Decimal."""

from collections.abc import Mapping
from decimal import Decimal


def to_decimal(value: float | int | str | Decimal | None) -> Decimal:
	"""The amount that the database holds. A float's shortest form is the DECIMAL it came from; nothing counts as 0."""
	return value if isinstance(value, Decimal) else Decimal(str(value or 0))


def with_decimals(row: Mapping) -> dict:
	"""A database row with every float as Decimal."""
	return {key: to_decimal(value) if isinstance(value, float) else value for key, value in row.items()}
