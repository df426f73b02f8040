"""Lines of a statement from rows of the ledger."""

from datetime import date
from decimal import Decimal
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customer_portal_ext.statement.lines import get_entry_labels, get_lines
from customer_portal_ext.statement.texts import get_sheet_title, guard_formula, strip_unprintable

# a busy machine is no failure
settings.register_profile("statement", deadline=None)
settings.load_profile("statement")

ALL = frozenset({"invoices", "credit_notes", "payments_history"})
LABELS = get_entry_labels(lambda text: text)
money = st.decimals(min_value=0, max_value=10**9, places=3)


def make_row(voucher_type="Sales Invoice", debit="0", credit="0", running="0", **values):
	return {
		"posting_date": date(2026, 11, 1),
		"voucher_type": voucher_type,
		"voucher_no": "X/1",
		"debit": debit,
		"credit": credit,
		"running": running,
		"is_return": 0,
		"is_debit_note": 0,
		"payment_type": None,
		"journal_type": None,
		"is_own": 1,
		"reference": None,
		"due_date": None,
		**values,
	}


def only(row, capabilities=ALL):
	(line,) = get_lines([row], Decimal(0), LABELS, capabilities)
	return line


@given(money, st.lists(st.tuples(money, money), max_size=60))
def test_running_balance_ends_at_the_closing_one(opening, moves):
	rows, running = [], Decimal(0)
	for debit, credit in moves:
		running += debit - credit
		rows.append(make_row(debit=str(debit), credit=str(credit), running=str(running)))
	lines = list(get_lines(rows, opening, LABELS))
	closing = opening + sum(line["debit"] for line in lines) - sum(line["credit"] for line in lines)
	assert (lines[-1]["balance"] if lines else opening) == closing
	before = opening
	for line in lines:
		assert line["balance"] == before + line["debit"] - line["credit"]
		before = line["balance"]


@pytest.mark.parametrize(
	("values", "text", "url"),
	[
		({}, "Invoice", "/portal/invoices/X/1"),
		({"is_debit_note": 1}, "Additional charge", "/portal/invoices/X/1"),
		({"is_return": 1}, "Credit note", "/portal/credit-notes/X/1"),
		({"voucher_type": "Payment Entry", "payment_type": "Receive"}, "Payment", "/portal/payments/X/1"),
		({"voucher_type": "Payment Entry", "payment_type": "Pay"}, "Refund", "/portal/payments/X/1"),
		(
			{"voucher_type": "Journal Entry", "journal_type": "Write Off Entry", "credit": "5"},
			"Write-off",
			None,
		),
		({"voucher_type": "Journal Entry", "journal_type": "Bank Entry", "credit": "5"}, "Payment", None),
		({"voucher_type": "Journal Entry", "journal_type": "Bank Entry", "debit": "5"}, "Refund", None),
		(
			{"voucher_type": "Journal Entry", "journal_type": "Opening Entry", "debit": "5"},
			"Opening balance",
			None,
		),
		(
			{"voucher_type": "Journal Entry", "journal_type": "Journal Entry", "debit": "5"},
			"Adjustment",
			None,
		),
		({"voucher_type": "Something New", "debit": "5"}, "Adjustment", None),
	],
)
def test_words_and_links(values, text, url):
	line = only(make_row(**values))
	assert (line["text"], line["url"]) == (text, url)


def test_no_link_where_policy_closes_the_page():
	assert only(make_row(), ALL - {"invoices"})["url"] is None
	assert only(make_row(is_return=1), ALL - {"credit_notes"})["url"] is None
	assert only(make_row(), frozenset())["url"] is None


def test_no_link_to_a_document_that_is_not_the_customers_own():
	assert only(make_row(is_own=0))["url"] is None
	assert only(make_row(is_own=None))["url"] is None


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_csv_cell_begins_a_formula(start):
	assert guard_formula(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("start", ["＝", "＋", "－", "＠", "﹢", "﹣", "﹦", "﹫"])
def test_full_width_and_small_signs_begin_formulas_as_well(start):
	assert guard_formula(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("sign", ["=", "@", "＝", "－"])
@pytest.mark.parametrize("before", [" ", "   ", "\u00a0", "\u3000", "\ufeff", "\u200b", " \t", "\x00"])
def test_a_sign_after_what_is_trimmed_away_counts(before, sign):
	assert guard_formula(f"{before}{sign}1+1") == f"'{before}{sign}1+1"


@pytest.mark.parametrize("text", ["", " ", "PO 4-5", "a=b", "１２", "发票 ＋ 1"])
def test_what_begins_no_formula_stays(text):
	assert guard_formula(text) == text


@given(st.text())
def test_what_is_guarded_never_begins_a_formula(text):
	assert not guard_formula(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@given(st.text())
def test_a_workbook_can_hold_every_text(text):
	# a workbook is XML: its parser refuses what a cell cannot hold
	ElementTree.fromstring(f"<t>{escape(strip_unprintable(text))}</t>")
	title = get_sheet_title(text)
	assert 1 <= len(title) <= 31 and not set(title) & set("[]:*?/\\")
