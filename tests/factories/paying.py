"""Gateways, intents and captures: what happens between a form and a Payment Entry, without a gateway."""

import frappe
from frappe.utils import add_days, getdate, now_datetime

from customer_portal_ext.payments import capture, choice, intents, open_items
from customer_portal_ext.payments.capture import Captured
from tests.factories.documents import make_sales_invoice
from tests.factories.masters import get_company

GATEWAY = "Portal Test Gateway"
MODE = "Portal Test Card"


def make_gateway(company: str | None = None, currency: str | None = None, **fields) -> dict:
	"""A row for the settings' table of gateways, with a clearing account in ``currency`` (the company's by default)."""
	company = company or get_company()
	if not frappe.db.exists("Payment Gateway", GATEWAY):
		frappe.get_doc({"doctype": "Payment Gateway", "gateway": GATEWAY}).insert()
	if not frappe.db.exists("Mode of Payment", MODE):
		frappe.get_doc({"doctype": "Mode of Payment", "mode_of_payment": MODE, "type": "Bank"}).insert()
	company_currency = frappe.get_cached_value("Company", company, "default_currency")
	return {
		"payment_gateway": GATEWAY,
		"enabled": 1,
		"company": company,
		"mode_of_payment": MODE,
		"account": make_clearing_account(company, currency or company_currency),
		**fields,
	}


def make_clearing_account(company: str, currency: str) -> str:
	return make_account(
		company, f"Card Clearing {currency}", "Bank", "Bank Accounts", account_currency=currency
	)


def make_fee_account(company: str | None = None) -> str:
	return make_account(company or get_company(), "Card Fees", "", "Indirect Expenses")


def make_account(company: str, title: str, account_type: str, below: str, **fields) -> str:
	if found := frappe.db.get_value("Account", {"account_name": title, "company": company}):
		return found
	parent = frappe.db.get_value("Account", {"account_name": below, "company": company, "is_group": 1})
	return (
		frappe.get_doc(
			{
				"doctype": "Account",
				"account_name": title,
				"company": company,
				"parent_account": parent,
				"account_type": account_type,
				**fields,
			}
		)
		.insert()
		.name
	)


def make_due(customer, days: int, rate: float = 100):
	"""An invoice that is due in so many days."""
	due = add_days(getdate(), days)
	return make_sales_invoice(customer, rate=rate, posting_date=min(due, getdate()), due_date=due)


def choose(customer, keys=(), **form) -> choice.Choice:
	"""What a form with these ticks and fields chooses."""
	return choice.read(form, list(keys), open_items.get_accounts(customer.name), getdate())


def begin(customer, keys=(), form_key: str | None = None, gateway: str = GATEWAY, **form):
	"""A committed Portal Payment of these documents."""
	frappe.db.commit()
	chosen = choose(customer, keys, **form)
	origin = intents.Origin(customer.name, "Buyer", "buyer@example.com")
	payment, _is_new = intents.create(chosen, gateway, form_key or intents.make_form_key(), origin)
	return payment.reload()


def make_captured(payment, **values) -> Captured:
	"""The gateway's word that all of ``payment`` was taken."""
	facts = {
		"provider_reference": None,
		"provider_payment": f"pay_{payment.name}",
		"amount_minor": payment.amount_minor,
		"currency": payment.currency,
		"captured_on": now_datetime().replace(microsecond=0),
		"method": "card",
	}
	return Captured(**{**facts, **values})


def capture_payment(payment, **values):
	"""The payment after the gateway took it."""
	capture.record(payment.name, make_captured(payment, **values))
	frappe.db.commit()
	return payment.reload()


def get_entries(payment) -> list[str]:
	"""The submitted Payment Entries of a payment."""
	frappe.db.rollback()
	return frappe.get_all("Payment Entry", {"portal_payment": payment.name, "docstatus": 1}, pluck="name")
