"""The portal's own translations: nearly complete, faithful to their placeholders, and kept apart from Desk's words."""

import ast
import csv
import re
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parents[2] / "customer_portal_ext"
LANGUAGES = sorted((APP / "translations").glob("*.csv"))
CONTEXT = "Customer Portal"
# Where texts for staff are written, in Desk's words, beside what is no code of the app's own.
FOR_STAFF = {"customer_portal_ext", "desk", "overrides", "patches", "public", "templates", "translations"}
FOLDERS = sorted(path.name for path in APP.iterdir() if path.is_dir() and path.name[0] not in "._")
READ_BY_CUSTOMERS = [folder for folder in FOLDERS if folder not in FOR_STAFF]
# Rooms that speak to staff as well, each module to one of the two.
TO_BOTH = {"access", "payments", "platform"}
DESKS_WORDS = re.compile(r"from frappe import .*\b_(lt)?\b|frappe\._l?t?\(")
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
	text for text in {*texts_of_templates(), *texts_of_python()} if re.search(r"[A-Za-z]{2}", text)
} - NAMES


def read(path):
	with path.open(encoding="utf-8", newline="") as rows:
		return list(csv.reader(rows))


def placeholders(text):
	return sorted(re.findall(r"\{\d*\}", text))


def test_there_are_texts_and_translations():
	assert len(TEXTS) > 250
	assert {path.stem for path in LANGUAGES} >= {"ar", "de", "fr"}


@pytest.mark.parametrize("path", LANGUAGES, ids=lambda path: path.stem)
def test_a_language_is_nearly_complete_and_under_the_portals_context(path):
	rows = read(path)
	assert all(len(row) == 3 and row[2] == CONTEXT for row in rows)
	sources = [row[0] for row in rows]
	assert len(sources) == len(set(sources))
	missing = sorted(TEXTS - set(sources))
	assert len(missing) <= len(TEXTS) // 20, missing


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
