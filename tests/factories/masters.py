"""Customers, items and accounts that the documents of a test belong to."""

import frappe
from frappe.utils import getdate

USUAL_ITEM = "Portal Test Service"


def get_company() -> str:
	"""The company a test works in when it names none: the site's default one."""
	return (
		frappe.db.get_single_value("Global Defaults", "default_company")
		or frappe.get_all("Company", pluck="name")[0]
	)


def make_customer(name: str | None = None, email: str | None = None, **fields):
	"""A Customer of its own, with a primary contact when ``email`` is given. Names are made unique by default."""
	customer = frappe.get_doc(
		{
			"doctype": "Customer",
			"customer_name": name or f"Test Customer {frappe.generate_hash(length=8)}",
			"customer_type": "Company",
			"customer_group": "Commercial",
			"territory": frappe.db.get_value("Territory", {"is_group": 0}) or "All Territories",
			**fields,
		}
	).insert()
	if email:
		make_contact(customer, email)
		customer.reload()
	return customer


def make_contact(customer, email: str, is_primary: bool = True):
	"""A Contact of the customer; as the primary one its address becomes the customer's e-mail on file."""
	contact = frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": email.split("@")[0],
			"is_primary_contact": int(is_primary),
			"email_ids": [{"email_id": email, "is_primary": 1}],
			"links": [{"link_doctype": "Customer", "link_name": customer.name}],
		}
	).insert()
	if is_primary:
		frappe.db.set_value(
			"Customer", customer.name, {"customer_primary_contact": contact.name, "email_id": email}
		)
	return contact


def make_address(customer, **fields):
	return frappe.get_doc(
		{
			"doctype": "Address",
			"address_title": customer.customer_name,
			"address_type": "Billing",
			"address_line1": "1 Test Street",
			"city": "Testville",
			"country": "United States",
			"links": [{"link_doctype": "Customer", "link_name": customer.name}],
			**fields,
		}
	).insert()


def make_item(code: str = USUAL_ITEM, **fields):
	"""An Item that keeps no stock; the same code gives the same item again."""
	if frappe.db.exists("Item", code):
		return frappe.get_doc("Item", code)
	return frappe.get_doc(
		{
			"doctype": "Item",
			"item_code": code,
			"item_name": code,
			"item_group": "Services",
			"stock_uom": "Nos",
			"is_stock_item": 0,
			**fields,
		}
	).insert()


def make_usual_item() -> str:
	"""The name of the item that documents have where a test names none; read as a whole, it would cost each of them a tenth."""
	return frappe.db.exists("Item", USUAL_ITEM) or make_item().name


def make_receivable_account(currency: str, company: str | None = None) -> str:
	"""A receivable account kept in ``currency``; returns its name."""
	company = company or get_company()
	found = frappe.db.get_value(
		"Account",
		{"company": company, "account_type": "Receivable", "account_currency": currency, "is_group": 0},
	)
	if found:
		return found
	beside = frappe.get_cached_value("Company", company, "default_receivable_account")
	account = frappe.get_doc(
		{
			"doctype": "Account",
			"account_name": f"Debtors {currency}",
			"parent_account": frappe.db.get_value("Account", beside, "parent_account"),
			"company": company,
			"account_type": "Receivable",
			"account_currency": currency,
		}
	).insert()
	return account.name


def get_money_account(company: str) -> str:
	"""Where received money goes: the company's default bank or cash account."""
	bank, cash = frappe.get_cached_value("Company", company, ["default_bank_account", "default_cash_account"])
	found = bank or cash
	return found or frappe.db.get_value(
		"Account", {"company": company, "account_type": ["in", ["Cash", "Bank"]], "is_group": 0}
	)


def ensure_fiscal_year(date) -> None:
	"""A calendar year around ``date``, unless the site has a fiscal year there already."""
	day = getdate(date)
	if frappe.db.exists("Fiscal Year", {"year_start_date": ["<=", day], "year_end_date": [">=", day]}):
		return
	frappe.get_doc(
		{
			"doctype": "Fiscal Year",
			"year": str(day.year),
			"year_start_date": f"{day.year}-01-01",
			"year_end_date": f"{day.year}-12-31",
		}
	).insert()
