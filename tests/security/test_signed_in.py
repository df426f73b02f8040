"""Signed-in users: who may come in, whose pages they see, and that every change in Desk acts on the very next click."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import frappe
import pyotp
import pytest
from frappe.twofactor import get_otpsecret_for_, set_default

from customer_portal_ext.access import session, tokens
from customer_portal_ext.access.switching import COOKIE
from tests.client import hidden_fields
from tests.factories import make_contact, make_customer, make_sales_invoice
from tests.factories.users import PASSWORD, link_user, make_portal_user, make_user, unlink_user

PAGES = ("/portal", "/portal/invoices", "/portal/statement", "/portal/transactions")


@pytest.fixture
def customers(db):
	"""Three customers, in the order of their names."""
	mark = frappe.generate_hash(length=8)
	return [make_customer(f"{letter} of {mark}") for letter in ("Alder", "Birch", "Cedar")]


@pytest.fixture
def sign_in(new_client):
	def open_client(user):
		client = new_client()
		client.sign_in(user, PASSWORD)
		return client

	return open_client


def switch(client, customer, page="/portal"):
	return client.submit(page, "/portal/switch", data={"customer": customer.name})


def test_a_user_of_one_customer_sees_that_customers_pages(sign_in, customers):
	alder, birch, _cedar = customers
	invoice, foreign = make_sales_invoice(alder), make_sales_invoice(birch)
	client = sign_in(make_portal_user(alder, first_name="Maya", last_name="Lee"))
	for path in PAGES:
		page = client.get(path)
		assert page.status_code == 200, path
		assert alder.customer_name in page.text and birch.customer_name not in page.text
		assert "Signed in as Maya Lee" in page.text
	assert 'action="/portal/switch"' not in client.get("/portal").text
	assert client.get(f"/portal/invoices/{invoice.name}").status_code == 200
	assert client.get(f"/portal/invoices/{foreign.name}").status_code == 404


@pytest.mark.parametrize(
	"roles", [("Customer",), ("Supplier",), ("Sales Manager",), ("System Manager", "Accounts Manager"), ()]
)
def test_a_user_of_no_customer_has_no_portal(sign_in, customers, roles):
	client = sign_in(make_user(*roles))
	for path in PAGES:
		page = client.get(path)
		assert page.status_code == 403, path
		assert "linked to no customer" in page.text
		assert customers[0].customer_name not in page.text


def test_a_supplier_of_the_same_name_is_no_customer(sign_in, customers):
	user = make_user("Supplier")
	frappe.get_doc(
		{
			"doctype": "Supplier",
			"supplier_name": customers[0].name,
			"supplier_group": frappe.db.get_value("Supplier Group", {"is_group": 0}),
			"portal_users": [{"user": user}],
		}
	).insert()
	assert sign_in(user).get("/portal").status_code == 403


def test_a_contact_with_the_users_email_opens_nothing(sign_in, customers):
	user = make_user("Customer")
	make_contact(customers[0], user)
	assert sign_in(user).get("/portal").status_code == 403


def test_a_system_user_who_is_linked_comes_in(sign_in, customers):
	user = make_user("Sales User")
	link_user(customers[0], user)
	assert customers[0].customer_name in sign_in(user).get("/portal").text


def remove_link(user, customer):
	unlink_user(customer, user)


def disable_user(user, customer):
	doc = frappe.get_doc("User", user)
	doc.enabled = 0
	doc.save()


def disable_customer(user, customer):
	customer.reload()
	customer.disabled = 1
	customer.save()


def delete_customer(user, customer):
	frappe.delete_doc("Customer", customer.name)


def write_around_frappes_caches(user, customer):
	frappe.db.sql("update tabUser set enabled = 0 where name = %s", user)


@pytest.mark.parametrize(
	"change", [remove_link, disable_user, disable_customer, delete_customer, write_around_frappes_caches]
)
def test_the_very_next_click_is_refused(sign_in, customers, change):
	customer = customers[0]
	user = make_portal_user(customer)
	client = sign_in(user)
	assert client.get("/portal").status_code == 200
	form = hidden_fields(client.get("/portal").text)
	change(user, customer)
	for path in PAGES:
		page = client.get(path)
		assert page.status_code in (403, 417), path
		assert customer.customer_name not in page.text
	assert client.post("/portal/new-issue", data=form).status_code in (403, 409, 417)


def test_one_organisation_taken_away_leaves_the_others(sign_in, customers):
	user = make_portal_user(*customers)
	client = sign_in(user)
	switch(client, customers[1])
	unlink_user(customers[1], user)
	page = client.get("/portal")
	assert page.status_code == 200
	assert f"<b><bdi>{customers[0].customer_name}</bdi></b>" in page.text
	assert customers[1].customer_name not in page.text


def test_everything_follows_the_switcher(sign_in, customers):
	invoices = [make_sales_invoice(customer) for customer in customers]
	client = sign_in(make_portal_user(*customers))
	for customer, invoice in zip(customers, invoices, strict=True):
		response = switch(client, customer)
		assert (response.status_code, response.headers["Location"]) == (303, "/portal?notice=switched")
		assert (
			f"You now see the portal of {customer.customer_name}."
			in client.get("/portal?notice=switched").text
		)
		page = client.get("/portal/invoices").text
		assert invoice.name in page
		assert not any(other.name in page for other in invoices if other.name != invoice.name)
		for path in PAGES:
			assert f"<b><bdi>{customer.customer_name}</bdi></b>" in client.get(path).text


def test_nobody_switches_to_a_customer_that_is_not_theirs(sign_in, customers):
	alder, birch, cedar = customers
	client = sign_in(make_portal_user(alder, birch))
	for wanted in (cedar.name, "", "No Such Customer", alder.name.lower(), "x" * 10_000):
		assert client.submit("/portal", "/portal/switch", data={"customer": wanted}).status_code == 404
		client.browser.set_cookie(COOKIE, wanted[:1000], domain=client.site)
		page = client.get("/portal").text
		assert f"<b><bdi>{alder.customer_name}</bdi></b>" in page and cedar.customer_name not in page


def test_a_visitor_by_link_switches_to_nobody(http, customers):
	http.open_link(tokens.get_link(tokens.issue(customers[0].name)))
	http.browser.set_cookie(COOKIE, customers[1].name, domain=http.site)
	assert customers[1].customer_name not in http.get("/portal").text
	assert switch(http, customers[1]).status_code == 404


def test_a_link_to_a_document_of_another_organisation_switches_with_a_notice(sign_in, customers):
	alder, birch, cedar = customers
	invoice, foreign = make_sales_invoice(birch), make_sales_invoice(cedar)
	client = sign_in(make_portal_user(alder, birch))
	address = f"/portal/invoices/{invoice.name}"
	assert client.get(address).headers["Location"] == f"{address}?notice=switched"
	page = client.get(address, follow_redirects=True)
	assert page.status_code == 200
	assert f"<b><bdi>{birch.customer_name}</bdi></b>" in page.text
	assert client.get(f"/portal/invoices/{foreign.name}").status_code == 404


def test_a_link_to_another_organisation_that_may_not_see_it_leads_nowhere(sign_in, customers):
	alder, birch, _cedar = customers
	invoice = make_sales_invoice(birch)
	frappe.get_doc(
		{
			"doctype": "Customer Portal Policy",
			"applies_to": "Customer",
			"party": birch.name,
			"invoices": "Deny",
		}
	).insert()
	client = sign_in(make_portal_user(alder, birch))
	assert client.get(f"/portal/invoices/{invoice.name}").status_code == 404
	assert f"<b><bdi>{alder.customer_name}</bdi></b>" in client.get("/portal").text


def test_without_cookies_the_way_to_another_organisation_ends(sign_in, customers):
	invoice = make_sales_invoice(customers[1])
	client = sign_in(make_portal_user(*customers))
	page = client.get(f"/portal/invoices/{invoice.name}?notice=switched")
	assert page.status_code == 404


def test_a_form_of_one_organisation_does_nothing_after_switching(sign_in, customers):
	client = sign_in(make_portal_user(*customers))
	old = hidden_fields(client.get("/portal/messages").text)
	switch(client, customers[1])
	response = client.post("/portal/write", data={**old, "message": "For Alder alone"})
	assert response.status_code == 409
	assert "another of your organisations" in response.text
	frappe.db.rollback()
	assert not frappe.db.exists("Communication", {"content": ("like", "%For Alder alone%")})
	fresh = hidden_fields(client.get("/portal/messages").text)
	assert client.post("/portal/write", data={**fresh, "message": "For Birch"}).status_code == 303
	frappe.db.rollback()
	written = frappe.get_last_doc("Communication", {"content": ("like", "%For Birch%")})
	assert written.portal_customer == customers[1].name


def test_a_link_opened_while_signed_in_is_one_clear_identity(sign_in, customers):
	alder, birch, _cedar = customers
	client = sign_in(make_portal_user(alder, first_name="Maya", last_name="Lee"))
	page = client.open_link(tokens.get_link(tokens.issue(birch.name))).text
	assert f"<b><bdi>{birch.customer_name}</bdi></b>" in page and alder.customer_name not in page
	assert "You are also signed in as Maya Lee" in page
	response = client.submit("/portal", "/portal/leave")
	assert response.headers["Location"] == "/portal?notice=link-left"
	page = client.get("/portal").text
	assert f"<b><bdi>{alder.customer_name}</bdi></b>" in page and birch.customer_name not in page


def test_signing_in_ends_the_visit_by_link(http, customers):
	alder, birch, _cedar = customers
	http.open_link(tokens.get_link(tokens.issue(birch.name)))
	http.sign_in(make_portal_user(alder), PASSWORD)
	assert not http.cookie(session.COOKIE)
	assert f"<b><bdi>{alder.customer_name}</bdi></b>" in http.get("/portal").text


def test_a_dead_link_does_not_silently_become_the_user(sign_in, customers):
	alder, birch, _cedar = customers
	client = sign_in(make_portal_user(alder, first_name="Maya", last_name="Lee"))
	token = tokens.issue(birch.name)
	client.open_link(tokens.get_link(token))
	tokens.revoke(token.name)
	page = client.get("/portal")
	assert page.status_code == 403
	assert "Continue as Maya Lee" in page.text
	client.submit("/portal", "/portal/leave")
	assert client.get("/portal").status_code == 200


def test_a_form_of_another_identity_is_refused(http, customers):
	alder, birch, _cedar = customers
	http.open_link(tokens.get_link(tokens.issue(birch.name)))
	form = hidden_fields(http.get("/portal/messages").text)
	http.sign_in(make_portal_user(alder), PASSWORD)
	refused = http.post("/portal/write", data={**form, "message": "Whose is this"})
	assert refused.status_code in (400, 403)
	frappe.db.rollback()
	assert not frappe.db.exists("Communication", {"content": ("like", "%Whose is this%")})


def test_signing_out_ends_the_session(sign_in, customers):
	client = sign_in(make_portal_user(customers[0]))
	sid = client.cookie("sid")
	response = client.submit("/portal", "/portal/leave")
	assert (response.status_code, response.headers["Location"]) == (303, "/portal?notice=signed-out")
	assert client.get("/portal").status_code == 403
	client.browser.set_cookie("sid", sid, domain=client.site)
	assert client.get("/portal").status_code == 403
	frappe.db.rollback()
	assert not frappe.db.exists("Sessions", {"sid": sid})


def test_a_post_without_the_users_token_is_refused(sign_in, customers):
	client = sign_in(make_portal_user(customers[0]))
	form = hidden_fields(client.get("/portal").text)
	proofs = {"portal_csrf", "csrf_token", "portal_for"}
	# a form without the key is one of before the upgrade: test_forms_sent_again
	assert set(form) == proofs | {"portal_key"}
	for missing in proofs:
		rest = {key: value for key, value in form.items() if key != missing}
		response = client.post("/portal/write", data={**rest, "message": "x"})
		assert response.status_code in (400, 403, 409), missing
	other = sign_in(make_portal_user(customers[0]))
	foreign = hidden_fields(other.get("/portal").text) | {"csrf_token": form["csrf_token"]}
	assert client.post("/portal/write", data={**foreign, "message": "x"}).status_code == 403
	assert client.post("/portal/write", data={**form, "message": "mine"}).status_code == 303


@pytest.fixture
def two_factors(db):
	"""Frappe's second factor by an authenticator app, asked of everybody with the role Customer."""
	fields = ["enable_two_factor_auth", "two_factor_method"]
	before = {field: frappe.db.get_single_value("System Settings", field) for field in fields}

	def change(settings, asked):
		for field, value in settings.items():
			frappe.db.set_single_value("System Settings", field, value)
		frappe.db.set_value("Role", "Customer", "two_factor_auth", asked)
		frappe.db.commit()
		frappe.clear_cache()

	change({"enable_two_factor_auth": 1, "two_factor_method": "OTP App"}, 1)
	yield
	frappe.db.rollback()
	change(before, 0)


