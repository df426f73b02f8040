"""Money, numbers and dates as a visitor reads them: Babel's rules for their language, a minus that reads as minus.

Only a currency's decimals are the site's (base/currencies.py): the preview and the unit tests format as the site does.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from unicodedata import bidirectional

from babel import Locale, UnknownLocaleError
from babel.core import get_locale_identifier, parse_locale
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import (
	format_compact_decimal,
	format_percent,
	parse_pattern,
)
from jinja2 import pass_context

from customer_portal_ext.base.currencies import USUAL, get_decimals

RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})
# CLDR's currency spacing, which Babel leaves out: "KWD 1.235", not "KWD1.235".
LETTER_NEXT_TO_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
MINUS = "\N{MINUS SIGN}"
LEFT_TO_RIGHT_MARK, RIGHT_TO_LEFT_MARK = "\N{LEFT-TO-RIGHT MARK}", "\N{RIGHT-TO-LEFT MARK}"
MARKS = re.compile("[\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK}\N{ARABIC LETTER MARK}]")
# the digits of a pattern such as "#,##,##0.00\N{NO-BREAK SPACE}¤"
NUMBER_IN_PATTERN = re.compile(r"[#,0]+(?:\.[#0]+)?")
# The database keeps no more of an amount or a quantity.
MOST_DECIMALS = 9
# Longer than any number of units, so that Babel never turns 12 days into 2 weeks.
NEVER_ROUND_UP = 10**9


@lru_cache(maxsize=64)
def get_locale(language: str | None) -> Locale:
	"""Babel's locale for a Frappe language code ("de", "pt-BR", "zh-TW"); English where Babel knows none."""
	code = (language or "en").replace("-", "_")
	for candidate in (code, code.split("_")[0]):
		try:
			return Locale.parse(get_locale_identifier(parse_locale(candidate)))
		except (UnknownLocaleError, ValueError):
			continue
	return Locale.parse("en")


def get_direction(language: str | None) -> str:
	"""The writing direction of a language: "rtl" or "ltr"."""
	return "rtl" if get_locale(language).language in RIGHT_TO_LEFT else "ltr"


@lru_cache(maxsize=256)
def get_pattern(locale: Locale, least: int, most: int, is_money: bool = False):
	"""The locale's pattern for numbers or money, with that many decimals. Babel reads a pattern's text anew each time; a list
	shows forty amounts.

	Money is grouped as numbers are: in Marathi, CLDR groups the one by thousands and the other by lakhs.
	"""
	number = locale.decimal_formats[None].pattern.split(";")[0].split(".")[0]
	if most:
		number += "." + "0" * least + "#" * (most - least)
	if is_money:
		number = NUMBER_IN_PATTERN.sub(number, locale.currency_formats["standard"].pattern)
	return parse_pattern(number)


@lru_cache(maxsize=4096)
def write_date(day: date, form: str, locale: Locale) -> str:
	"""A date in one of Babel's forms. The same days come up in row after row and page after page."""
	if form in ("medium", "long"):
		return format_date(day, form, locale=locale)
	return format_skeleton(form, day, locale=locale)


