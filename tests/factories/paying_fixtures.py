"""Fixtures of paying without a gateway's own service, for every suite that runs on a site."""

import pytest


@pytest.fixture
def allow(portal_settings):
	"""Paying is switched on with one gateway, parts of any size are allowed; ``allow(smallest_payment=15)`` changes that."""
	import frappe

	from tests.factories import paying

	def change(**values):
		portal_settings(
			**{
				"allow_payments": 1,
				"allow_partial_payments": 1,
				"smallest_payment": 0,
				"payment_gateways": [paying.make_gateway()],
				**values,
			}
		)
		frappe.db.commit()

	change()
	return change
