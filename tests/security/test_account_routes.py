"""The account pages as everyone who might knock, and with everything that might be typed into them."""

import itertools
import re
from datetime import timedelta
from html.parser import HTMLParser

import frappe
import pytest
from frappe.utils import now_datetime

from customer_portal_ext.access import tokens
from tests import factories
from tests.factories.account import ADDRESS, CONTACT, make_email, open_account, send
from tests.factories.mail import make_outgoing_account, remove_outgoing_account
from tests.factories.xss import CORPUS

PAGES = ("account", "account/activity", "addresses", "contacts")
FORMS = ("account/details", "new-address", "new-contact")
# open without the capability: whose inbox it is decides what comes there
PREFERENCES = "account/preferences"
ALL = (*PAGES, *FORMS, PREFERENCES)
WRITTEN = {
	"Address": ("address_title", "address_line1", "address_line2", "city", "state", "pincode", "county"),
	"Contact": ("full_name", "first_name", "last_name", "designation", "phone", "mobile_no"),
	"Customer": ("customer_name", "tax_id", "website"),
}
SCRIPT = '<script>alert("x")</script>'


class Attributes(HTMLParser):
	"""The attributes of a page, as a browser reads them."""

	def __init__(self, page):
		super().__init__()
		self.found = []
		self.feed(page)

	def handle_starttag(self, tag, attrs):
		# what stands in a field is text
		self.found += [(name, value) for name, value in attrs if (tag, name) != ("input", "value")]


@pytest.fixture
def visitor(http, customer, portal_settings):
	portal_settings(allow_account_changes=1, account_changes_applied="At Once")
	return open_account(http, customer)


@pytest.fixture
def theirs(db):
	"""An address and a contact of another customer."""
	other = factories.make_customer(email=make_email())
	return factories.make_address(other, address_line1="Secret Lane 9"), frappe.get_doc(
		"Contact", {"email_id": other.email_id}
	)


def snapshot(customer):
	"""Everything that a refused form must leave as it was."""
	frappe.db.commit()
	state = {}
	for doctype in ("Address", "Contact"):
		names = frappe.get_all(
			"Dynamic Link",
			{"parenttype": doctype, "link_doctype": "Customer", "link_name": customer.name},
			pluck="parent",
		)
		for name in names:
			state[doctype, name] = frappe.get_doc(doctype, name).as_json()
	state["customer"] = frappe.get_doc("Customer", customer.name).as_json()
	state["requests"] = frappe.get_all("Portal Change Request", {"customer": customer.name})
	return state


def test_pages_are_open_and_forms_closed_without_the_capability(http, customer, portal_settings):
	portal_settings(allow_account_changes=0)
	open_account(http, customer)
	address = factories.make_address(customer)
	before = snapshot(customer)
	for path in PAGES:
		page = http.get(f"/portal/{path}")
		assert page.status_code == 200, path
		assert "/portal/new-" not in page.text and "/portal/remove-" not in page.text, path
	for path in (*FORMS, f"addresses/{address.name}", f"contacts/{customer.customer_primary_contact}"):
		assert http.get(f"/portal/{path}").status_code == 404, path
		assert send(http, f"/portal/{path}", ADDRESS | CONTACT).status_code == 404, path
	for path in ("billing-address", "shipping-address", "remove-address"):
		assert send(http, f"/portal/{path}/{address.name}").status_code == 404, path
	assert snapshot(customer) == before


def test_a_policy_closes_the_forms_on_the_next_click(visitor, customer):
	assert visitor.get("/portal/new-address").status_code == 200
	policy = {"doctype": "Customer Portal Policy", "applies_to": "Customer", "party": customer.name}
	frappe.get_doc({**policy, "account_changes": "Deny"}).insert()
	assert visitor.get("/portal/new-address").status_code == 404
	assert send(visitor, "/portal/new-address", ADDRESS).status_code == 404