def quantise(value, digits: int) -> Decimal:
	"""``value`` with ``digits`` decimals, half rounded up, and never a negative zero."""
	rounded = Decimal(str(value or 0)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
	return rounded if rounded else abs(rounded)


def with_minus(text: str) -> str:
	"""The same text with a typographic minus where the locale's pattern put a hyphen."""
	return text.replace("-", MINUS)


def keep_together(text: str) -> str:
	"""An amount within text that runs from right to left: "US$" stays that, and a minus stays before its number.

	The marks do what isolates would (Unicode's annex 9), in old mail programs and in wkhtmltopdf too. Number and symbol follow
	each other as the locale's pattern wants: where it begins with a mark for right-to-left, in that direction.
	"""
	is_right_to_left = text.startswith(RIGHT_TO_LEFT_MARK)
	pieces = MARKS.sub("", text).split("\N{NO-BREAK SPACE}")
	if is_right_to_left:
		pieces = [piece if is_written_right_to_left(piece) else between_marks(piece) for piece in pieces]
	joined = f"{RIGHT_TO_LEFT_MARK}\N{NO-BREAK SPACE}{RIGHT_TO_LEFT_MARK}".join(pieces)
	if not is_right_to_left:
		joined = between_marks(MARKS.sub("", joined))
	return f"{RIGHT_TO_LEFT_MARK}{joined}{RIGHT_TO_LEFT_MARK}"


def between_marks(text: str) -> str:
	return f"{LEFT_TO_RIGHT_MARK}{text}{LEFT_TO_RIGHT_MARK}"


def is_written_right_to_left(text: str) -> bool:
	return any(bidirectional(character) in ("R", "AL") for character in text)


class Formats:
	"""The formatting functions of one locale. Each takes None as "nothing to show" and gives an empty text."""

	def __init__(self, locale: Locale):
		self.locale = locale
		self.is_right_to_left = locale.language in RIGHT_TO_LEFT

	def money(self, amount, currency: str | None) -> str:
		"""An amount with its currency's symbol: ``$1,790.00``, ``−120,00 €``, ``¥1,790``."""
		if amount is None:
			return ""
		if not currency:
			return self.amount(amount, None)
		digits = get_decimals(currency)
		pattern = get_pattern(self.locale, digits, digits, is_money=True)
		text = pattern.apply(quantise(amount, digits), self.locale, currency=currency, currency_digits=False)
		text = with_minus(LETTER_NEXT_TO_DIGIT.sub("\N{NO-BREAK SPACE}", text))
		return keep_together(text) if self.is_right_to_left else text

	def amount(self, amount, currency: str | None = None) -> str:
		"""An amount without symbol, in its currency's precision: for columns headed by the currency."""
		if amount is None:
			return ""
		digits = get_decimals(currency) if currency else USUAL
		return self.number(amount, digits, digits)

	def price(self, amount, currency: str | None = None) -> str:
		"""The price of one: an amount with as many decimals as it has, and its currency's at least."""
		if amount is None:
			return ""
		return self.number(amount, get_decimals(currency) if currency else USUAL, MOST_DECIMALS)

	def quantity(self, number) -> str:
		"""A quantity with as many decimals as it has: none where it is whole."""
		return "" if number is None else self.number(number, 0, MOST_DECIMALS)

	def number(self, value, least: int, most: int) -> str:
		"""``value`` with at least and at most that many decimals."""
		pattern = get_pattern(self.locale, least, most)
		return with_minus(pattern.apply(quantise(value, most), self.locale))

	def together(self, text: str | None) -> str:
		"""A number, name or address that is written left to right, as it stays within text of the other direction.

		For paper, whose tools do not know ``<bdi>``.
		"""
		text = text or ""
		if not self.is_right_to_left or is_written_right_to_left(text):
			return text
		return f"{RIGHT_TO_LEFT_MARK}{between_marks(text)}{RIGHT_TO_LEFT_MARK}"

	def short_count(self, number) -> str:
		"""A count for a badge: ``3``, ``214``, ``12K``."""
		if number is None:
			return ""
		if number < 1000:
			return str(int(number))
		return format_compact_decimal(int(number), locale=self.locale)

	def percent(self, number) -> str:
		"""A rate given in percent (8.875), as a text with the locale's percent sign; three decimals at most."""
		if number is None:
			return ""
		pattern = self.locale.percent_formats[None].pattern.replace("##0", "##0.###")
		return with_minus(format_percent(quantise(number, 3) / 100, format=pattern, locale=self.locale))

	def date_medium(self, day: date | None) -> str:
		"""A date in its usual short form: ``Nov 22, 2026``."""
		return write_date(day, "medium", self.locale) if day else ""

	def date_long(self, day: date | None) -> str:
		"""A date with the month's full name: ``November 22, 2026``."""
		return write_date(day, "long", self.locale) if day else ""

	def date_short(self, day: date | None, today: date) -> str:
		"""Day and month; with the year where it is not this one."""
		if not day:
			return ""
		if day.year != today.year:
			return self.date_medium(day)
		return write_date(day, "MMMd", self.locale)

	def month(self, day: date | None) -> str:
		"""A month and its year: ``November 2026``."""
		return write_date(day, "yMMMM", self.locale) if day else ""

	def date_time(self, moment: datetime | None) -> str:
		"""A moment in the site's time zone: usual date, hours and minutes."""
		if not moment:
			return ""
		return f"{write_date(moment.date(), 'medium', self.locale)}, {self.time(moment)}"

	def time(self, moment: datetime | None) -> str:
		"""Hours and minutes."""
		return format_time(moment, "short", locale=self.locale) if moment else ""

	def days_phrase(self, day: date | None, today: date, translate: Callable[[str], str]) -> str:
		"""How far a date is from today: ``today``, ``in 12 days``, ``12 days ago``."""
		if not day:
			return ""
		days = (day - today).days
		if not days:
			return translate("today")
		return format_timedelta(
			timedelta(days=days),
			granularity="day",
			threshold=NEVER_ROUND_UP,
			add_direction=True,
			locale=self.locale,
		)


def get_filters(language: str | None) -> dict[str, Callable]:
	"""The template filters of one language. ``date_short`` and ``days_phrase`` take today from the context."""
	formats = Formats(get_locale(language))

	@pass_context
	def date_short(context, day):
		return formats.date_short(day, context["today"])

	@pass_context
	def days_phrase(context, day):
		return formats.days_phrase(day, context["today"], context["_"])

	return {
		"money": formats.money,
		"amount": formats.amount,
		"price": formats.price,
		"digits": get_decimals,
		"quantity": formats.quantity,
		"together": formats.together,
		"short_count": formats.short_count,
		"percent": formats.percent,
		"date": formats.date_medium,
		"date_long": formats.date_long,
		"date_short": date_short,
		"month": formats.month,
		"datetime": formats.date_time,
		"time": formats.time,
		"days_phrase": days_phrase,
	}
