"""What the settings of paying take, and what they refuse with a message that names it."""

import frappe
import pytest

from customer_portal_ext import custom_fields
from customer_portal_ext.patches.v1_0 import add_payments
from customer_portal_ext.payments import gateway_accounts
from tests import factories
from tests.factories import paying


@pytest.fixture
def save(portal_settings):
	return portal_settings


@pytest.mark.parametrize("minutes", [30, 45, 1440])
def test_time_to_pay(save, minutes):
	assert save(payment_minutes=minutes).payment_minutes == minutes


@pytest.mark.parametrize(
	("values", "said"),
	[
		({"payment_minutes": 29}, "30 to 1440"),
		({"payment_minutes": 1441}, "30 to 1440"),
		({"payment_minutes": 0}, "30 to 1440"),
		({"deposit_percent": -1}, "0 to 100"),
		({"deposit_percent": 100.5}, "0 to 100"),
	],
)
def test_out_of_range(save, values, said):
	with pytest.raises(frappe.ValidationError, match=said):
		save(**values)


def test_an_account_of_another_company(save):
	row = paying.make_gateway()
	other = frappe.get_all("Company", {"name": ("!=", row["company"])}, pluck="name", order_by="name")[0]
	for fields in ({"company": other}, {"account": frappe.db.get_value("Account", {"is_group": 1})}):
		with pytest.raises(frappe.ValidationError, match="row 1"):
			save(payment_gateways=[{**row, **fields}])


def test_a_fee_account_in_another_currency(save):
	row = paying.make_gateway(fee_account=paying.make_clearing_account(factories.get_company(), "EUR"))
	with pytest.raises(frappe.ValidationError, match="company's currency"):
		save(payment_gateways=[row])


def test_a_gateway_twice(save):
	row = paying.make_gateway()
	with pytest.raises(frappe.ValidationError, match="row 2"):
		save(payment_gateways=[row, dict(row)])
	settings = save(payment_gateways=[row, {**row, "for_currency": "EUR"}])
	assert [entry.for_currency for entry in settings.payment_gateways] == [None, "EUR"]


def test_the_row_that_was_disabled_still_says_where_the_money_goes(save):
	row = paying.make_gateway()
	save(payment_gateways=[{**row, "enabled": 0}])
	company = row["company"]
	assert gateway_accounts.get(paying.GATEWAY, company, "USD").account == row["account"]
	with pytest.raises(frappe.ValidationError, match="name no account"):
		gateway_accounts.get(paying.GATEWAY, company + "x", "USD")


def test_the_patch_can_run_again(db):
	for _time in range(2):
		add_payments.execute()
	fields = custom_fields.FIELDS["Payment Entry"]
	assert frappe.db.has_column("Payment Entry", fields[0]["fieldname"])
	indexes = frappe.db.sql(
		"show index from `tabPayment Entry` where Column_name = 'portal_payment'", as_dict=True
	)
	assert [index.Non_unique for index in indexes] == [0]
