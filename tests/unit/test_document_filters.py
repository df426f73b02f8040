"""What a list makes of its query string."""

from datetime import date
from decimal import Decimal

import pytest

from customer_portal_ext.documents import filters

TYPES, STATUSES, SORTS = ("invoice", "payment"), ("open", "overdue", "paid"), ("date", "amount", "name")


def read(**query):
	return filters.read(query, str, TYPES, STATUSES, SORTS)


def test_nothing_asked_for_is_the_newest_first():
	wanted = read()
	assert (wanted.sort_key, wanted.is_descending, wanted.size, wanted.page) == ("date", True, 20, 1)
	assert not wanted.errors and not wanted.is_narrowed


def test_everything_asked_for():
	wanted = read(
		search=" bolt  M8 ",
		type="invoice",
		status="overdue",
		company="Nordwind GmbH",
		date_from="2026-01-31",
		date_to="2026-02-28",
		amount_from="10.5",
		amount_to="99,90",
		sort="amount",
		size="50",
		page="007",
	)
	assert not wanted.errors and wanted.is_narrowed
	assert (wanted.search, wanted.type, wanted.status, wanted.company) == (
		"bolt  M8",
		"invoice",
		"overdue",
		"Nordwind GmbH",
	)
	assert (wanted.date_from, wanted.date_to) == (date(2026, 1, 31), date(2026, 2, 28))
	assert (wanted.amount_from, wanted.amount_to) == (Decimal("10.5"), Decimal("99.90"))
	assert (wanted.sort_key, wanted.is_descending, wanted.size, wanted.page) == ("amount", False, 50, 7)


@pytest.mark.parametrize(
	("name", "value"),
	[
		("page", "0"),
		("page", "-1"),
		("page", "two"),
		("page", "1.5"),
		("page", "١"),
		("page", "1" * 30),
		("size", "21"),
		("size", "1000000"),
		("size", "all"),
		("sort", "customer"),
		("sort", "date;drop table"),
		("sort", "--date"),
		("type", "sales_order"),
		("status", "Draft"),
		("date_from", "yesterday"),
		("date_from", "2026-02-30"),
		("date_from", "9999-12-31"),
		("date_from", "0001-01-01"),
		("date_from", "20260101"),
		("date_to", "31.12.2026"),
		("amount_from", "ten"),
		("amount_from", "1e9"),
		("amount_from", "NaN"),
		("amount_from", "-5"),
		("amount_to", "1,250"),
		("amount_to", "9" * 13),
		("search", "x" * 141),
		("search", "a\0b"),
		("search", "\ud800"),
	],
)
def test_what_cannot_be_used_is_named_and_not_guessed(name, value):
	wanted = read(**{name: value})
	assert list(wanted.errors) == [name]
	assert wanted.errors[name].endswith(".")
	assert wanted.typed[name] == value, "the field shows again what was typed"


@pytest.mark.parametrize(
	("first", "last"),
	[("date_from", "date_to"), ("amount_from", "amount_to")],
)
def test_a_reversed_range_is_refused(first, last):
	values = ("2026-02-02", "2026-02-01") if first == "date_from" else ("20", "10")
	assert list(read(**{first: values[0], last: values[1]}).errors) == [last]
	assert not read(**{first: values[1], last: values[1]}).errors, "a range of one is a range"


def test_a_huge_page_number_is_a_page_number():
	assert read(page=str(10**12)).page == 10**12


def test_every_wrong_field_is_named_at_once():
	assert set(read(page="x", sort="x", date_from="x", amount_to="x", type="x").errors) == {
		"page",
		"sort",
		"date_from",
		"amount_to",
		"type",
	}


def test_the_url_keeps_what_was_asked_and_leaves_out_what_goes_without_saying():
	wanted = read(search="A&B 100%", status="overdue", sort="-date", size="20", page="3")
	assert wanted.get_query() == "search=A%26B+100%25&status=overdue&page=3"
	assert wanted.get_query(page="") == "search=A%26B+100%25&status=overdue"
	assert wanted.get_query(sort="amount", page=1) == "search=A%26B+100%25&status=overdue&sort=amount"