def test_a_documents_link_opens_none_of_them(http, customer, portal_settings):
	portal_settings(allow_account_changes=1, account_changes_applied="At Once")
	invoice = factories.make_sales_invoice(customer)
	http.open_link(
		tokens.get_link(tokens.issue_for_document(customer.name, "Sales Invoice", invoice.name, "Staff"))
	)
	for path in ALL:
		assert http.get(f"/portal/{path}").status_code == 404, path
	path = f"/portal/invoices/{invoice.name}"
	assert send(http, "/portal/new-address", ADDRESS, page=path).status_code == 404


@pytest.mark.parametrize("ending", ["expired", "revoked"])
def test_an_ended_link_changes_nothing(visitor, customer, ending):
	fields = visitor.get("/portal/new-address").text
	token = tokens.get_active(customer.name)
	before = snapshot(customer)
	if ending == "expired":
		token.db_set("expires_on", now_datetime() - timedelta(seconds=1))
	else:
		tokens.revoke(token.name)
	csrf = re.search(r'name="portal_csrf" value="([^"]+)"', fields)[1]
	assert visitor.post("/portal/new-address", data=ADDRESS | {"portal_csrf": csrf}).status_code == 403
	for path in ALL:
		response = visitor.get(f"/portal/{path}")
		assert response.status_code == 403 and customer.customer_name not in response.text, path
	assert snapshot(customer) == before


def test_a_form_without_its_token_is_refused(visitor, customer):
	before = snapshot(customer)
	for path in (*FORMS, PREFERENCES):
		assert visitor.post(f"/portal/{path}", data=ADDRESS | CONTACT).status_code == 403, path
	assert snapshot(customer) == before


def test_another_customers_records_look_like_none(visitor, customer, theirs):
	address, contact = theirs
	frappe.db.commit()
	for record in theirs:
		record.reload()
	before = [address.as_json(), contact.as_json()]
	missing = visitor.get("/portal/addresses/There-is-none").text
	for path in (f"addresses/{address.name}", f"contacts/{contact.name}"):
		response = visitor.get(f"/portal/{path}")
		assert response.status_code == 404
		assert response.text.replace(address.name, "") == missing or "Secret Lane" not in response.text
		assert send(visitor, f"/portal/{path}", ADDRESS | CONTACT).status_code == 404, path
	posts = [(f"{kind}-address", address) for kind in ("billing", "shipping", "remove")]
	posts += [(f"{kind}-contact", contact) for kind in ("main", "remove")]
	for path, record in posts:
		assert send(visitor, f"/portal/{path}/{record.name}").status_code == 404, path
	for record in (address, contact):
		record.reload()
	assert [address.as_json(), contact.as_json()] == before
	frappe.db.rollback()
	refused = frappe.get_all(
		"Portal Activity", {"customer": customer.name, "activity": "Refused"}, pluck="details"
	)
	assert f"address {address.name}"[:140] in refused


def test_lists_show_nobody_elses(visitor, theirs):
	_address, contact = theirs
	assert "Secret Lane" not in visitor.get("/portal/addresses").text
	assert contact.email_id not in visitor.get("/portal/contacts").text


def test_a_customer_may_name_another_one_in_no_field(visitor, customer, theirs):
	address, _contact = theirs
	other = address.links[0].link_name
	values = ADDRESS | {"name": address.name, "link_name": other, "links": other, "customer": other}
	assert send(visitor, "/portal/new-address", values | {"doctype": "Customer"}).status_code == 303
	address.reload()
	assert address.address_line1 == "Secret Lane 9"
	assert frappe.db.count("Dynamic Link", {"link_doctype": "Customer", "link_name": other}) == 2


