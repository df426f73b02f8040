"""What a visitor asks of a list, read from the query string. Pure: no Frappe, no database.

Everything is allow-listed. What cannot be used becomes a message for its field; nothing is guessed.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

PAGE_SIZES = (20, 50, 100)
DEFAULT_SORT = "-date"
MAXIMUM_SEARCH = 140
EARLIEST_YEAR, LATEST_YEAR = 1900, 2199

# names in the URL, in the order in which a URL is written
NAMES = (
	"search",
	"type",
	"status",
	"company",
	"date_from",
	"date_to",
	"amount_from",
	"amount_to",
	"sort",
	"size",
	"page",
)
NARROWING = NAMES[:8]


@dataclass(frozen=True)
class Filters:
	search: str = ""
	type: str = ""
	status: str = ""
	company: str = ""
	date_from: date | None = None
	date_to: date | None = None
	amount_from: Decimal | None = None
	amount_to: Decimal | None = None
	sort: str = DEFAULT_SORT
	size: int = PAGE_SIZES[0]
	page: int = 1
	# field -> message; a list with errors shows no rows
	errors: Mapping[str, str] = field(default_factory=dict)
	# what was typed, to show it again in its field
	typed: Mapping[str, str] = field(default_factory=dict)

	@property
	def sort_key(self) -> str:
		return self.sort.removeprefix("-")

	@property
	def is_descending(self) -> bool:
		return self.sort.startswith("-")

	@property
	def is_narrowed(self) -> bool:
		return any(self.typed.get(name) for name in NARROWING)

	def refuse(self, name: str, message: str) -> "Filters":
		return replace(self, errors={**self.errors, name: message})

	def get_query(self, **changes: str | int | None) -> str:
		"""The query string of this list with some values changed; what equals the default is left out."""
		values = {**self.typed, **{name: value for name, value in changes.items()}}
		defaults = {"sort": DEFAULT_SORT, "size": str(PAGE_SIZES[0]), "page": "1"}
		pairs = [
			(name, str(values[name]))
			for name in NAMES
			if values.get(name) not in (None, "") and str(values[name]) != defaults.get(name)
		]
		return urlencode(pairs)


def read(
	query: Mapping[str, str],
	translate: Callable[[str], str],
	types: Collection[str],
	statuses: Collection[str],
	sorts: Collection[str],
) -> Filters:
	"""The filters of a query string. `types`, `statuses` and `sorts` are what this list can be asked for."""
	_ = translate
	typed = {name: str(query.get(name) or "").strip() for name in NAMES}
	errors: dict[str, str] = {}
	values: dict = {"company": typed["company"]}

	if len(typed["search"]) > MAXIMUM_SEARCH:
		errors["search"] = _("Search for at most {0} characters.").format(MAXIMUM_SEARCH)
	elif _has_control_characters(typed["search"]):
		errors["search"] = _("The search contains characters that cannot be searched for.")
	else:
		values["search"] = typed["search"]

	for name, allowed, message in (
		("type", types, _("There is no such type of document.")),
		("status", statuses, _("There is no such status.")),
	):
		if typed[name] and typed[name] not in allowed:
			errors[name] = message
		else:
			values[name] = typed[name]

	for name in ("date_from", "date_to"):
		try:
			values[name] = _read_date(typed[name])
		except ValueError:
			errors[name] = _("Enter a date as year-month-day, between {0} and {1}.").format(
				EARLIEST_YEAR, LATEST_YEAR
			)
	if values.get("date_from") and values.get("date_to") and values["date_from"] > values["date_to"]:
		errors["date_to"] = _("The last day must not be before the first.")

	for name in ("amount_from", "amount_to"):
		try:
			values[name] = _read_amount(typed[name])
		except ValueError:
			errors[name] = _("Enter an amount in figures, such as 1250.50.")
	if None not in (values.get("amount_from"), values.get("amount_to")):
		if values["amount_from"] > values["amount_to"]:
			errors["amount_to"] = _("The largest amount must not be below the smallest.")

	if typed["sort"] and typed["sort"].removeprefix("-") not in sorts:
		errors["sort"] = _("The list cannot be sorted by that.")
	else:
		values["sort"] = typed["sort"] or DEFAULT_SORT

	if typed["size"] and typed["size"] not in map(str, PAGE_SIZES):
		errors["size"] = _("Show {0} or {1} rows on a page.").format(
			", ".join(map(str, PAGE_SIZES[:-1])), PAGE_SIZES[-1]
		)
	else:
		values["size"] = int(typed["size"] or PAGE_SIZES[0])

	if typed["page"] and not re.fullmatch(r"0*[1-9][0-9]{0,17}", typed["page"], re.ASCII):
		errors["page"] = _("Pages are numbered from 1.")
	else:
		values["page"] = int(typed["page"] or 1)

	return Filters(**values, errors=errors, typed=typed)


def _read_date(text: str) -> date | None:
	if not text:
		return None
	if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
		raise ValueError(text)
	day = date.fromisoformat(text)
	if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
		raise ValueError(text)
	return day


def _read_amount(text: str) -> Decimal | None:
	"""Plain figures. A comma before one or two figures is a decimal comma; one before three could be either, so it is
	refused rather than guessed."""
	if not text:
		return None
	if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,9}|,[0-9]{1,2})?", text, re.ASCII):
		raise ValueError(text)
	return Decimal(text.replace(",", "."))


def _has_control_characters(text: str) -> bool:
	return any(ord(character) < 32 or 0xD800 <= ord(character) <= 0xDFFF for character in text)
