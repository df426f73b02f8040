"""Desk's parts of the app are in six languages, as the portal is, and leave Frappe's and ERPNext's own words as they are."""

import csv
import re
from pathlib import Path

import frappe
import pytest
from frappe.translate import get_all_translations, get_messages_for_app, get_translations_from_apps

import customer_portal_ext
from customer_portal_ext.web.words import CONTEXT
from tests import desk_texts

LANGUAGES = ("ar", "de", "es", "fr", "ja", "zh")
APP, MODULE = "customer_portal_ext", "Customer Portal Ext"
# The same in every language.
NAMES = desk_texts.NAMES | {"UEN", "BIC", "IBAN", "UPI ID", "PDF", "CSV", "Excel", MODULE}
# Examples in the comment that says how the portal's components are called.
EXAMPLES = {"At least", "Dates and amounts"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_desk_is_translated(db, language):
	known = get_all_translations(language)
	missing = [
		text
		for text, contexts in desk_texts.get_texts().items()
		if not all(known.get(f"{text}:{context}") or known.get(text) for context in contexts)
	]
	assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_frappe_finds_in_the_app_is_translated(db, language):
	"""Its own search goes through DocTypes, pages, Python, scripts and templates; customers' words have a context."""
	known = get_all_translations(language)
	contexts = {CONTEXT, *frappe.get_all("DocType", {"module": MODULE}, pluck="name"), MODULE}
	found = {
		message[1]
		for message in get_messages_for_app(APP)
		# labels of Desk's own menu
		if message[0] != "Navbar:" and message[1]
	}
	assert len(found) > 1000
	missing = [
		text
		for text in found - NAMES - EXAMPLES
		if re.search(r"[A-Za-z]{2}", text)
		# the name of a field, where a template or a module translates a value
		and not re.fullmatch(r"[a-z_]+", text)
		and not known.get(text)
		and not any(known.get(f"{text}:{context}") for context in contexts)
	]
	assert " | ".join(missing) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_others_stay_as_they_are(db, language):
	"""Frappe merges all apps' translations: without a context, ours would be everybody's."""
	others = [app for app in frappe.get_installed_apps() if app != APP]
	theirs = get_translations_from_apps(language, others)
	path = Path(customer_portal_ext.__file__).parent / "translations" / f"{language}.csv"
	with path.open(encoding="utf-8", newline="") as rows:
		changed = [
			(source, theirs[source], ours)
			for source, ours, context in csv.reader(rows)
			if not context and theirs.get(source, ours) != ours
		]
	assert changed == []


def test_words_with_another_meaning_are_the_apps_own(db):
	"""Each was wrong by Frappe's or ERPNext's own translation: a purchase invoice, accounting, "sent", "colonised"."""
	for language, text, context, wrong, right in (
		("de", "Invoices", "Customer Portal Policy", "Eingangsrechnungen", "Rechnungen"),
		("de", "Accounts", "Customer Portal Settings", "Rechnungswesen", "Konten"),
		("de", "Posted", "Portal Payment", "Gesendet", "Gebucht"),
		("fr", "Settled", "Portal Payment", "Colonisé", "Réglé"),
		("zh", "State", "Portal Payment", "州", "状态"),
		("ar", "Amount", "Portal Payment", "كمية", "المبلغ"),
		("es", "Open", "Portal Change Request", "Abrir/Abierto", "Pendiente"),
		("de", "Set", CONTEXT, "Eingetragen", "Satz"),
		("zh", "Bar", CONTEXT, "酒吧", "巴"),
	):
		assert frappe._(text, language) == wrong
		assert frappe._(text, language, context) == right
