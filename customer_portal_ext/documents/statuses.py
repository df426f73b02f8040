"""The states of a document in a buyer's words. Pure: no Frappe, no database; the caller passes its translate function.

Which state a document is in is decided in SQL (``documents.columns``), so that a filter and what is shown cannot differ.
"""

from collections.abc import Callable
from datetime import date

# what "open" in the status filter means: something is still owed, by either side, or at the customer's disposal
OPEN = (
	*("overdue", "partly_paid", "unpaid", "credit", "unallocated"),
	*("valid", "partly_ordered", "being_checked", "confirmed", "partly_delivered"),
	*("on_hold", "on_the_way"),
)

# the order in which a list sorted by status shows them: what needs attention first
ORDER = (
	"overdue",
	"partly_paid",
	"unpaid",
	"valid",
	"partly_ordered",
	"on_hold",
	"being_checked",
	"confirmed",
	"partly_delivered",
	"lost_on_the_way",
	"on_the_way",
	"credit",
	"unallocated",
	"refunded",
	"credit_used",
	"received",
	"credited",
	"delivered",
	"return",
	"returned",
	"accepted",
	"ordered",
	"completed",
	"paid",
	"expired",
	"declined",
	"closed",
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
	"valid": "info",
	"accepted": "ok",
	"partly_ordered": "info",
	"ordered": "ok",
	"expired": "muted",
	"declined": "muted",
	"being_checked": "info",
	"confirmed": "info",
	"partly_delivered": "warn",
	"delivered": "ok",
	"completed": "ok",
	"on_hold": "warn",
	"closed": "muted",
	"on_the_way": "info",
	"lost_on_the_way": "bad",
	"returned": "muted",
	"return": "muted",
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
	"valid": lambda _: _("Valid"),
	"accepted": lambda _: _("Accepted"),
	"partly_ordered": lambda _: _("Partly ordered"),
	"ordered": lambda _: _("Ordered"),
	"expired": lambda _: _("Expired"),
	"declined": lambda _: _("Declined"),
	"being_checked": lambda _: _("Being checked"),
	"confirmed": lambda _: _("Confirmed"),
	"partly_delivered": lambda _: _("Partly delivered"),
	"delivered": lambda _: _("Delivered"),
	"completed": lambda _: _("Completed"),
	"on_hold": lambda _: _("On hold"),
	"closed": lambda _: _("Closed"),
	"on_the_way": lambda _: _("On its way"),
	"lost_on_the_way": lambda _: _("Lost on the way"),
	"returned": lambda _: _("Returned"),
	"return": lambda _: _("Return"),
}


def get_label(key: str, translate: Callable[[str], str]) -> str:
	"""The name of a state, as a filter offers it."""
	return LABELS[key](translate)


def describe(
	key: str,
	translate: Callable[[str], str],
	overdue_from: date | None = None,
	today: date | None = None,
	valid_till: date | None = None,
) -> dict[str, str]:
	"""`{"text", "tone"}` of a state. Overdue says by how many days when it is known since when, valid for how many."""
	_ = translate
	text = get_label(key, translate)
	if key == "unallocated":
		# the amount that is not allocated stands beside it
		text = _("Received")
	if key == "overdue" and overdue_from and today:
		days = (today - overdue_from).days
		text = _("Overdue by 1 day") if days == 1 else _("Overdue by {0} days").format(days)
	if key == "valid":
		text = describe_validity(valid_till, today, _) if valid_till and today else get_label("open", _)
	return {"text": text, "tone": TONES[key]}


def describe_validity(valid_till: date, today: date, translate: Callable[[str], str]) -> str:
	"""For how long a quotation still holds; its last day counts."""
	_ = translate
	days = (valid_till - today).days
	if not days:
		return _("Valid until today")
	return _("Valid 1 more day") if days == 1 else _("Valid {0} more days").format(days)
