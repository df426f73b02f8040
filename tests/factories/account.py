"""What visitors of the account pages send."""

import frappe

from customer_portal_ext.access import tokens

ADDRESS = {
	"country": "United States",
	"address_type": "Shipping",
	"address_title": "Goods In",
	"address_line1": "7 Harbour Road",
	"address_line2": "",
	"city": "Oakland",
	"state": "California",
	"pincode": "94607",
	"phone": "+1 510 555 0100",
	"email_id": "goods@example.com",
}
CONTACT = {
	"first_name": "Ada",
	"last_name": "Lovelace",
	"designation": "Buyer",
	"email_id": "",
	"phone": "+1 510 555 0101",
	"mobile_no": "",
}


def make_email():
	return f"{frappe.generate_hash(length=8)}@example.com"


def open_account(client, customer):
	"""Enter by the customer's secure link; the client."""
	response = client.open_link(tokens.get_link(tokens.get_or_issue(customer.name)))
	assert response.status_code == 200
	return client


def send(client, path, values=None, page=None):
	"""Post a form of a page of the account."""
	return client.submit(page or "/portal/account", path, values or {})
