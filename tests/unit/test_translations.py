"""The app's own translations: complete, faithful to their placeholders, and what customers read kept apart from Desk's words."""

import ast
import csv
import json
import re
from pathlib import Path

import pytest

from tests import desk_texts

APP = Path(__file__).resolve().parents[2] / "customer_portal_ext"
LANGUAGES = sorted((APP / "translations").glob("*.csv"))
CONTEXT = "Customer Portal"
# Where texts for staff are written, in Desk's words, beside what is no code of the app's own.
FOR_STAFF = {"customer_portal_ext", "desk", "overrides", "patches", "public", "templates", "translations"}
FOLDERS = sorted(path.name for path in APP.iterdir() if path.is_dir() and path.name[0] not in "._")
READ_BY_CUSTOMERS = [folder for folder in FOLDERS if folder not in FOR_STAFF]
# Rooms that speak to staff as well, each module to one of the two.
TO_BOTH = {"access", "payments", "platform"}
DESKS_WORDS = desk_texts.DESKS_WORDS
# Beside a DocType's name: what the app's scripts in Desk give where Frappe's own word means something else.
DESK_CONTEXT = "Customer Portal Ext"
SIX = {"ar", "de", "es", "fr", "ja", "zh"}
# Records that ERPNext sets up, and the portal shows by name. Its own translation of "Set" is the verb, of "Bar" a place to drink.
RECORDS = {
	*("Billing", "Shipping", "Office", "Personal", "Plant", "Postal", "Shop", "Subsidiary", "Warehouse"),
	*("Current", "Permanent", "Other", "Low", "Medium", "High", "Urgent"),
	*("Cash", "Cheque", "Credit Card", "Wire Transfer", "Bank Draft"),
	*("Nos", "Unit", "Set", "Box", "Pair", "Minute", "Hour", "Day", "Week", "Link", "Area", "Bar", "Percent"),
}
# Names of formats and of bank transfers' data are the same everywhere.
NAMES = {"PDF", "Excel", "CSV", "IBAN", "BIC", "UEN", "UPI", "UPI ID", "PayNow"}


def texts_of_templates():
	print_formats = APP / "customer_portal_ext" / "print_format"
	for path in sorted((*(APP / "templates").rglob("*.html"), *print_formats.rglob("*.html"))):
		for literal in re.findall(
			r"""\b_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""", without_comments(path)
		):
			yield ast.literal_eval(literal)


def without_comments(path):
	return re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def texts_of_python():
	"""The texts of modules that take ``_`` from web.words, or are given it."""
	for path in modules(READ_BY_CUSTOMERS):
		if not is_for_staff(path):
			for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
				if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "_lt"):
					if isinstance(node.args[0], ast.Constant):
						yield node.args[0].value


def modules(folders):
	return [path for folder in folders for path in sorted((APP / folder).rglob("*.py"))]


def is_for_staff(path):
	return path.name != "words.py" and DESKS_WORDS.search(path.read_text(encoding="utf-8"))


TEXTS = {
	text for text in {*texts_of_templates(), *texts_of_python(), *RECORDS} if re.search(r"[A-Za-z]{2}", text)
} - NAMES
DESK = desk_texts.get_texts()


def read(path):
	with path.open(encoding="utf-8", newline="") as rows:
		return list(csv.reader(rows))


def placeholders(text):
	return sorted(re.findall(r"\{\d*\}", text))


def get_keys(path):
	return {(source, context) for source, _translation, context in read(path)}


def test_there_are_texts_and_translations():
	assert len(TEXTS) > 250 and len(DESK) > 650
	assert {path.stem for path in LANGUAGES} == SIX


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_what_customers_read_is_complete_under_the_portals_context(path):
	rows = read(path)
	assert all(len(row) == 3 for row in rows)
	keys = [(source, context) for source, _translation, context in rows]
	assert len(keys) == len(set(keys))
	assert sorted(TEXTS - {source for source, context in keys if context == CONTEXT}) == []


def test_desks_texts_are_in_all_six_languages_or_in_none():
	"""Those in none are Frappe's or ERPNext's own words: test_desk_translations looks them up in all six."""
	keys = {path.stem: get_keys(path) for path in LANGUAGES}
	for language, found in keys.items():
		missing = {key for other in keys.values() for key in other} - found
		assert sorted(missing) == [], language
	own = {source for source, context in keys["de"] if context != CONTEXT}
	assert len(own & set(DESK)) > 550


def test_a_context_is_the_portals_desks_or_a_doctypes():
	known = {json_name(path) for path in (APP / "customer_portal_ext" / "doctype").glob("*/*.json")}
	contexts = {context for _source, context in get_keys(LANGUAGES[0])}
	assert contexts <= {CONTEXT, DESK_CONTEXT, ""} | known


def json_name(path):
	return json.loads(path.read_text(encoding="utf-8"))["name"]


def test_no_translation_of_desks_texts_is_left_over():
	for source, context in get_keys(LANGUAGES[0]):
		if context != CONTEXT:
			assert source in DESK, source
			assert not context or context in DESK[source], (source, context)


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_a_translation_keeps_its_placeholders(path):
	for source, translation, _context in read(path):
		assert placeholders(translation) == placeholders(source), source
		assert translation.strip() == translation != ""


def test_no_text_looks_like_markup():
	"""Frappe looks such a text up without what it takes for tags (frappe/utils: is_html), and so finds no translation."""
	assert [text for text in TEXTS if re.search(r"<[^>]+>", text)] == []


def test_the_rooms_are_known():
	assert {"access", "account", "conversations", "documents", "quotes", "statement", "web", "www"} <= set(
		READ_BY_CUSTOMERS
	)
	assert FOR_STAFF <= set(FOLDERS)


@pytest.mark.parametrize("folder", READ_BY_CUSTOMERS)
def test_what_customers_read_is_translated_by_the_portals_words(folder):
	for path in modules([folder]):
		if is_for_staff(path):
			assert folder in TO_BOTH, path
			assert "customer_portal_ext.web.words" not in path.read_text(encoding="utf-8"), path
