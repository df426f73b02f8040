"""The test site as a customer of the Stripe double: settings, keys, and events delivered over real HTTP."""

import json
import secrets
from contextlib import contextmanager
from pathlib import Path

import frappe

from customer_portal_ext.payments import gateways
from tests.doubles.stripe_server import StripeServer
from tests.factories import paying

SETTINGS = "Portal Test"
GATEWAY = f"Stripe-{SETTINGS}"
WEBHOOK_PATH = "/portal/webhooks/stripe"
DEAF = "whsec_unused"


@contextmanager
def site_config(site: str, **values):
	"""Values of site_config.json for the time of a test, for every process that serves the site."""
	file = Path(frappe.get_site_path("site_config.json"))
	before = file.read_text()
	replace_file(file, json.dumps({**json.loads(before), **values}, indent=1))
	frappe.conf.update(values)
	try:
		yield
	finally:
		replace_file(file, before)
		for key in values:
			frappe.conf.pop(key, None)


def replace_file(file: Path, content: str) -> None:
	"""At once: each request reads it, and half of it is a site without a database."""
	written = file.with_suffix(".new")
	written.write_text(content)
	written.chmod(file.stat().st_mode)
	written.replace(file)


def make_key(mode: str = "test") -> str:
	return f"sk_{mode}_{secrets.token_hex(12)}"


def make_settings(key: str, name: str = SETTINGS) -> str:
	"""The payments app's Stripe Settings with this key; the name of its Payment Gateway. Nobody is asked whether it is right."""
	found = frappe.db.exists("Stripe Settings", name)
	settings = frappe.get_doc("Stripe Settings", name) if found else frappe.new_doc("Stripe Settings")
	settings.update({"gateway_name": name, "publishable_key": "pk_test_x", "secret_key": key})
	settings.flags.ignore_mandatory = True
	settings.save()
	frappe.clear_messages()
	return f"Stripe-{name}"


class StripeSite:
	"""What a test needs of both sides. ``account`` is the double's account, ``double`` its server."""

	def __init__(self, double: StripeServer, server=None):
		self.double = double
		self.server = server
		self.key = make_key()
		self.secret = f"whsec_{secrets.token_hex(16)}"
		self.account = double.add_account(self.key, self.secret)
		make_settings(self.key)

	@property
	def webhook(self) -> str:
		return f"http://127.0.0.1:{self.server.port}{WEBHOOK_PATH}"

	@property
	def host(self) -> str:
		return self.server.site

	def get_row(self, **fields) -> dict:
		return paying.make_gateway(**{"payment_gateway": GATEWAY, **fields})

	def begin(self, customer, keys, **form):
		"""A payment of these invoices whose session is made; the payment."""
		payment = paying.begin(customer, keys, gateway=GATEWAY, **form)
		gateways.start(payment)
		return fresh(payment)

	def deliver_all(self, **keywords) -> list[int]:
		frappe.db.commit()
		return self.double.deliver_all(self.account, self.webhook, self.host, **keywords)

	def deliver(self, event: dict) -> int:
		frappe.db.commit()
		return self.double.deliver(self.account, event, self.webhook, self.host)

	def events(self, kind: str) -> list[dict]:
		return [event for event in self.account.events if event["type"] == kind]


def fresh(payment):
	"""The payment as others have left it."""
	frappe.db.rollback()
	return frappe.get_doc("Portal Payment", payment.name)


def forget_former() -> None:
	"""Payments that other tests left unfinished: the hourly job would ask about each of them, at a double that is gone."""
	frappe.db.sql(
		"""update `tabPortal Payment` set state = 'Failed', provider_reference = null, provider_payment = null, checkout_url = null
		where captured_on is null and gateway is not null"""
	)
	frappe.db.delete("Portal Payment Event", {"state": ("in", ("Failed", "Received"))})
	frappe.db.commit()
