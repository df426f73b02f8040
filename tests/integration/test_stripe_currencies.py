"""Currencies of two, none and three decimals through Stripe and into the ledger; PayNow; what is offered, and what is not."""

import frappe
import pytest

from customer_portal_ext.exceptions import InvalidInput
from customer_portal_ext.payments import follow_up, gateways, states, stripe_library
from tests import factories
from tests.factories import paying
from tests.factories.booking import set_rate
from tests.factories.stripe_site import GATEWAY, fresh
from tests.integration.test_stripe_payments import get_outstanding, get_session


def make_invoice(customer, currency, rate, exchange):
	set_rate(currency, exchange)
	return factories.make_sales_invoice(
		customer,
		rate=rate,
		currency=currency,
		conversion_rate=exchange,
		debit_to=factories.make_receivable_account(currency),
		disable_rounded_total=1,
	)


def pay(stripe, payment, method="card"):
	stripe.account.pay(payment.provider_reference, method)
	stripe.deliver_all()
	return fresh(payment)


@pytest.mark.parametrize(
	"currency, rate, exchange, minor",
	[
		("SGD", 0.1 + 0.2 + 1, 0.75, 130),
		("JPY", 12345, 0.0065, 12345),
		("KWD", 12.34, 3.25, 12340),
		("EUR", 100000.01, 1.1, 10000001),
	],
)
def test_exact_to_the_last_coin(stripe, customer, currency, rate, exchange, minor):
	invoice = make_invoice(customer, currency, rate, exchange)
	payment = stripe.begin(customer, [invoice.name])
	session = get_session(stripe, payment)
	assert (session["amount_total"], session["currency"]) == (minor, currency.lower())
	payment = pay(stripe, payment)
	assert (payment.state, payment.captured_minor) == (states.POSTED, minor), payment.last_error
	assert get_outstanding(invoice) == 0
	entry = frappe.get_doc("Payment Entry", payment.payment_entry)
	assert entry.paid_from_account_currency == currency
	assert entry.unallocated_amount == 0


def test_thousandths_that_stripe_does_not_know(stripe, customer, site_numbers):
	site_numbers(currency_precision="3")
	make_invoice(customer, "KWD", 20, 3.25)
	payment = paying.begin(customer, gateway=GATEWAY, of="amount", amount="12.345")
	assert payment.amount_minor == 12345
	with pytest.raises(InvalidInput, match="ends in 0"):
		gateways.start(payment)
	assert stripe.account.sessions == {}


def test_paynow_pays_later(stripe, customer):
	stripe.set_up(payment_methods="card, paynow")
	invoice = make_invoice(customer, "SGD", 80, 0.75)
	payment = stripe.begin(customer, [invoice.name])
	assert get_session(stripe, payment)["payment_method_types"] == ["card", "paynow"]
	payment = pay(stripe, payment, "paynow")
	assert (payment.state, payment.expires_on) == (states.PROCESSING, None)
	assert get_outstanding(invoice) == 80
	stripe.account.settle(payment.provider_reference)
	stripe.account.outbox.clear()
	frappe.db.set_value("Portal Payment", payment.name, "creation", frappe.utils.add_to_date(None, hours=-1))
	frappe.db.commit()
	follow_up.run()
	payment = fresh(payment)
	assert (payment.state, payment.payment_method) == (states.POSTED, "paynow")
	assert get_outstanding(invoice) == 0


def test_a_method_that_the_currency_has_not(stripe, customer):
	"""Staff chose PayNow for dollars: the customer is told, staff read Stripe's reason."""
	stripe.set_up(payment_methods="paynow")
	invoice = factories.make_sales_invoice(customer, rate=80)
	payment = paying.begin(customer, [invoice.name], gateway=GATEWAY)
	with pytest.raises(InvalidInput, match="Please contact us"):
		gateways.start(payment)
	payment = fresh(payment)
	assert payment.state == states.FAILED
	assert "`paynow` cannot be used with currency `usd`" in payment.last_error


def test_the_fee_in_the_accounts_currency(stripe, customer):
	"""The account is settled in dollars, the customer pays yen: fee and currency as Stripe books them."""
	stripe.account.settlement_currency, stripe.account.rates = "usd", {"jpy": 0.65}  # cents for a yen
	invoice = make_invoice(customer, "JPY", 10000, 0.0065)
	payment = pay(stripe, stripe.begin(customer, [invoice.name]))
	assert (payment.fee_minor, payment.fee_currency) == (round((30 + 290) * 0.65), "USD")
	assert payment.state == states.POSTED


def test_gateways_for_a_currency_and_company(stripe):
	company = factories.get_company()
	assert [row["key"] for row in gateways.list_for("USD", company)] == [GATEWAY]
	assert gateways.list_for("USD", "Nordwind GmbH") == []
	stripe.set_up(for_currency="SGD", label="Card or PayNow")
	assert gateways.list_for("USD", company) == []
	assert gateways.list_for("SGD", company) == [
		{"key": GATEWAY, "label": "Card or PayNow", "kind": "stripe"}
	]
	stripe.set_up(enabled=0)
	assert gateways.list_for("USD", company) == []


def test_without_the_library_stripe_is_not_offered_and_staff_are_told(stripe, monkeypatch):
	def fail():
		raise ImportError("No module named 'stripe.six.moves'")

	monkeypatch.setattr(stripe_library, "load", fail)
	assert gateways.list_for("USD", factories.get_company()) == []
	settings = frappe.get_single("Customer Portal Settings")
	frappe.clear_messages()
	settings.save()
	told = " ".join(str(message) for message in frappe.get_message_log())
	assert "3.12" in told and "stripe.six.moves" in told and "row 1" in told


def test_a_row_without_a_key_is_not_offered(stripe):
	frappe.db.sql("delete from __Auth where doctype = 'Stripe Settings'")
	frappe.clear_cache(doctype="Stripe Settings")
	row = frappe._dict(payment_gateway=GATEWAY, payment_methods="")
	assert "no secret key" in gateways.get_obstacle(row)
	frappe.db.rollback()
	row.payment_methods = "card, <script>"
	assert "&lt;script&gt; is no name" in gateways.get_obstacle(row)
