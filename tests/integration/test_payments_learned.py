"""What the gateway says of a payment later: what is not known yet is learned, what is known stays."""

from datetime import datetime

import frappe
import pytest

from customer_portal_ext.payments import capture, states
from tests.factories import paying
from tests.factories.paying import make_due


@pytest.fixture
def payment(customer, allow):
	return paying.begin(customer, [make_due(customer, 0).name])


@pytest.fixture
def known():
	"""What a gateway calls a payment: nobody else's."""
	return {"provider_reference": f"ref_{frappe.generate_hash()}", "provider_payment": "pay_first"}


def test_being_sent_to_the_gateway_late_overwrites_nothing(payment, known):
	payment = paying.capture_payment(payment, **known)
	ends = datetime(2030, 1, 2, 3, 4, 5)
	capture.set_processing(
		payment.name,
		provider_reference="ref_late",
		provider_payment="pay_late",
		checkout_url="https://pay.example.com/late",
	)
	payment.reload()
	assert payment.state == states.POSTED
	assert {field: payment.get(field) for field in known} == known
	assert payment.checkout_url == "https://pay.example.com/late"
	before = payment.expires_on
	capture.set_processing(payment.name, expires_on=ends)
	assert payment.reload().expires_on == before != ends


def test_a_payment_that_ended_learns_what_the_gateway_calls_it(payment, known):
	capture.expire(payment.name)
	capture.set_processing(payment.name, **known)
	payment.reload()
	assert payment.state == states.EXPIRED
	assert {field: payment.get(field) for field in known} == known


def test_a_reference_that_is_known_stays_when_the_money_comes(payment, known):
	capture.set_processing(payment.name, **known)
	payment = paying.capture_payment(payment, provider_reference="ref_other")
	assert payment.state == states.POSTED
	assert payment.provider_reference == known["provider_reference"]
