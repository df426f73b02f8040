"""Whatever a request calls this site, no page, header, e-mail or PDF repeats it. (The payment gateways: test_stripe_visit.)"""

import re
from io import BytesIO

import frappe
import pytest
from pypdf import PdfReader

from customer_portal_ext.access import tokens
from customer_portal_ext.base import site_address
from customer_portal_ext.web import routes
from tests import factories
from tests.client import hidden_fields
from tests.factories.users import PASSWORD, make_portal_user

EVIL = "forged-host.example"
EVERYTHING = (
	*("allow_customer_messages", "allow_support_issues", "allow_quotation_acceptance", "allow_invitations"),
	*("allow_fresh_link", "allow_ordering"),
)

pytestmark = pytest.mark.usefixtures("outgoing")


class Forger:
	"""A client whose every request names another host, as far as a visitor can."""

	def __init__(self, client):
		self.client = client
		self.headers = {
			"X-Frappe-Site-Name": client.site,
			"X-Forwarded-Host": EVIL,
			"X-Forwarded-Server": EVIL,
			"Forwarded": f"host={EVIL}",
			"Origin": f"https://{EVIL}",
		}

	def open(self, path, method="GET", **keywords):
		answer = self.client.open(
			path, method=method, base_url=f"http://{EVIL}", headers=self.headers, **keywords
		)
		assert EVIL not in str(answer.headers).replace(f"Domain={EVIL}", "Domain"), path
		assert EVIL not in str(answer.headers.getlist("Set-Cookie")), path
		content = answer.data
		if answer.mimetype == "application/pdf":
			content = read_pdf(content)
		assert EVIL.encode() not in content, path
		return answer

	def get(self, path):
		return self.open(path)

	def submit(self, page, action, **data):
		form = hidden_fields(self.get(page).text) | data
		return self.open(action, "POST", data=form)


def read_pdf(content) -> bytes:
	"""Its text, and the addresses its links lead to."""
	found = []
	for page in PdfReader(BytesIO(content)).pages:
		found.append(page.extract_text())
		found += [str(note.get_object()) for note in page.annotations or []]
	return "\n".join(found).encode()


@pytest.fixture
def customer(db):
	return factories.make_customer(email=f"buyer-{frappe.generate_hash(length=8)}@example.com")


@pytest.fixture
def records(customer):
	"""What the addresses' arguments name: a record of the customer's of every kind."""
	invoice = factories.make_sales_invoice(customer)
	return {
		"invoices": invoice.name,
		"payments": factories.make_payment_entry(customer, 10).name,
		"credit-notes": factories.make_credit_note(factories.make_sales_invoice(customer)).name,
		"quotations": factories.make_quotation(customer).name,
		"contacts": customer.customer_primary_contact,
	}


@pytest.fixture
def forger(new_client, customer, portal_settings):
	meta = frappe.get_meta("Customer Portal Settings")
	portal_settings(**{field: 1 for field in EVERYTHING if meta.has_field(field)})
	assert not site_address.is_configured(), "the tests' site has no host_name, as the attack needs"
	client = Forger(new_client())
	way = client.get(tokens.get_link(tokens.get_or_issue(customer.name)))
	assert way.status_code == 303
	return client


def fill(route, records):
	path = re.sub(
		r"<path:name>",
		lambda match: records.get(route.path.removesuffix(".pdf").split("/")[-2], "X-1"),
		route.path,
	)
	for argument, example in {"format": "pdf", "segment": "invoices", "token": "A" * 43}.items():
		path = path.replace(f"<{argument}>", example)
	return re.sub(r"<[^>]*>", "0123456789", path)


def get_mails(address):
	frappe.db.rollback()
	entries = frappe.get_all("Email Queue Recipient", {"recipient": address}, pluck="parent")
	return frappe.get_all("Email Queue", {"name": ("in", entries or [""])}, pluck="message")


def assert_nothing_kept():
	frappe.db.rollback()
	for doctype in ("Email Queue", "Communication", "Notification Log", "Comment", "Portal Activity"):
		kept = repr(frappe.db.sql(f"select * from `tab{doctype}`")).replace("=\\n", "")
		assert EVIL not in kept, doctype


def test_no_route_repeats_the_host(forger, records):
	opened = 0
	for route in routes.ROUTES:
		for method in route.methods:
			path = fill(route, records)
			if method == "GET":
				opened += forger.get(path).status_code == 200
			elif route.module != "leave":
				forger.submit("/portal", path)
	assert opened > 20, "the pages are seen, not only their refusals"
	assert_nothing_kept()


def test_no_mail_of_a_visit_leads_to_the_host(forger, records, customer):
	sent = forger.submit("/portal/statement", "/portal/statement/email")
	assert sent.status_code == 303, sent.text[-500:]
	shared = f"shared-{customer.email_id}"
	page = f"/portal/share/{records['quotations']}"
	assert forger.submit(page, page, email=shared).status_code == 303
	account = forger.submit("/portal", "/portal/ask-for-account")
	assert account.status_code == 303
	own = site_address.get_site_url()
	for address in (customer.email_id, shared):
		mails = get_mails(address)
		assert mails and all(EVIL not in message.replace("=\n", "") for message in mails)
		assert any(f"{own}/portal/" in message.replace("=\n", "") for message in mails)
	assert_nothing_kept()


def test_a_fresh_link_does_not_lead_to_the_host(new_client, customer, portal_settings):
	"""Whoever holds a replaced link makes the site mail the active one."""
	portal_settings(allow_fresh_link=1)
	replaced = tokens.issue(customer.name)
	tokens.issue(customer.name)
	client = Forger(new_client())
	page = client.get(tokens.get_link(replaced))
	assert page.status_code == 403
	client.open("/portal/fresh-link", "POST", data=hidden_fields(page.text))
	(message,) = get_mails(customer.email_id)
	assert EVIL not in message.replace("=\n", "")
	assert f"{site_address.get_site_url()}/portal/a/link-" in message.replace("=\n", "")


def test_an_invitation_by_a_colleague_does_not_lead_to_the_host(new_client, customer, forger):
	client = new_client()
	user = make_portal_user(customer)
	forged = Forger(client)
	client.open(
		"/api/method/login",
		method="POST",
		data={"usr": user, "pwd": PASSWORD},
		base_url=f"http://{EVIL}",
		headers=forged.headers,
	)
	email = f"sam-{customer.email_id}"
	form = hidden_fields(forged.get("/portal/colleagues").text)
	form.pop("contact", None)
	answer = forged.open("/portal/colleagues", "POST", data={**form, "first_name": "Sam", "email": email})
	assert answer.status_code == 303, answer.text[-500:]
	(message,) = get_mails(email)
	assert f"{site_address.get_site_url()}/portal/join/link-" in message.replace("=\n", "")
	assert EVIL not in message.replace("=\n", "")


def test_the_settings_say_that_host_name_is_missing(db, monkeypatch):
	settings = frappe.get_doc("Customer Portal Settings")
	settings.run_method("onload")
	assert settings.get_onload("site_address") == site_address.get_site_url()
	monkeypatch.setattr(
		frappe.local, "conf", frappe._dict(frappe.local.conf, host_name="https://x.example:444")
	)
	settings = frappe.get_doc("Customer Portal Settings")
	settings.run_method("onload")
	assert not settings.get("__onload")
	assert site_address.get_site_url("/portal") == "https://x.example:444/portal"
