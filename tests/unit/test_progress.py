"""How far an order has come, in figures and words."""

from datetime import date
from decimal import Decimal

import pytest

from customer_portal_ext.documents import progress, statuses

DAY = date(2026, 11, 23)


def same(text):
	return text


def make_invoice(total, settled, part=1, amount=None):
	return {
		"total": Decimal(total),
		"settled": Decimal(settled),
		"part": Decimal(part),
		"amount": Decimal(amount or total),
	}


def get_paid(invoices=(), advances="0", total="100", per_billed="100"):
	return progress.get_paid_percent(invoices, Decimal(advances), Decimal(total), Decimal(per_billed))


@pytest.mark.parametrize(
	("percent", "shown"),
	[
		("0", 0),
		("0.0009", 0),
		("0.001", 1),
		("0.4", 1),
		("33.333333", 33),
		("66.666667", 67),
		("99.5", 99),
		("99.999998", 99),
		("99.999999", 100),
		("100", 100),
	],
)
def test_a_shown_percentage_is_0_and_100_only_when_it_is_true(percent, shown):
	assert progress.get_whole_percent(Decimal(percent)) == shown


def test_what_is_paid_is_each_invoices_settled_part():
	assert get_paid([make_invoice(60, 60), make_invoice(40, 10)]) == 70
	assert get_paid([make_invoice(60, 30)], per_billed="60") == 30


def test_an_invoice_of_two_orders_counts_by_its_part():
	assert get_paid([make_invoice(400, 200, part="0.25")]) == 50


def test_an_advance_counts_until_it_is_set_against_an_invoice():
	assert get_paid([], advances="25", per_billed="0") == 25
	assert get_paid([make_invoice(50, 25)], advances="0", per_billed="50") == 25


def test_what_was_credited_was_not_paid():
	invoice, credit_note = make_invoice(100, 100), make_invoice(-100, -100)
	assert get_paid([invoice, credit_note]) == 0


def test_another_currency_is_counted_in_the_orders():
	assert get_paid([make_invoice(total=125, settled="62.5", amount=100)]) == 50


def test_invoices_rounded_on_their_own_still_pay_all():
	assert get_paid([make_invoice("33.3", "33.3")] * 3) == 100


def test_nearly_paid_is_not_paid():
	assert get_paid([make_invoice("100", "99.9999")]) == Decimal("99.99")


@pytest.mark.parametrize(("advances", "percent"), [("-5", 0), ("0", 0), ("100", 100), ("250", 100)])
def test_a_percentage_stays_between_0_and_100(advances, percent):
	assert get_paid(advances=advances) == percent


@pytest.mark.parametrize(
	("quantity", "delivered", "text", "tone"),
	[
		("10", "0", "Not yet delivered", "muted"),
		("10", "6", "Delivered 6 of 10", "warn"),
		("10", "10", "Delivered", "ok"),
		("10", "12", "Delivered", "ok"),
		("10", "-1", "Not yet delivered", "muted"),
	],
)
def test_delivered_in_words(quantity, delivered, text, tone):
	found = progress.describe_delivered(Decimal(quantity), Decimal(delivered), str, same)
	assert found == {"text": text, "tone": tone}


def test_invoiced_in_words():
	assert progress.describe_invoiced(Decimal(80), Decimal(0), same) == ""
	assert progress.describe_invoiced(Decimal(80), Decimal(20), same) == "Invoiced 25%"
	assert progress.describe_invoiced(Decimal(80), Decimal(80), same) == "Invoiced"
	assert progress.describe_invoiced(Decimal(0), Decimal(0), same) == ""


def make_order(**values):
	return {
		"transaction_date": DAY,
		"skip_delivery_note": 0,
		"per_delivered": Decimal(50),
		"per_billed": Decimal(0),
		**values,
	}


def get_steps(order, paid=None, expected_on=DAY):
	return progress.get_steps(order, same, DAY, None, expected_on, paid)


def test_the_steps_of_an_order():
	steps = get_steps(make_order(), paid={"percent": Decimal(10), "date": DAY})
	assert [(step["key"], step["shown"]) for step in steps] == [
		("ordered", 100),
		("delivered", 50),
		("invoiced", 0),
		("paid", 10),
	]
	assert steps[1]["expected"] == DAY
	assert steps[2]["date"] is None


def test_what_has_come_is_not_expected_any_more():
	assert get_steps(make_order(per_delivered=Decimal(100)))[1]["expected"] is None


def test_an_order_without_delivery_has_no_such_step():
	keys = [step["key"] for step in get_steps(make_order(skip_delivery_note=1))]
	assert keys == ["ordered", "invoiced"]


@pytest.mark.parametrize(
	("valid_till", "text"),
	[
		(date(2026, 11, 23), "Valid until today"),
		(date(2026, 11, 24), "Valid 1 more day"),
		(date(2026, 12, 5), "Valid 12 more days"),
		(None, "Open"),
	],
)
def test_how_long_a_quotation_is_valid(valid_till, text):
	assert statuses.describe("valid", same, today=DAY, valid_till=valid_till)["text"] == text


def test_every_state_has_a_place_a_tone_and_a_name():
	assert set(statuses.ORDER) == set(statuses.TONES) == set(statuses.LABELS) - {"open"}
	assert len(statuses.ORDER) == len(set(statuses.ORDER))
	assert set(statuses.OPEN) <= set(statuses.ORDER)
