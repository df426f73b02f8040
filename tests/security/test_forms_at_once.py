"""Every form of the portal, sent twenty times at the same moment: its work is done once, and each answer is the same.

The forms come from ROUTES, and each of them has to have a sending here: a new one fails until it has. What is sent is the real
form, read from the page it stands on.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import frappe
import pytest
from frappe.utils import add_days, getdate, now_datetime, sha256_hash

from customer_portal_ext.access import invitations, tokens
from customer_portal_ext.access.policy import CAPABILITIES
from customer_portal_ext.quotes import responses
from customer_portal_ext.web.routes import ROUTES
from tests import factories
from tests.client import Client
from tests.factories import answers
from tests.factories.account import ADDRESS, CONTACT, make_email
from tests.factories.sending import send_at_once
from tests.factories.users import PASSWORD, make_portal_user, make_user
from tests.forms import read_form

pytestmark = pytest.mark.usefixtures("outgoing")

TWENTY = 20
# Proves itself by a signature, and makes one of equal events: test_stripe_at_once.
EXEMPT = {"/portal/webhooks/stripe": "tests/integration/test_stripe_at_once.py"}
# What a form may make, change the number of, or send.
COUNTED = (
	*("Communication", "File", "Issue", "Address", "Contact", "Dynamic Link", "User", "Portal User"),
	*("Portal Access Token", "Portal Change Request", "Portal Email Preference", "Portal Export"),
	*(
		"Portal Payment",
		"Portal Quotation Response",
		"Sales Order",
		"Payment Entry",
		"Customer Portal Policy",
	),
	*("Email Queue", "Notification Log", "ToDo", "Portal Activity"),
)
INPUT = re.compile(r'<input type="hidden"[^>]*>')


@dataclass
class Sending:
	"""A form as it stands on ``page``, what is typed into it, and all that it makes."""

	client: Client
	page: str
	action: str
	values: dict = field(default_factory=dict)
	makes: dict = field(default_factory=dict)
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


@pytest.fixture
def stage(customer, portal_settings, new_client, request):
	switches = {switch: 1 for switch in CAPABILITIES.values() if switch}
	portal_settings(**switches, account_changes_applied="At Once", signature_required=0, allow_fresh_link=1)
	customer.db_set("account_manager", make_user("Sales Manager", "Support Team"))
	return Stage(customer, new_client, request)


@sends("/portal/fresh-link")
def fresh_link(stage):
	token = tokens.issue(stage.customer.name)
	token.db_set("expires_on", now_datetime() - timedelta(minutes=1))
	makes = {"Portal Access Token": 1, "Email Queue": 1, "Portal Activity": 1}
	return Sending(stage.new_client(), tokens.get_link(token), "/portal/fresh-link", makes=makes, status=200)


@sends("/portal/leave")
def leave_a_link(stage):
	return Sending(stage.enter(), "/portal", "/portal/leave")


@sends("/portal/leave")
def sign_out(stage):
	client = stage.sign_in()

	def check(_answers):
		assert not frappe.db.sql("select 1 from tabSessions where user = %s", client.user)
		assert not frappe.cache.hget("session", client.cookie("sid"))

	return Sending(client, "/portal", "/portal/leave", check=check)


@sends("/portal/join/<invitation>")
def join(stage):
	user = invitations.invite(stage.customer.name, stage.customer.customer_primary_contact)
	path = invitations.get_path(stage.customer.name, user, 30)

	def check(location):
		key = location.rpartition("key=")[2]
		assert frappe.db.get_value("User", user, "reset_password_key") == sha256_hash(key)

	return Sending(stage.new_client(), path, path, check=check)


@sends("/portal/colleagues")
def invite_a_colleague(stage):
	values = {"first_name": "Ada", "last_name": "Lovelace", "email": make_email()}
	return Sending(stage.sign_in(), "/portal/colleagues", "/portal/colleagues", values)


@sends("/portal/remove-colleague")
def remove_a_colleague(stage):
	contact = factories.make_contact(stage.customer, make_email(), is_primary=False)
	invitations.invite(stage.customer.name, contact.name)
	return Sending(stage.sign_in(), "/portal/colleagues", "/portal/remove-colleague")


@sends("/portal/ask-for-account")
def ask_for_account(stage):
	return Sending(stage.enter(), "/portal", "/portal/ask-for-account")


@sends("/portal/switch")
def switch(stage):
	other = factories.make_customer()
	return Sending(stage.sign_in(other), "/portal", "/portal/switch", {"customer": other.name})


@sends("/portal/pay")
def pay(stage):
	stage.request.getfixturevalue("stripe")
	invoice = factories.make_sales_invoice(stage.customer)
	return Sending(stage.enter(), f"/portal/pay/review?invoice={invoice.name}", "/portal/pay")


@sends("/portal/pay/review")
def review(stage):
	stage.request.getfixturevalue("stripe")
	invoice = factories.make_sales_invoice(stage.customer)
	return Sending(stage.enter(), "/portal/pay", "/portal/pay/review", {"invoice": invoice.name}, status=200)


@sends("/portal/pay/<name>/again")
def pay_again(stage):
	name = stage.begin_payment().name
	return Sending(stage.enter(), f"/portal/pay/{name}", f"/portal/pay/{name}/again")


@sends("/portal/pay/<name>/cancel")
def give_up_a_payment(stage):
	name = stage.begin_payment().name
	return Sending(stage.enter(), f"/portal/pay/{name}", f"/portal/pay/{name}/cancel")


@sends("/portal/statement/email")
def mail_a_statement(stage):
	factories.make_sales_invoice(stage.customer)
	return Sending(stage.enter(), "/portal/statement", "/portal/statement/email")


@sends("/portal/statement/exports")
def export_a_statement(stage):
	factories.make_sales_invoice(stage.customer)
	return Sending(stage.enter(), "/portal/statement", "/portal/statement/exports")


@sends("/portal/account/details")
def change_details(stage):
	path = "/portal/account/details"
	return Sending(stage.enter(), path, path, {"website": "example.org", "tax_id": "US-17"})


@sends("/portal/account/preferences")
def choose_e_mails(stage):
	path = "/portal/account/preferences"
	return Sending(stage.enter(), path, path, {"language": "de", "messages": []})


@sends("/portal/account/requests/<name>/withdraw")
def withdraw_a_request(stage):
	client = stage.enter()
	client.submit("/portal/account/details", "/portal/account/details", {"customer_name": "Other"})
	name = frappe.get_all("Portal Change Request", {"customer": stage.customer.name}, pluck="name")
	frappe.db.rollback()
	(name,) = frappe.get_all("Portal Change Request", {"customer": stage.customer.name}, pluck="name")
	return Sending(client, "/portal/account", f"/portal/account/requests/{name}/withdraw")


@sends("/portal/addresses/<path:name>")
def change_an_address(stage):
	path = f"/portal/addresses/{factories.make_address(stage.customer).name}"
	return Sending(stage.enter(), path, path, ADDRESS)


@sends("/portal/new-address")
def add_an_address(stage):
	values = {**ADDRESS, "is_primary_address": "1"}
	return Sending(stage.enter(), "/portal/new-address", "/portal/new-address", values)


@sends("/portal/billing-address/<path:name>")
def bill_to(stage):
	name = factories.make_address(stage.customer).name
	return Sending(stage.enter(), "/portal/addresses", f"/portal/billing-address/{name}")


@sends("/portal/shipping-address/<path:name>")
def ship_to(stage):
	name = factories.make_address(stage.customer).name
	return Sending(stage.enter(), "/portal/addresses", f"/portal/shipping-address/{name}")


@sends("/portal/remove-address/<path:name>")
def remove_an_address(stage):
	name = factories.make_address(stage.customer).name
	return Sending(stage.enter(), "/portal/addresses", f"/portal/remove-address/{name}")


@sends("/portal/contacts/<path:name>")
def change_a_contact(stage):
	name = factories.make_contact(stage.customer, make_email(), is_primary=False).name
	return Sending(stage.enter(), f"/portal/contacts/{name}", f"/portal/contacts/{name}", CONTACT)


@sends("/portal/new-contact")
def add_a_contact(stage):
	return Sending(stage.enter(), "/portal/new-contact", "/portal/new-contact", CONTACT)


@sends("/portal/main-contact/<path:name>")
def make_the_main_contact(stage):
	name = factories.make_contact(stage.customer, make_email(), is_primary=False).name
	return Sending(stage.enter(), "/portal/contacts", f"/portal/main-contact/{name}")


@sends("/portal/remove-contact/<path:name>")
def remove_a_contact(stage):
	name = factories.make_contact(stage.customer, make_email(), is_primary=False).name
	return Sending(stage.enter(), "/portal/contacts", f"/portal/remove-contact/{name}")


@sends("/portal/write")
def write(stage):
	values = {"name": "Ann Buyer", "message": "Hello", "files": ("photo.png", answers.make_png())}
	return Sending(stage.enter(), "/portal/messages", "/portal/write", values)


@sends("/portal/write/<segment>/<path:name>")
def write_about_an_invoice(stage):
	name = factories.make_sales_invoice(stage.customer).name
	values = {"name": "Ann Buyer", "message": "Hello"}
	return Sending(stage.enter(), f"/portal/invoices/{name}", f"/portal/write/invoices/{name}", values)


@sends("/portal/new-issue")
def raise_an_issue(stage):
	values = {"name": "Ann Buyer", "subject": "It hums", "message": "Since Monday"}
	return Sending(stage.enter(), "/portal/new-issue", "/portal/new-issue", values)


@sends("/portal/reply-issue/<path:name>")
def reply_to_an_issue(stage):
	name, values = stage.make_issue().name, {"name": "Ann Buyer", "message": "Still"}
	return Sending(stage.enter(), f"/portal/issues/{name}", f"/portal/reply-issue/{name}", values)


@sends("/portal/close-issue/<path:name>")
def close_an_issue(stage):
	name = stage.make_issue().name
	return Sending(stage.enter(), f"/portal/issues/{name}", f"/portal/close-issue/{name}")


@sends("/portal/reopen-issue/<path:name>")
def reopen_an_issue(stage):
	issue = stage.make_issue()
	issue.status = "Closed"
	issue.save()
	return Sending(stage.enter(), f"/portal/issues/{issue.name}", f"/portal/reopen-issue/{issue.name}")


@sends("/portal/accept/<path:name>")
def accept_a_quotation(stage):
	path = f"/portal/accept/{factories.make_quotation(stage.customer).name}"
	return Sending(stage.enter(), path, path, answers.SIGNER)


@sends("/portal/deposit/<path:name>")
def pay_a_deposit(stage):
	stage.request.getfixturevalue("stripe")
	frappe.db.set_single_value("Customer Portal Settings", "deposit_percent", 20)
	quotation = factories.make_quotation(stage.customer, rate=500)
	order = factories.order_from_quotation(quotation)
	origin = responses.Origin(stage.customer.name)
	responses.record(responses.ACCEPTED, quotation.name, origin, sales_order=order.name)
	path = f"/portal/deposit/{quotation.name}"
	return Sending(stage.enter(), path, path)


@sends("/portal/decline/<path:name>")
def decline_a_quotation(stage):
	path = f"/portal/decline/{factories.make_quotation(stage.customer).name}"
	values = {"name": "Ann Buyer", "reason": "Too late for us."}
	return Sending(stage.enter(), path, path, values)


@sends("/portal/share/<path:name>")
def share_a_quotation(stage):
	path = f"/portal/share/{factories.make_quotation(stage.customer).name}"
	return Sending(stage.enter(), path, path, {"email": make_email()})


@sends("/portal/unshare/<path:name>")
def stop_sharing(stage):
	name = factories.make_quotation(stage.customer).name
	tokens.issue_for_document(stage.customer.name, "Quotation", name, "Customer", shared_with=make_email())
	return Sending(stage.enter(), f"/portal/quotations/{name}", f"/portal/unshare/{name}")


def count() -> dict:
	frappe.db.rollback()
	return {doctype: frappe.db.sql(f"select count(*) from `tab{doctype}`")[0][0] for doctype in COUNTED}


def test_every_form_is_sent_here():
	posted = {route.path for route in ROUTES if "POST" in route.methods}
	assert {path for path, _make in SENDINGS.values()} | set(EXEMPT) == posted
	assert set(EXEMPT) == {route.path for route in ROUTES if route.is_signed}


@pytest.mark.parametrize("name", SENDINGS)
def test_twenty_at_once_are_as_good_as_one(stage, name):
	sending = SENDINGS[name][1](stage)
	fields = read_form(sending.client, sending.page, sending.action, sending.values)
	before = count()
	answered = send_at_once(sending.client, sending.action, fields, TWENTY)
	made = {doctype: number - before[doctype] for doctype, number in count().items()}
	assert [answer.status_code for answer in answered] == [sending.status] * TWENTY
	assert len({answer.headers.get("Location") for answer in answered}) == 1
	assert len({INPUT.sub("", answer.text) for answer in answered}) == 1
	assert {doctype: number for doctype, number in made.items() if number} == sending.makes
	if sending.check:
		sending.check(answered[0].headers.get("Location"))
