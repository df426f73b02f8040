"""Every document address as everyone who might ask: owner, other customer, guest, expired, revoked, one document's link."""

from datetime import timedelta
from urllib.parse import quote

import frappe
import pytest
from frappe.utils import add_days, getdate, now_datetime

from customer_portal_ext.access import tokens
from tests import factories
from tests.client import without_key

LISTS = ("/portal", "/portal/invoices", "/portal/credit-notes", "/portal/transactions")


class Account:
	"""A customer with one document of each kind, and their link."""

	def __init__(self):
		self.customer = factories.make_customer(email=f"{frappe.generate_hash(length=8)}@example.com")
		self.invoice = factories.make_sales_invoice(
			self.customer, 100, po_no=f"PO-{frappe.generate_hash(length=6)}"
		)
		self.credit_note = factories.make_credit_note(factories.make_sales_invoice(self.customer, 30))
		self.payment = factories.make_payment_entry(self.customer, 40, [self.invoice])
		self.token = tokens.issue(self.customer.name)

	@property
	def pages(self):
		return (
			f"/portal/invoices/{self.invoice.name}",
			f"/portal/credit-notes/{self.credit_note.name}",
			f"/portal/payments/{self.payment.name}",
		)

	@property
	def downloads(self):
		return tuple(page.replace("/portal/", "/portal/download/") + ".pdf" for page in self.pages)

	def enter(self, client):
		assert client.open_link(tokens.get_link(self.token)).status_code == 200
		return client


@pytest.fixture
def owner(db):
	return Account()


@pytest.fixture
def stranger(db):
	return Account()


@pytest.fixture
def no_errors(db):
	"""Nothing that a visitor does here may leave an entry in the error log."""
	before = frappe.db.count("Error Log")
	yield
	frappe.db.rollback()
	assert frappe.db.count("Error Log") == before


def assert_pdf(response, *texts):
	from io import BytesIO

	from pypdf import PdfReader

	assert response.status_code == 200 and response.mimetype == "application/pdf"
	assert response.headers["Cache-Control"] == "no-store, private"
	content = "".join(
		"".join(page.extract_text() for page in PdfReader(BytesIO(response.data)).pages).split()
	)
	for text in texts:
		assert "".join(text.split()).casefold() in content.casefold()


def test_the_owner_sees_their_documents(http, owner, no_errors):
	client = owner.enter(http)
	for page, document in zip(owner.pages, (owner.invoice, owner.credit_note, owner.payment), strict=True):
		response = client.get(page)
		assert response.status_code == 200, page
		assert document.name in response.text
		assert response.headers["Cache-Control"] == "no-store, private"
	for page in LISTS:
		assert client.get(page).status_code == 200, page
	assert owner.invoice.po_no in client.get("/portal/invoices").text


def test_the_owner_gets_their_pdfs(http, owner, no_errors):
	client = owner.enter(http)
	for address, document in zip(
		owner.downloads, (owner.invoice, owner.credit_note, owner.payment), strict=True
	):
		response = client.get(address)
		assert_pdf(response, document.name, owner.customer.customer_name)
		assert f"{document.name}.pdf" in response.headers["Content-Disposition"]
		assert response.headers["Content-Disposition"].startswith("attachment;")


def test_what_the_request_adds_does_not_reach_the_print_view(http, owner, no_errors):
	client = owner.enter(http)
	response = client.get(
		owner.downloads[0]
		+ "?format=Standard&doctype=User&name=Administrator&doc={}&settings={bad&key=x&letterhead=x&trigger_print=1"
	)
	assert_pdf(response, owner.invoice.name)


def test_missing_foreign_draft_cancelled_and_of_another_kind_are_the_same_404(
	http, owner, stranger, no_errors
):
	client = owner.enter(http)
	draft = factories.make_sales_invoice(owner.customer, 5, do_not_submit=True)
	cancelled = factories.make_sales_invoice(owner.customer, 6)
	cancelled.cancel()
	unsent = factories.make_payment_entry(owner.customer, 7, do_not_submit=True)
	addresses = [
		"/portal/invoices/ACC-SINV-0000-00000",
		"/portal/invoices/a/b/c",
		"/portal/invoices/%00",
		"/portal/invoices/" + "x" * 3000,
		f"/portal/invoices/{draft.name}",
		f"/portal/invoices/{cancelled.name}",
		f"/portal/invoices/{owner.credit_note.name}",
		f"/portal/credit-notes/{owner.invoice.name}",
		f"/portal/payments/{unsent.name}",
		f"/portal/payments/{owner.invoice.name}",
		f"/portal/invoices/{owner.invoice.name.lower()}",
		*stranger.pages,
		*stranger.downloads,
		f"/portal/download/invoices/{draft.name}.pdf",
		f"/portal/download/invoices/{cancelled.name}.pdf",
		f"/portal/download/credit-notes/{owner.invoice.name}.pdf",
	]
	bodies = {}
	for address in addresses:
		response = client.get(address)
		assert response.status_code == 404, address
		body = response.text.replace(address, "")
		for secret in (stranger.customer.customer_name, stranger.invoice.name, "Draft", "Cancelled"):
			assert secret not in body
		# the menu marks the part of the portal that the address belongs to
		bodies.setdefault(address.split("/")[2], set()).add(without_key(body))
	assert set(bodies) == {"invoices", "credit-notes", "payments", "download"}
	assert all(len(same) == 1 for same in bodies.values()), "one cannot tell which it was"


