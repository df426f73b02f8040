"""Texts that go into a spreadsheet. Pure: no Frappe, no database."""

import re

# what a spreadsheet program takes for the beginning of a formula (OWASP, "CSV Injection")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
# what XML 1.0, and so a workbook, cannot hold
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
NOT_IN_SHEET_TITLE = re.compile(r"[\[\]:*?/\\]")


def guard_formula(text: str) -> str:
	"""The text as a CSV cell may hold it: with an apostrophe before what would be run as a formula."""
	return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def strip_unprintable(text: str) -> str:
	return NOT_IN_XML.sub("", text)


def get_sheet_title(text: str) -> str:
	"""A sheet's name: 31 characters at most, without those Excel keeps to itself."""
	return NOT_IN_SHEET_TITLE.sub(" ", strip_unprintable(text))[:31].strip("' ") or "1"
