"""Every capability × every route, on real records: what a capability opens closes with it, and nothing else does.

The routes come from ROUTES, and each of them has to be in NEEDS: a new one fails here until it says what it needs.
"""

import frappe
import pytest

from customer_portal_ext.access import users
from customer_portal_ext.access.policy import CAPABILITIES
from tests import factories
from tests.client import hidden_fields
from tests.factories import paying
from tests.factories.users import PASSWORD, make_portal_user
from tests.security.test_files import send_image
from tests.security.test_routes import CLOSED

NONE = ()
# module below www/portal -> the capabilities without any one of which it is as good as not there
NEEDS = {
	"index": NONE,
	"switch": NONE,
	# a list of what each of three capabilities opens; what is in it, test_documents_lists says
	"transactions": NONE,
	"colleagues": ("colleagues",),
	"colleague_invite": ("colleagues",),
	"colleague_remove": ("colleagues",),
	"ask_for_account": ("colleagues",),
	**dict.fromkeys(("invoices", "invoice", "invoice_pdf"), ("invoices",)),
	**dict.fromkeys(("credit_notes", "credit_note", "credit_note_pdf"), ("credit_notes",)),
	**dict.fromkeys(("payment", "payment_pdf"), ("payments_history",)),
	**dict.fromkeys(("quotations", "quotation", "quotation_pdf", "quotation_signed_pdf"), ("quotations",)),
	**dict.fromkeys(("quotation_share", "quotation_share_send", "quotation_share_revoke"), ("quotations",)),
	**dict.fromkeys(
		("quotation_accept", "quotation_accept_order", "quotation_decline", "quotation_decline_answer"),
		("quotations", "quotation_acceptance"),
	),
	**dict.fromkeys(("deposit", "deposit_start"), ("quotations", "payments")),
	**dict.fromkeys(("orders", "order", "order_pdf"), ("orders",)),
	**dict.fromkeys(("deliveries", "delivery", "delivery_pdf"), ("deliveries",)),
	**dict.fromkeys(
		("statement", "statement_email", "statement_exports", "statement_export", "statement_download"),
		("statement",),
	),
	"export_download": ("statement",),
	**dict.fromkeys(
		("pay", "pay_start", "pay_review", "pay_status", "pay_again", "pay_cancel"), ("payments",)
	),
	"receipt_pdf": ("payments",),
	**dict.fromkeys(("account", "account_activity", "addresses", "contacts"), NONE),
	# an inbox is a person's own: test_account_preferences
	**dict.fromkeys(("account_preferences", "account_preferences_change"), NONE),
	**dict.fromkeys(
		(
			*("account_details", "account_details_change", "account_request_withdraw"),
			*("address", "address_add", "address_change", "address_remove"),
			*("address_billing", "address_shipping"),
			*("contact", "contact_add", "contact_change", "contact_main", "contact_remove"),
		),
		("account_changes",),
	),
	# what was written stays readable: test_conversations_messages
	"messages": NONE,
	"write": ("messages",),
	**dict.fromkeys(("issues", "issue", "issue_new", "issue_create"), ("issues",)),
	**dict.fromkeys(("issue_reply", "issue_close", "issue_reopen"), ("issues",)),
	# files of a message about an invoice
	**dict.fromkeys(("attachment", "thumbnail"), ("invoices",)),
}
# Their records take a gateway, a worker or an answer to make: closed, they are asked for here; open, in suites of their own.
WITHOUT_RECORD = {
	*("deposit", "deposit_start", "receipt_pdf", "quotation_signed_pdf", "quotation_share_revoke"),
	*("statement_export", "export_download", "account_request_withdraw"),
	*("colleague_remove", "switch"),
}
NOTHING = "0123456789"


@pytest.fixture
def everything(portal_settings):
	switches = {switch: 1 for switch in CAPABILITIES.values() if switch}
	portal_settings(**switches, payment_gateways=[paying.make_gateway()])


@pytest.fixture
def user(customer, everything, new_client):
	"""The customer's user, who is the customer's contact, too."""
	client = new_client()
	client.user = make_portal_user(customer)
	frappe.db.set_value("Contact", customer.customer_primary_contact, "user", client.user)
	client.sign_in(client.user, PASSWORD)
	return client


@pytest.fixture
def names(customer, user):
	"""The record that each page is asked for."""
	invoice = factories.make_sales_invoice(customer)
	order = factories.make_sales_order(customer)
	address = factories.make_address(customer)
	contact = factories.make_contact(customer, f"x-{customer.email_id}", is_primary=False)
	issue = frappe.get_doc({"doctype": "Issue", "subject": "It hums", "customer": customer.name}).insert()
	file = send_image(user, invoice).rpartition("/")[2]
	found = {
		"invoice": invoice,
		"credit_note": factories.make_credit_note(factories.make_sales_invoice(customer)),
		"payment": factories.make_payment_entry(customer, 10),
		"quotation": factories.make_quotation(customer),
		"order": order,
		"delivery": factories.make_delivery_note(order),
		"address": address,
		"contact": contact,
		"issue": issue,
		"pay": paying.begin(customer, [factories.make_sales_invoice(customer).name]),
		"write": invoice,
	}
	frappe.db.commit()
	return {key: document.name for key, document in found.items()} | {"file": file}


def get_address(route, names):
	family = max((key for key in names if route.module.startswith(key)), key=len, default=None)
	path = route.path.replace("<segment>", "invoices").replace("<format>", "csv")
	path = path.replace("<file>", names["file"]).replace("<export>", NOTHING)
	name = NOTHING if route.module in WITHOUT_RECORD else names.get(family, NOTHING)
	path = path.replace("<path:name>", name).replace("<name>", name)
	assert "<" not in path
	return path


def ask(client, route, names, method, form):
	path = get_address(route, names)
	return (client.get(path) if method == "GET" else client.post(path, data=form)).status_code


def is_cheap(route):
	"""PDFs take seconds each; that they open is tested where they are."""
	return not route.path.endswith(".pdf")


def test_every_route_says_what_it_needs():
	assert set(NEEDS) == {route.module for route in CLOSED}
	assert set(CAPABILITIES) - {capability for needs in NEEDS.values() for capability in needs} == {
		"ordering"
	}


def test_each_capability_closes_what_it_opens_and_nothing_else(user, customer, names):
	denial = frappe.get_doc(
		{
			"doctype": "Customer Portal Policy",
			"applies_to": "Contact",
			"party": customer.customer_primary_contact,
		}
	).insert()
	for capability in CAPABILITIES:
		denial.update({name: "Deny" if name == capability else "Default" for name in CAPABILITIES}).save()
		assert users.get_user_visitor(user.user, "x").capabilities == frozenset(CAPABILITIES) - {capability}
		form = hidden_fields(user.get("/portal").text)
		for route in CLOSED:
			needed = capability in NEEDS[route.module]
			for method in route.methods:
				if needed:
					assert ask(user, route, names, method, form) == 404, (capability, method, route.path)
				elif method == "GET" and is_cheap(route) and route.module not in WITHOUT_RECORD:
					status = ask(user, route, names, method, form)
					assert status in (200, 303, 400), (capability, route.path, status)


def test_with_everything_every_form_is_heard(user, names):
	"""Sent empty: done, or told what is missing; never "not found". (Paying again leads to the gateway, of which there is none.)"""
	form = hidden_fields(user.get("/portal").text)
	for route in CLOSED:
		if "POST" in route.methods and route.module not in WITHOUT_RECORD | {"pay_again"}:
			status = ask(user, route, names, "POST", form)
			assert status in (200, 303, 400, 409), (route.path, status)