def test_the_second_factor_comes_before_the_portal(new_client, customers, two_factors):
	user = make_portal_user(customers[0])
	secret = get_otpsecret_for_(user)
	set_default(f"{user}_otplogin", 1)  # their app has it already
	client = new_client()
	asked = client.post("/api/method/login", data={"usr": user, "pwd": PASSWORD}).get_json()
	assert asked["verification"]["method"] == "OTP App" and "home_page" not in asked
	assert client.get("/portal").status_code == 403
	code = pyotp.TOTP(secret).now()
	for given, status, page in ((f"{(int(code) + 1) % 10**6:06}", 401, 403), (code, 200, 200)):
		answer = client.post("/api/method/login", data={"otp": given, "tmp_id": asked["tmp_id"]})
		assert (answer.status_code, client.get("/portal").status_code) == (status, page)
	assert answer.get_json()["home_page"] == "/portal"
	assert customers[0].customer_name in client.get("/portal").text


class Provider(BaseHTTPRequestHandler):
	"""Somewhere else to sign in: it gives a token for any code, and says whose it is."""

	email = ""

	def do_POST(self):
		self.answer({"access_token": "t", "token_type": "Bearer"})

	def do_GET(self):
		self.answer({"sub": "42", "email": self.email, "given_name": "Maya"})

	def answer(self, content):
		self.send_response(200)
		self.send_header("Content-Type", "application/json")
		self.end_headers()
		self.wfile.write(json.dumps(content).encode())

	def log_message(self, *arguments):
		pass


