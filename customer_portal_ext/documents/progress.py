"""How far an order has come, in words and percent. Pure: no Frappe, no database; the caller passes translate and formats.

The percentages are ERPNext's own per_delivered and per_billed, and the quantities those it keeps on each line
(controllers/status_updater.py); only what is paid, which ERPNext does not keep for an order, is worked out here.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

ZERO, HUNDRED = Decimal(0), Decimal(100)
# at and above this ERPNext calls a percentage full (status_updater.py: _update_percent_field)
FULL = Decimal("99.999999")


def get_whole_percent(percent: Decimal) -> int:
	"""The percentage as it is shown: 100 only when nothing is left, 0 only when nothing has happened."""
	if percent >= FULL:
		return 100
	if percent < Decimal("0.001"):
		return 0
	return min(99, max(1, int(percent.quantize(Decimal(1), rounding=ROUND_HALF_UP))))


def get_steps(
	record: Mapping,
	translate: Callable[[str], str],
	delivered_on: date | None,
	invoiced_on: date | None,
	expected_on: date | None,
	paid: Mapping | None,
) -> list[dict]:
	"""`[{"key", "label", "percent", "shown", "date", "expected"}]`: ordered, delivered, invoiced, paid.

	:param paid: `{"percent", "date"}`, or None where the visitor may not see it or nothing is to be paid
	"""
	_ = translate
	steps = [("ordered", _("Ordered"), HUNDRED, record["transaction_date"], None)]
	if not record["skip_delivery_note"]:
		steps.append(("delivered", _("Delivered"), record["per_delivered"], delivered_on, expected_on))
	steps.append(("invoiced", _("Invoiced"), record["per_billed"], invoiced_on, None))
	if paid:
		steps.append(("paid", _("Paid"), paid["percent"], paid["date"], None))
	return [
		{
			"key": key,
			"label": label,
			"percent": percent,
			"shown": get_whole_percent(percent),
			"date": day if percent else None,
			"expected": expected if percent < FULL else None,
		}
		for key, label, percent, day, expected in steps
	]


def get_paid_percent(
	invoices: Iterable[Mapping], advances: Decimal, total: Decimal, per_billed: Decimal
) -> Decimal:
	"""How much of an order has been paid, in percent.

	:param invoices: `settled` and `total` of each invoice and credit note in the account's currency, `part` of it (0 to
		1) that is of this order, and `amount`, what it asks for in the order's currency
	:param advances: paid for the order and not yet set against an invoice, in the order's currency
	:param total: what the order asks for; not zero
	"""
	invoices = list(invoices)
	paid = advances + sum(
		(row["amount"] * row["part"] * row["settled"] / row["total"] for row in invoices if row["total"]),
		ZERO,
	)
	# rounded totals of several invoices need not add up to the order's
	if (
		per_billed >= FULL
		and invoices
		and paid > 0
		and all(row["settled"] == row["total"] for row in invoices)
	):
		return HUNDRED
	percent = paid / total * HUNDRED
	return max(ZERO, min(percent, HUNDRED if percent >= HUNDRED else Decimal("99.99")))


def describe_delivered(
	quantity: Decimal, delivered: Decimal, format_quantity: Callable, translate: Callable[[str], str]
) -> dict[str, str]:
	"""`{"text", "tone"}`: how much of a line has been delivered, returns taken off."""
	_ = translate
	if delivered >= quantity:
		return {"text": _("Delivered"), "tone": "ok"}
	if delivered <= 0:
		return {"text": _("Not yet delivered"), "tone": "muted"}
	numbers = format_quantity(delivered), format_quantity(quantity)
	return {"text": _("Delivered {0} of {1}").format(*numbers), "tone": "warn"}


def describe_invoiced(amount: Decimal, billed: Decimal, translate: Callable[[str], str]) -> str:
	"""How much of a line has been invoiced; nothing where none of it has."""
	_ = translate
	if not amount or not billed:
		return ""
	shown = get_whole_percent(billed / amount * HUNDRED)
	return _("Invoiced") if shown == 100 else _("Invoiced {0}%").format(shown)
