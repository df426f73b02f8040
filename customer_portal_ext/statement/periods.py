"""The period of a statement, read from a query string. Pure: no Frappe, no database.

What cannot be used becomes a message for its field; nothing is guessed.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

PERIODS = ("this_month", "last_month", "this_quarter", "this_year", "own")
DEFAULT_PERIOD = "this_year"
OWN = "own"
EARLIEST_YEAR, LATEST_YEAR = 1900, 2199


@dataclass(frozen=True)
class FiscalYear:
	"""The year that a company's books are kept by: both days are part of it."""

	name: str
	from_date: date
	to_date: date

	@property
	def is_calendar_year(self) -> bool:
		year = self.from_date.year
		return (self.from_date, self.to_date) == (date(year, 1, 1), date(year, 12, 31))


@dataclass(frozen=True)
class Period:
	"""``from_date`` and ``to_date`` are both part of it. With ``errors`` (field -> message) there is no period to show."""

	key: str
	from_date: date
	to_date: date
	errors: Mapping[str, str] = field(default_factory=dict)
	# what was typed, to show it again in its field
	typed: Mapping[str, str] = field(default_factory=dict)

	@property
	def query(self) -> dict[str, str]:
		"""The period as it stands in an address. One that moves with the calendar keeps its name."""
		if self.key != OWN:
			return {"period": self.key}
		return {"period": OWN, "from": self.from_date.isoformat(), "to": self.to_date.isoformat()}

	@property
	def fixed_query(self) -> dict[str, str]:
		"""The period by its dates, for what must mean the same days tomorrow."""
		return {"period": OWN, "from": self.from_date.isoformat(), "to": self.to_date.isoformat()}


def get_dates(key: str, today: date, year: FiscalYear | None = None) -> tuple[date, date]:
	"""The first and last day of a named period. The current ones end today: what is dated later has not happened.

	:param year: the fiscal year that ``today`` is in; the calendar's where there is none.
	"""
	month = today.replace(day=1)
	if key == "last_month":
		last = month - timedelta(days=1)
		return last.replace(day=1), last
	first_of_year = year.from_date if year else today.replace(month=1, day=1)
	first = {
		"this_month": month,
		"this_quarter": get_quarter(first_of_year, today),
		"this_year": first_of_year,
	}[key]
	return first, today


def get_quarter(first_of_year: date, today: date) -> date:
	"""The first day of the quarter: three months after three months, from the year's first day on, as ERPNext's reports count
	(erpnext/accounts/report/financial_statements.py: get_period_list)."""
	first = first_of_year
	while (following := add_quarter(first)) <= today:
		first = following
	return first


def add_quarter(day: date) -> date:
	year, month = divmod(day.year * 12 + day.month - 1 + 3, 12)
	return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def read(
	query: Mapping[str, str], today: date, translate: Callable[[str], str], year: FiscalYear | None = None
) -> Period:
	"""The period that a query string names with ``period``, or ``from`` and ``to``. Without any, this year so far.

	:param year: as in ``get_dates``.
	"""
	_ = translate
	typed = {name: str(query.get(name) or "").strip() for name in ("period", "from", "to")}
	key = typed["period"] or (OWN if typed["from"] or typed["to"] else DEFAULT_PERIOD)
	default = get_dates(DEFAULT_PERIOD, today, year)
	if key not in PERIODS:
		return Period(DEFAULT_PERIOD, *default, {"period": _("There is no such period.")}, typed)
	if key != OWN:
		return Period(key, *get_dates(key, today, year), {}, typed)

	errors, days = {}, {}
	for name in ("from", "to"):
		try:
			days[name] = read_date(typed[name])
		except ValueError:
			errors[name] = _("Enter a date as year-month-day, between {0} and {1}.").format(
				EARLIEST_YEAR, LATEST_YEAR
			)
	if not errors and days["from"] > days["to"]:
		errors["to"] = _("The last day must not be before the first.")
	if errors:
		return Period(OWN, *default, errors, typed)
	return Period(OWN, days["from"], days["to"], {}, typed)


def read_date(text: str) -> date:
	"""A date as a date field sends it. Raises ValueError for everything else, and for years no ledger has."""
	if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
		raise ValueError(text)
	day = date.fromisoformat(text)
	if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
		raise ValueError(text)
	return day


def read_page(text: str | None) -> int | None:
	"""A page number from 1, or None for what is not one."""
	text = (text or "").strip()
	if not text:
		return 1
	return int(text) if re.fullmatch(r"0*[1-9][0-9]{0,17}", text, re.ASCII) else None
