"""Alternatives: ERPNext offers a line, and after it those that may be taken instead; the buyer takes one of each set."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.web.words import _


@dataclass(frozen=True)
class Choice:
	"""One set. ``field`` is its name in the form; ``options`` are rows of Quotation Item, the first the one in the total."""

	field: str
	options: tuple[Mapping, ...]


def get_choices(rows: Iterable[Mapping], ordered: Iterable[str] = ()) -> list[Choice]:
	"""The sets still open, in the quotation's order.

	:param rows: Quotation Item rows by idx, with ``name`` and ``is_alternative``. As in ERPNext's
		Quotation.get_rows_with_alternatives, an alternative belongs to the last line before it that is none.
	:param ordered: names of rows that an order was made of: what was chosen once is not chosen again.
	"""
	sets: list[list[Mapping]] = []
	for row in rows:
		if row["is_alternative"] and sets:
			sets[-1].append(row)
		elif not row["is_alternative"]:
			sets.append([row])
	ordered = set(ordered)
	return [
		Choice(f"choice-{options[0]['name']}", tuple(options))
		for options in sets
		if len(options) > 1 and not ordered & {option["name"] for option in options}
	]


def read(form: Mapping, choices: Iterable[Choice]) -> list[str]:
	"""The chosen row of each set; the quotation's own line where nothing was said. Raises InvalidInput for any other."""
	chosen = []
	for choice in choices:
		name = form.get(choice.field) or choice.options[0]["name"]
		if name not in [option["name"] for option in choice.options]:
			raise InvalidInput(_("Choose one of the items offered."), choice.field)
		chosen.append(name)
	return chosen
