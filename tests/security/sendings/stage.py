"""What a form of the portal is sent with: who sends it, from which page, filled in how, and all that it makes."""

from collections.abc import Callable
from dataclasses import dataclass, field

import frappe

from customer_portal_ext.access import tokens
from tests import factories
from tests.client import Client
from tests.factories.users import PASSWORD, make_portal_user


@dataclass
class Sending:
	"""A form as it stands on ``page``, what is typed into it, and all that it makes."""

	client: Client
	page: str
	action: str
	values: dict = field(default_factory=dict)
	makes: dict = field(default_factory=dict)
	traces: tuple = ()
	status: int = 303
	check: Callable | None = None


class Stage:
	"""A customer with everything allowed, and whoever visits."""

	def __init__(self, customer, new_client, request):
		self.customer, self.new_client, self.request = customer, new_client, request

	def enter(self):
		"""By the customer's secure link."""
		client = self.new_client()
		client.open_link(tokens.get_link(tokens.get_or_issue(self.customer.name)))
		return client

	def sign_in(self, *others):
		"""A user of the customer, and of the others."""
		client = self.new_client()
		client.user = make_portal_user(self.customer, *others)
		frappe.db.set_value("Contact", self.customer.customer_primary_contact, "user", client.user)
		client.sign_in(client.user, PASSWORD)
		return client

	def make_issue(self, **values):
		return frappe.get_doc(
			{"doctype": "Issue", "subject": "It hums", "customer": self.customer.name, **values}
		).insert()

	def begin_payment(self):
		stripe = self.request.getfixturevalue("stripe")
		return stripe.begin(self.customer, [factories.make_sales_invoice(self.customer).name])


SENDINGS = {}


def sends(path: str):
	"""What follows fills the form of this route, given a Stage."""

	def add(make):
		SENDINGS[make.__name__] = (path, make)
		return make

	return add
