"""A file of another of the user's organisations leads to the page it is on, switched and with a notice; an image on a page
left open in another tab switches nothing."""

import frappe
import pytest

from customer_portal_ext.access import tokens
from customer_portal_ext.access.switching import COOKIE
from tests.factories import make_customer, make_sales_invoice, paying
from tests.factories.users import PASSWORD, make_portal_user
from tests.security.test_files import THUMBNAIL, send_image


@pytest.fixture
def customers(db):
	mark = frappe.generate_hash(length=8)
	return [make_customer(f"{letter} of {mark}") for letter in ("Alder", "Birch", "Cedar")]


@pytest.fixture
def user(customers, new_client):
	client = new_client()
	client.sign_in(make_portal_user(*customers[:2]), PASSWORD)
	return client


def assert_leads_to(client, path, page, customer):
	response = client.get(path)
	assert response.status_code == 303
	assert response.headers["Location"] == page
	landed = client.get(page.partition("#")[0])
	assert landed.status_code == 200
	assert f"You now see the portal of {customer.customer_name}." in landed.text
	assert client.get(path).status_code == 200


def test_a_documents_pdf_leads_to_the_document(user, customers):
	invoice = make_sales_invoice(customers[1])
	page = f"/portal/invoices/{invoice.name}?notice=switched"
	assert_leads_to(user, f"/portal/download/invoices/{invoice.name}.pdf", page, customers[1])


def test_a_receipt_leads_to_its_payment(allow, user, customers):
	invoice = make_sales_invoice(customers[1])
	payment = paying.capture_payment(paying.begin(customers[1], [invoice.name]))
	page = f"/portal/pay/{payment.name}?notice=switched"
	assert_leads_to(user, f"/portal/download/receipts/{payment.name}.pdf", page, customers[1])


def test_a_receipt_of_nobody_elses_leads_nowhere(allow, user, customers):
	invoice = make_sales_invoice(customers[2])
	payment = paying.capture_payment(paying.begin(customers[2], [invoice.name]))
	assert user.get(f"/portal/download/receipts/{payment.name}.pdf").status_code == 404
	assert not user.cookie(COOKIE)


def test_an_attachment_leads_to_its_message(user, customers, new_client):
	sender, invoice = new_client(), make_sales_invoice(customers[1])
	sender.open_link(tokens.get_link(tokens.issue(customers[1].name)))
	path = send_image(sender, invoice)
	(thumbnail,) = THUMBNAIL.findall(sender.get(f"/portal/invoices/{invoice.name}").text)
	assert user.get(thumbnail).status_code == 404 and not user.cookie(COOKIE)
	page = f"/portal/invoices/{invoice.name}?notice=switched#messages"
	assert_leads_to(user, path, page, customers[1])
	assert user.get(thumbnail).status_code == 200


def test_a_file_of_nobody_elses_leads_nowhere(user, customers, new_client):
	sender, invoice = new_client(), make_sales_invoice(customers[2])
	sender.open_link(tokens.get_link(tokens.issue(customers[2].name)))
	for path in (send_image(sender, invoice), f"/portal/download/invoices/{invoice.name}.pdf"):
		assert user.get(path).status_code == 404
	assert not user.cookie(COOKIE)


def test_a_file_that_the_other_organisation_may_not_see_leads_nowhere(user, customers, new_client):
	sender, invoice = new_client(), make_sales_invoice(customers[1])
	sender.open_link(tokens.get_link(tokens.issue(customers[1].name)))
	path = send_image(sender, invoice)
	policy = {"applies_to": "Customer", "party": customers[1].name, "invoices": "Deny"}
	frappe.get_doc({"doctype": "Customer Portal Policy", **policy}).insert()
	assert user.get(path).status_code == 404
	assert not user.cookie(COOKIE)
