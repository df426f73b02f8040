"""Fixtures around the Stripe double, for every suite that runs on a site."""

import pytest


@pytest.fixture
def no_former_payments(db):
	from tests.factories.stripe_site import forget_former

	forget_former()


@pytest.fixture
def stripe_double(site, no_former_payments):
	"""The double, and the site told where it is; without a web server."""
	from tests.doubles.stripe_server import StripeServer
	from tests.factories.stripe_site import site_config

	with StripeServer() as double, site_config(site, portal_stripe_address=double.address):
		yield double


@pytest.fixture
def stripe(stripe_double, server, portal_settings):
	"""Paying is switched on with Stripe; events go to the real web server. ``stripe.set_up(...)`` changes its row."""
	import frappe

	from tests.factories.stripe_site import StripeSite

	made = StripeSite(stripe_double, server)

	def set_up(settings=None, **fields):
		values = {
			"allow_payments": 1,
			"allow_partial_payments": 1,
			"smallest_payment": 0,
			"payment_minutes": 30,
			"stripe_webhook_secret": made.secret,
			**(settings or {}),
		}
		portal_settings(**values, payment_gateways=[made.get_row(**fields)])
		frappe.db.commit()

	made.set_up = set_up
	set_up()
	return made