def test_a_guest_an_expired_and_a_revoked_link_open_nothing(new_client, owner, no_errors):
	guest = new_client()
	expired = owner.enter(new_client())
	owner.token.db_set("expires_on", now_datetime() - timedelta(seconds=1))
	other = Account()
	revoked = other.enter(new_client())
	tokens.revoke(other.token.name)
	for client, account in ((guest, owner), (expired, owner), (revoked, other)):
		for address in (*LISTS, *account.pages, *account.downloads):
			response = client.get(address)
			assert response.status_code == 403, address
			# the address comes back as it was asked for, also as where to go on to after signing in
			text = response.text.replace(address, "").replace(quote(address, safe=""), "")
			assert account.invoice.name not in text
			assert account.customer.customer_name not in response.text


def make_document_token(customer, document):
	"""The link that a shared document has: its scope is that document."""
	token = tokens.issue(customer.name)
	token.db_set(
		{"scope": tokens.ONE_DOCUMENT, "document_type": document.doctype, "document_name": document.name}
	)
	return token


def test_a_link_to_one_document_opens_that_document_alone(http, owner, no_errors):
	token = make_document_token(owner.customer, owner.invoice)
	http.open_link(tokens.get_link(token))
	page, download = owner.pages[0], owner.downloads[0]
	response = http.get(page)
	assert response.status_code == 200 and owner.invoice.name in response.text
	assert_pdf(http.get(download), owner.invoice.name)
	for other in (owner.credit_note.name, owner.payment.name):
		assert other not in response.text
	for address in (*LISTS[1:], *owner.pages[1:], *owner.downloads[1:]):
		assert http.get(address).status_code == 404, address


def test_what_policy_denies_is_closed_everywhere(http, owner, no_errors):
	client = owner.enter(http)
	frappe.get_doc(
		{
			"doctype": "Customer Portal Policy",
			"applies_to": "Customer",
			"party": owner.customer.name,
			"credit_notes": "Deny",
			"payments_history": "Deny",
		}
	).insert()
	assert client.get(owner.pages[0]).status_code == 200
	for address in ("/portal/credit-notes", *owner.pages[1:], *owner.downloads[1:]):
		assert client.get(address).status_code == 404, address
	for page in ("/portal", "/portal/transactions", owner.pages[0]):
		text = client.get(page).text
		assert owner.credit_note.name not in text and owner.payment.name not in text, page
	assert client.get("/portal/transactions?type=credit_note").status_code == 400


@pytest.mark.parametrize("first", [0, 1])
def test_two_visitors_of_one_process_never_share_a_page(new_client, owner, stranger, first):
	"""To Frappe both are the same Guest, and its website cache is on."""
	visits = [(owner, owner.enter(new_client())), (stranger, stranger.enter(new_client()))]
	if first:
		visits.reverse()
	for _ in range(2):
		for address in (*LISTS, "/portal/invoices?status=open", "/portal/transactions?search=ACC"):
			seen = []
			for account, client in visits:
				other = stranger if account is owner else owner
				response = client.get(address)
				assert response.status_code == 200
				for secret in (
					other.customer.customer_name,
					other.invoice.name,
					other.payment.name,
					other.invoice.po_no,
				):
					assert secret not in response.text, address
				seen.append(response.text)
			assert seen[0] != seen[1]
		for account, client in visits:
			other = stranger if account is owner else owner
			for mine, theirs in zip(account.pages, other.pages, strict=True):
				assert client.get(theirs).status_code == 404
				assert client.get(mine).status_code == 200, (
					"a 404 for one does not close the page to the other"
				)


BAD_QUERIES = {
	"page=0": "Pages are numbered",
	"page=-1": "Pages are numbered",
	"page=abc": "Pages are numbered",
	"date_from=yesterday": "Enter a date",
	"date_to=9999-12-31": "Enter a date",
	"date_from=2026-05-02&date_to=2026-05-01": "must not be before",
	"amount_from=ten": "Enter an amount",
	"amount_from=20&amount_to=10": "must not be below",
	"sort=customer": "cannot be sorted",
	"status=Draft": "no such status",
	"type=user": "no such type",
	"company=Somebody+Else": "no documents of such a company",
	"size=1000000": "20, 50 or 100",
	"search=" + "x" * 141: "at most 140",
	"search=a%00b": "cannot be searched",
}


def test_bad_queries_are_answered_with_what_is_wrong(http, owner, no_errors):
	client = owner.enter(http)
	for query, message in BAD_QUERIES.items():
		for page in ("/portal/invoices", "/portal/transactions"):
			response = client.get(f"{page}?{query}")
			assert response.status_code == 400, query
			assert message in response.text, query
			assert owner.invoice.name not in response.text
	for query in (
		"page=1000000000000",
		"search=%25%27%22%3Cscript%3E",
		"search=%F0%9F%98%80",
		"page=2&unknown=1",
	):
		response = client.get(f"/portal/invoices?{query}")
		assert response.status_code == 200, query
		assert "<script>" not in response.text


def test_filters_stay_in_the_url(http, owner):
	client = owner.enter(http)
	for number in range(22):
		factories.make_sales_invoice(owner.customer, 10, posting_date=add_days(getdate(), -number))
	text = client.get("/portal/invoices?search=ACC&status=open&sort=amount").text
	assert "/portal/invoices?search=ACC&amp;status=open&amp;sort=amount&amp;page=2" in text
	assert "/portal/invoices?search=ACC&amp;status=open&amp;sort=-amount" in text
	assert 'value="ACC"' in text
	again = client.get("/portal/invoices?search=ACC&status=open&sort=amount&page=2").text
	assert '/portal/invoices?search=ACC&amp;status=open&amp;sort=amount"' in again, "back to the first page"