BAD_ADDRESSES = [
	({"country": "Atlantis"}, "Choose a country"),
	({"country": ""}, "Choose a country"),
	({"country": "united states"}, "Choose a country"),
	({"address_line1": ""}, "Enter this: Street and number"),
	({"address_line1": " \t "}, "Enter this: Street and number"),
	({"address_line1": "x" * 10_000}, "can have 240 characters; this has 10000"),
	({"city": "x" * 10_000}, "can have 140 characters"),
	({"address_title": "x" * 101}, "can have 100 characters"),
	({"address_line1": SCRIPT}, "cannot have these characters"),
	({"address_title": "a <b"}, "cannot have these characters"),
	({"city": "Oak\nland"}, "must be one line"),
	({"city": "Oak\r\nBcc: x@example.com"}, "must be one line"),
	({"state": ""}, "Enter this: State"),
	({"pincode": ""}, "Enter this: ZIP code"),
	({"pincode": "9460"}, "It looks like this: 95014"),
	({"country": "Germany", "pincode": "94607-1"}, "It looks like this: 26133"),
	({"address_type": "Castle"}, "what kind of address"),
	({"address_type": "Current"}, "what kind of address"),
	({"phone": "call me"}, "phone number"),
	({"phone": "1" * 10_000}, "phone number"),
	({"phone": "+1 510\r\n555"}, "phone number"),
	({"email_id": "goods"}, "one e-mail address"),
	({"email_id": "a@example.com\r\nBcc: b@example.com"}, "one e-mail address"),
	({"email_id": "a@example.com, b@example.com"}, "one e-mail address"),
	({"email_id": f"{'a' * 10_000}@example.com"}, "one e-mail address"),
	({"email_id": "Eve <a@example.com>"}, "one e-mail address"),
]
BAD_CONTACTS = [
	({"first_name": ""}, "Enter this: First name"),
	({"first_name": "x" * 10_000}, "can have 60 characters"),
	({"last_name": SCRIPT}, "cannot have these characters"),
	({"first_name": "Ada\r\nBcc: x@example.com"}, "must be one line"),
	({"designation": "x" * 10_000}, "can have 140 characters"),
	({"email_id": "a@example.com\nBcc: b@example.com"}, "one e-mail address"),
	({"email_id": "a@@example.com"}, "one e-mail address"),
	({"email_id": "", "phone": ""}, "an e-mail address or a phone number"),
	({"phone": "12"}, "phone number"),
	({"mobile_no": "<b>+1 212 555 0100</b>"}, "phone number"),
]
BAD_DETAILS = [
	({"customer_name": ""}, "Enter this: Name"),
	({"customer_name": "x" * 10_000}, "can have 140 characters"),
	({"customer_name": SCRIPT}, "cannot have these characters"),
	({"tax_id": "x" * 51}, "can have 50 characters"),
	({"website": "javascript:alert(1)"}, "web address"),
	({"website": "ftp://example.com"}, "web address"),
	({"website": "https://user@example.com"}, "web address"),
	({"website": "https://[broken"}, "web address"),
	({"email_id": ""}, "needs an e-mail address"),
	({"email_id": "a@example.com\r\nSubject: x"}, "one e-mail address"),
	({"phone": "+1 (212) 555 0100 extension forty-two"}, "phone number"),
]


def assert_refused(response, message, values):
	assert response.status_code == 400
	text = response.text.replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">")
	assert message in text, re.findall(r'class="problem">([^<]*)', response.text)
	assert "Nothing was changed." in text
	assert SCRIPT not in response.text
	assert 'aria-invalid="true"' in response.text or not set(values) - {"email_id", "phone"}


@pytest.mark.parametrize(("values", "message"), BAD_ADDRESSES)
def test_an_address_that_cannot_be_used(visitor, customer, values, message):
	address = factories.make_address(customer)
	before = snapshot(customer)
	for path in ("/portal/new-address", f"/portal/addresses/{address.name}"):
		assert_refused(send(visitor, path, ADDRESS | values), message, values)
	assert snapshot(customer) == before


@pytest.mark.parametrize(("values", "message"), BAD_CONTACTS)
def test_a_contact_that_cannot_be_used(visitor, customer, values, message):
	before = snapshot(customer)
	for path in ("/portal/new-contact", f"/portal/contacts/{customer.customer_primary_contact}"):
		assert_refused(send(visitor, path, CONTACT | values), message, values)
	assert snapshot(customer) == before


