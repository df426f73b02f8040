"""Texts that go into a spreadsheet. Pure: no Frappe, no database."""

import re
import unicodedata

# what a spreadsheet program takes for the beginning of a formula (OWASP, "CSV Injection")
FORMULA_SIGNS = frozenset("=+-@")
FORMULA_STARTS = ("\t", "\r", "\n")
# spaces of any kind, and marks that cannot be seen
IGNORED = re.compile("[\\s\ufeff\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\x00-\x1f]*")
# what XML 1.0, and so a workbook, cannot hold
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
NOT_IN_SHEET_TITLE = re.compile(r"[\[\]:*?/\\]")


def guard_formula(text: str) -> str:
	"""The text as a CSV cell may hold it: with an apostrophe before what would be run as a formula.

	Full-width and small signs (＝, ﹢) count, which programs set to Chinese or Japanese read as the others, and so does a
	sign after what a program may trim away.
	"""
	first = text[IGNORED.match(text).end() :][:1]
	is_formula = text.startswith(FORMULA_STARTS) or unicodedata.normalize("NFKC", first) in FORMULA_SIGNS
	return f"'{text}" if is_formula else text


def strip_unprintable(text: str) -> str:
	return NOT_IN_XML.sub("", text)


def get_sheet_title(text: str) -> str:
	"""A sheet's name: 31 characters at most, without those Excel keeps to itself."""
	return NOT_IN_SHEET_TITLE.sub(" ", strip_unprintable(text))[:31].strip("' ") or "1"
