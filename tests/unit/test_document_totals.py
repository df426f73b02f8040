"""The rows under an invoice add up to what it asks for."""

from decimal import Decimal

import pytest

from customer_portal_ext.documents import totals
from customer_portal_ext.documents.decimals import to_decimal, with_decimals


def record(**values):
	plain = {
		"total": "100",
		"net_total": "100",
		"grand_total": "100",
		"base_grand_total": "100",
		"rounded_total": "0",
		"base_rounded_total": "0",
		"discount_amount": "0",
		"additional_discount_percentage": "0",
		**values,
	}
	return {
		"disable_rounded_total": 1,
		"apply_discount_on": "Grand Total",
		"currency": "USD",
		"party_account_currency": "USD",
		**{
			key: Decimal(value)
			if isinstance(value, str) and value.strip("-").replace(".", "").isdigit()
			else value
			for key, value in plain.items()
		},
	}


def tax(amount, included=0, after_discount=None, label="VAT"):
	return {
		"label": label,
		"included_in_print_rate": included,
		"tax_amount": Decimal(amount),
		"tax_amount_after_discount_amount": Decimal(after_discount or amount),
	}


def show(rows):
	return [(row["label"], str(row["amount"])) for row in rows]


def assert_adds_up(rows):
	parts = [row for row in rows[:-1] if not row["is_included"]]
	assert rows[-1]["is_total"] and not any(row["is_total"] for row in rows[:-1])
	if parts:
		assert sum(row["amount"] for row in parts) == rows[-1]["amount"]


def test_without_tax_the_total_says_it_all():
	assert show(totals.get_rows(record(), [], str)) == [("Total", "100")]


def test_tax_is_added():
	rows = totals.get_rows(record(grand_total="108"), [tax("8")], str)
	assert show(rows) == [("Subtotal", "100"), ("VAT", "8"), ("Total", "108")]


def test_tax_in_the_price_is_said_but_not_added():
	rows = totals.get_rows(record(net_total="92.59"), [tax("7.41", included=1)], str)
	assert show(rows) == [("Subtotal", "100"), ("of which VAT", "7.41"), ("Total", "100")]
	assert_adds_up(rows)


def test_a_discount_on_the_net_total_comes_before_the_tax():
	values = record(discount_amount="10", apply_discount_on="Net Total", net_total="90", grand_total="99")
	rows = totals.get_rows(values, [tax("9")], str)
	assert show(rows) == [("Subtotal", "100"), ("Discount", "-10"), ("VAT", "9"), ("Total", "99")]


def test_a_discount_on_the_grand_total_comes_after_it():
	values = record(discount_amount="11", additional_discount_percentage="10", grand_total="99")
	rows = totals.get_rows(values, [tax("10", after_discount="9")], str)
	assert show(rows) == [("Subtotal", "100"), ("VAT", "10"), ("Discount of 10%", "-11"), ("Total", "99")]


def test_a_net_discount_on_prices_with_tax_is_shown_in_net_figures():
	values = record(
		total="110", discount_amount="10", apply_discount_on="Net Total", net_total="90", grand_total="99"
	)
	rows = totals.get_rows(values, [tax("9", included=1)], str)
	assert show(rows) == [("Net total after discount", "90"), ("VAT", "9"), ("Total", "99")]
	assert_adds_up(rows)


def test_rounding_is_a_row():
	values = record(total="99.6", grand_total="99.6", rounded_total="100", disable_rounded_total=0)
	rows = totals.get_rows(values, [], str)
	assert show(rows) == [("Subtotal", "99.6"), ("Rounding", "0.4"), ("Total", "100")]
	assert_adds_up(rows)


def test_a_credit_note_is_negative_throughout():
	values = record(total="-100", net_total="-100", grand_total="-108")
	rows = totals.get_rows(values, [tax("-8")], str)
	assert show(rows) == [("Subtotal", "-100"), ("VAT", "-8"), ("Total", "-108")]


def test_the_total_in_the_accounts_currency():
	values = record(grand_total="80", base_grand_total="100", currency="EUR")
	assert totals.get_total(values) == Decimal(80)
	assert totals.get_total_in_account_currency(values) == Decimal(100)
	assert totals.get_total_in_account_currency(values | {"currency": "USD"}) == Decimal(80)


@pytest.mark.parametrize("value", [0.1, 1234567.89, -0.005, 293701.0, 1e-9])
def test_a_float_from_the_database_becomes_the_figure_it_stands_for(value):
	assert float(to_decimal(value)) == value
	assert to_decimal(0.1) + to_decimal(0.2) == Decimal("0.3")


def test_a_row_keeps_what_is_no_amount():
	row = with_decimals({"amount": 1.5, "count": 2, "name": "x", "none": None})
	assert row == {"amount": Decimal("1.5"), "count": 2, "name": "x", "none": None}
	assert to_decimal(None) == 0
