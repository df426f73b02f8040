"""The factories and fixtures themselves: what every other test stands on."""

import frappe
from frappe.utils import add_days, getdate

from tests import factories


def test_invoice_credit_note_and_payment_add_up(db):
	customer = factories.make_customer(email="buyer@example.com")
	invoice = factories.make_sales_invoice(customer, rate=250, qty=4, posting_date=add_days(getdate(), -40))
	factories.make_credit_note(invoice, qty=1, update_outstanding_for_self=0)
	factories.make_payment_entry(customer, 900, invoices=[invoice])
	factories.make_journal_entry(customer, -25)

	assert frappe.db.get_value("Customer", customer.name, "email_id") == "buyer@example.com"
	assert frappe.db.get_value("Sales Invoice", invoice.name, "outstanding_amount") == 0
	balance = frappe.db.sql(
		"select sum(debit - credit) from `tabGL Entry` where party = %s and is_cancelled = 0", customer.name
	)
	assert balance[0][0] == 1000 - 250 - 900 - 25


def test_foreign_currency_invoice_on_its_own_receivable_account(db):
	account = factories.make_receivable_account("EUR")
	customer = factories.make_customer()
	invoice = factories.make_sales_invoice(customer, rate=100, currency="EUR", debit_to=account)

	assert invoice.party_account_currency == "EUR"
	assert (invoice.grand_total, invoice.base_grand_total, invoice.outstanding_amount) == (100, 125, 100)


def test_what_a_test_leaves_uncommitted_is_gone_afterwards(site):
	from tests.conftest import connect

	connect(site)
	name = factories.make_customer().name
	frappe.db.rollback()
	assert not frappe.db.exists("Customer", name)
	frappe.destroy()


def test_a_request_leaves_the_tests_own_connection_alone(db, http):
	customer = factories.make_customer()
	assert http.get("/api/method/ping").get_json() == {"message": "pong"}
	assert frappe.session.user == "Administrator"
	assert frappe.db.exists("Customer", customer.name)


def test_two_clients_keep_their_own_cookies(db, new_client):
	signed_in, guest = new_client(), new_client()
	signed_in.sign_in("Administrator", "admin")
	who = "/api/method/frappe.auth.get_logged_user"
	assert signed_in.get(who).get_json() == {"message": "Administrator"}
	assert guest.get(who).status_code == 403