@pytest.fixture
def provider(db):
	"""The name of a Social Login Key whose provider runs on this machine."""
	server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
	threading.Thread(target=server.serve_forever, daemon=True).start()
	key = frappe.get_doc(
		{
			"doctype": "Social Login Key",
			"provider_name": f"Portal Test {frappe.generate_hash(length=6)}",
			"enable_social_login": 1,
			"custom_base_url": 1,
			"base_url": f"http://127.0.0.1:{server.server_port}",
			"client_id": "x",
			"client_secret": "y",
			"authorize_url": "/authorize",
			"access_token_url": "/token",
			"redirect_url": "/api/method/frappe.integrations.oauth2_logins.custom",
			"api_endpoint": "/whose",
			"auth_url_data": json.dumps({"response_type": "code"}),
			"user_id_property": "sub",
		}
	).insert()
	frappe.db.commit()
	yield key.name
	frappe.db.rollback()
	key.delete()
	frappe.db.commit()
	server.shutdown()
	server.server_close()


def test_social_login_leads_to_the_users_own_customer(new_client, customers, provider):
	Provider.email = make_portal_user(customers[1])
	client = new_client()
	state = base64.b64encode(json.dumps({"site": "x", "token": "t"}).encode()).decode()
	path = f"/api/method/frappe.integrations.oauth2_logins.custom/{provider}"
	answer = client.get(path, query_string={"code": "c", "state": state})
	assert (answer.status_code, client.get("/portal").status_code) == (302, 200), answer.text
	page = client.get("/portal").text
	assert customers[1].customer_name in page and customers[0].customer_name not in page