@pytest.mark.parametrize(("values", "message"), BAD_DETAILS)
def test_details_that_cannot_be_used(visitor, customer, values, message):
	before = snapshot(customer)
	good = {
		"customer_name": customer.customer_name,
		"tax_id": "",
		"website": "",
		"email_id": customer.email_id,
		"phone": "",
		"mobile_no": "",
	}
	assert_refused(send(visitor, "/portal/account/details", good | values), message, values)
	assert snapshot(customer) == before


def test_what_was_typed_comes_back_and_is_escaped(visitor):
	response = send(visitor, "/portal/new-address", ADDRESS | {"city": '"><img src=x onerror=alert(1)>'})
	assert response.status_code == 400
	assert "<img src=x" not in response.text
	assert "&lt;img src=x onerror=alert(1)&gt;" in response.text
	assert 'value="7 Harbour Road"' in response.text


@pytest.mark.parametrize("start", range(0, len(CORPUS), 10))
def test_what_staff_wrote_is_escaped_on_every_page(visitor, customer, start):
	"""Staff, an import or another app may leave anything in ERPNext's records."""
	texts = itertools.cycle(CORPUS[start : start + 10])
	address = factories.make_address(customer)
	contact = factories.make_contact(customer, make_email(), is_primary=False)
	for record in (address, contact, customer):
		for field in WRITTEN[record.doctype]:
			frappe.db.set_value(record.doctype, record.name, field, next(texts))
	change = {"field": "tax_id", "label": "x", "old_value": next(texts), "shown_value": next(texts)}
	request = {"doctype": "Portal Change Request", "customer": customer.name, "changes": [change]}
	request |= {"requested_on": now_datetime(), "requested_by": next(texts), "note": next(texts)}
	frappe.get_doc(request | {"status": "Rejected"}).insert()
	for path in (*ALL, f"addresses/{address.name}", f"contacts/{contact.name}"):
		page = visitor.get(f"/portal/{path}")
		assert page.status_code == 200, path
		shown = [text for text in CORPUS if "<" in text and text in page.text]
		assert shown == [], path
		attributes = Attributes(page.text).found
		assert not [name for name, _value in attributes if name.startswith("on")], path
		assert not [value for _name, value in attributes if (value or "").startswith("javascript:")], path


def test_quotes_and_entities_are_stored_so_that_desk_can_show_them(visitor, customer):
	values = {"address_title": 'O\'Neil & "Sons" &lt;b&gt;', "address_line1": "&#60;img&#62; Street"}
	assert send(visitor, "/portal/new-address", ADDRESS | values).status_code == 303
	frappe.db.rollback()
	name = frappe.get_all(
		"Dynamic Link",
		{"parenttype": "Address", "link_doctype": "Customer", "link_name": customer.name},
		pluck="parent",
	)[0]
	address = frappe.get_doc("Address", name)
	for text in (address.address_title, address.address_line1, address.name):
		assert not set(text) & set("<>\"'") and "&lt;" not in text and "&#60;" not in text
	assert address.address_title.startswith("O’Neil & ”Sons”")


def test_the_old_addresss_mail_holds_no_header_of_the_new_one(visitor, customer):
	account = make_outgoing_account()
	frappe.db.commit()
	try:
		values = CONTACT | {"email_id": f"x+bcc:{make_email()}"}
		response = send(visitor, f"/portal/contacts/{customer.customer_primary_contact}", values)
		assert response.status_code == 400
		assert not frappe.get_all("Email Queue Recipient", {"recipient": customer.email_id})
	finally:
		remove_outgoing_account(account)


def test_too_many_changes_are_held_up(visitor, customer, monkeypatch):
	from customer_portal_ext.access import limits

	monkeypatch.setitem(limits.LIMITS, "account-change", limits.Limit(2, 3600))
	codes = [
		send(visitor, "/portal/new-address", ADDRESS | {"address_line1": f"{n} Street"}).status_code
		for n in range(4)
	]
	assert codes == [303, 303, 429, 429]
