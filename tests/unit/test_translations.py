"""The portal's own translations: nearly complete, faithful to their placeholders, and kept apart from Desk's words."""

import ast
import csv
import re
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parents[2] / "customer_portal_ext"
LANGUAGES = sorted((APP / "translations").glob("*.csv"))
CONTEXT = "Customer Portal"
# Names of formats are the same everywhere.
NAMES = {"PDF", "Excel", "CSV"}


def texts_of_templates():
	for path in sorted((APP / "templates").rglob("*.html")):
		for literal in re.findall(
			r"""\b_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""", without_comments(path)
		):
			yield ast.literal_eval(literal)


def without_comments(path):
	return re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def texts_of_python():
	"""The texts of modules that take ``_`` from web.words, or are given it."""
	for folder in ("documents", "statement", "web", "quotes", "conversations", "account"):
		for path in sorted((APP / folder).rglob("*.py")):
			for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
				if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "_lt"):
					if isinstance(node.args[0], ast.Constant):
						yield node.args[0].value


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


@pytest.mark.parametrize("folder", ["documents", "statement", "web"])
def test_what_customers_read_is_translated_by_the_portals_words(folder):
	for path in sorted((APP / folder).rglob("*.py")):
		if path.stem != "words":
			assert not re.search(
				r"from frappe import .*\b_(lt)?\b|frappe\._l?t?\(", path.read_text(encoding="utf-8")
			), path
