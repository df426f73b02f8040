"""Fixtures that many files share, for every suite that runs on a site."""

import pytest


@pytest.fixture
def customer(db):
	"""A customer with an e-mail address of their own. Files that need another kind have their own fixture."""
	import frappe

	from tests import factories

	return factories.make_customer(email=f"buyer-{frappe.generate_hash(length=8)}@example.com")


@pytest.fixture
def outgoing(db):
	"""An outgoing account, so that what the test sends is queued; committed, for other processes need it too."""
	import frappe

	from tests.factories.mail import make_outgoing_account, remove_outgoing_account

	account = make_outgoing_account()
	frappe.db.commit()
	yield account
	remove_outgoing_account(account)


@pytest.fixture
def site_numbers(db):
	"""Change how many decimals the site keeps: ``site_numbers(currency_precision="3", number_format="#,###")``."""
	import frappe

	before = {}

	def change(**values):
		for key, value in values.items():
			before.setdefault(key, frappe.db.get_default(key) or "")
			frappe.db.set_default(key, value)

	yield change
	frappe.db.rollback()
	for key, value in before.items():
		frappe.db.set_default(key, value)
	frappe.db.commit()
