"""The states of a document in a buyer's words. Pure: no Frappe, no database; the caller passes its translate function.

Which state a document is in is decided in SQL (``documents.columns``), so that a filter and what is shown cannot differ.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal

# what "open" in the status filter means: something is still owed, or still at the customer's disposal
OPEN = ("overdue", "partly_paid", "unpaid", "credit", "unallocated")

# the order in which a list sorted by status shows them: what needs attention first
ORDER = (
	"overdue",
	"partly_paid",
	"unpaid",
	"credit",
	"unallocated",
	"refunded",
	"credit_used",
	"received",
	"credited",
	"paid",
)

TONES = {
	"overdue": "bad",
	"partly_paid": "warn",
	"unpaid": "info",
	"paid": "ok",
	"credited": "muted",
	"credit": "info",
	"credit_used": "muted",
	"received": "ok",
	"unallocated": "ok",
	"refunded": "muted",
}


# Each looked up alone: a list asks for one on every row.
LABELS: dict[str, Callable[[Callable[[str], str]], str]] = {
	"open": lambda _: _("Open"),
	"overdue": lambda _: _("Overdue"),
	"partly_paid": lambda _: _("Partly paid"),
	"unpaid": lambda _: _("Unpaid"),
	"paid": lambda _: _("Paid"),
	"credited": lambda _: _("Credited"),
	"credit": lambda _: _("Credit"),
	"credit_used": lambda _: _("Credit used"),
	"received": lambda _: _("Received"),
	"unallocated": lambda _: _("Received, not yet allocated"),
	"refunded": lambda _: _("Refunded"),
}


def get_label(key: str, translate: Callable[[str], str]) -> str:
	"""The name of a state, as a filter offers it."""
	return LABELS[key](translate)


def describe(
	key: str, translate: Callable[[str], str], overdue_from: date | None = None, today: date | None = None
) -> dict[str, str]:
	"""`{"text", "tone"}` of a state. Overdue says by how many days when it is known since when."""
	_ = translate
	text = get_label(key, translate)
	if key == "unallocated":
		# the amount that is not allocated stands beside it
		text = _("Received")
	if key == "overdue" and overdue_from and today:
		days = (today - overdue_from).days
		text = _("Overdue by 1 day") if days == 1 else _("Overdue by {0} days").format(days)
	return {"text": text, "tone": TONES[key]}


def get_overdue_from(
	instalments: Iterable[Mapping], settled: Decimal, due_date: date | None, today: date
) -> date | None:
	"""The day from which an overdue invoice has been late: when the earliest instalment not covered fell due.

	:param instalments: rows with `due_date` and `amount`, in the currency of `settled`
	:param settled: what has been paid or credited; it covers the earliest instalments first, as in ERPNext's is_overdue
	:param due_date: the invoice's own due date, which decides when no instalment is late
	"""
	due = Decimal(0)
	for instalment in sorted(instalments, key=lambda row: row["due_date"]):
		due += instalment["amount"]
		if instalment["due_date"] < today and settled < due:
			return instalment["due_date"]
	return due_date if due_date and due_date < today else None


def spread_over_instalments(instalments: Iterable[Mapping], settled: Decimal) -> list[dict]:
	"""The instalments in order of their due date with `open`: what of each is still to be paid.

	Credit notes and journal entries do not say which instalment they pay; the earliest is taken first, which is how
	ERPNext decides whether an invoice is overdue.
	"""
	rest = max(settled, Decimal(0))
	spread = []
	for instalment in sorted(instalments, key=lambda row: row["due_date"]):
		covered = min(rest, instalment["amount"])
		rest -= covered
		spread.append({**instalment, "open": instalment["amount"] - covered})
	return spread
