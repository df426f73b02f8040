"""The two companies: accounts, taxes, terms, logos, letter heads, and the rates between their currencies."""

import frappe

from .dates import get_day
from .logo import draw_logo
from .site_setup import COMPANY

SECOND_COMPANY = "Nordwind GmbH"
BANK = "Main Bank - WP"
EURO_BANK = "1200 - Bankkonto - NW"
# an example with right check digits, of nobody
EURO_IBAN = "DE89370400440532013000"
SALES_TAX = "Sales Tax 8% - WP"
EURO_INCOME = "8400 - Erlöse USt. 19 % - NW"
VAT = "Umsatzsteuer 19 % - NW"
EURO_PRICES = "Preisliste Euro"
INSTALMENTS = "Three instalments"
INVOICE_SERIES = "NW/RE-.YYYY.-"

# Receivable accounts of the first company in the customer's currency.
YEN_RECEIVABLE = "Debtors JPY - WP"
EURO_RECEIVABLE = "Debtors EUR - WP"

ACCENT = "#1f6f5c"
SECOND_ACCENT = "#1f4f8f"

# Days ago, and what one unit was worth on that day.
RATES = (
	(320, {"EUR": 1.08, "JPY": 0.0068}),
	(120, {"EUR": 1.11, "JPY": 0.0066}),
	(40, {"EUR": 1.15, "JPY": 0.0070}),
	(0, {"EUR": 1.12, "JPY": 0.0064}),
)


def make() -> None:
	enable_currencies()
	make_second_company()
	make_accounts()
	make_taxes()
	make_payment_terms()
	make_price_list()
	make_rates()
	offer_invoice_series()
	make_bank_account()
	dress(COMPANY, "wind-power", ACCENT, "+1 202-555-0100", "accounts@windpower.example.com")
	dress(SECOND_COMPANY, "nordwind", SECOND_ACCENT, "+49 30 23125 100", "buchhaltung@nordwind.example.com")
	make_company_address(COMPANY, "400 Turbine Way", "Boulder", "80301", "United States", "Colorado")
	make_company_address(SECOND_COMPANY, "Hafenstraße 12", "Hamburg", "20457", "Germany")


def enable_currencies() -> None:
	for currency in ("USD", "EUR", "JPY"):
		frappe.db.set_value("Currency", currency, "enabled", 1)


def make_second_company() -> None:
	frappe.get_doc(
		{
			"doctype": "Company",
			"company_name": SECOND_COMPANY,
			"abbr": "NW",
			"default_currency": "EUR",
			"country": "Germany",
			"create_chart_of_accounts_based_on": "Standard Template",
			"chart_of_accounts": "SKR03 mit Kontonummern",
			"enable_perpetual_inventory": 0,
		}
	).insert()


def make_accounts() -> None:
	receivable_group = frappe.db.get_value("Account", get_default(COMPANY, "receivable"), "parent_account")
	for name, currency in (("Debtors JPY", "JPY"), ("Debtors EUR", "EUR")):
		make_account(name, COMPANY, receivable_group, account_type="Receivable", account_currency=currency)
	make_account("Unrealized Exchange Gain/Loss", COMPANY, "Indirect Expenses - WP")
	frappe.db.set_value(
		"Company",
		COMPANY,
		{
			"unrealized_exchange_gain_loss_account": "Unrealized Exchange Gain/Loss - WP",
			"default_bank_account": BANK,
		},
	)
	if not frappe.db.exists("Account", BANK):
		make_account("Main Bank", COMPANY, "Bank Accounts - WP", account_type="Bank")
	frappe.db.set_value(
		"Company",
		SECOND_COMPANY,
		{"default_bank_account": EURO_BANK, "default_income_account": EURO_INCOME},
	)


def make_account(name: str, company: str, parent: str, **values) -> str:
	account = frappe.get_doc(
		{"doctype": "Account", "account_name": name, "company": company, "parent_account": parent, **values}
	)
	return account.insert().name


def get_default(company: str, kind: str) -> str:
	return frappe.get_cached_value("Company", company, f"default_{kind}_account")


def make_taxes() -> None:
	sales_tax = make_account("Sales Tax 8%", COMPANY, "Duties and Taxes - WP", account_type="Tax", tax_rate=8)
	make_tax_template("Sales Tax 8%", COMPANY, sales_tax, "Sales Tax 8%", 8)
	vat = frappe.db.get_value("Account", {"company": SECOND_COMPANY, "account_number": "1776"})
	make_tax_template("Umsatzsteuer 19 %", SECOND_COMPANY, vat, "Umsatzsteuer 19 %", 19)


def make_bank_account() -> str:
	"""The second company's account as customers may pay into it by bank transfer; its name."""
	bank = frappe.get_doc(
		{"doctype": "Bank", "bank_name": "Elbe Bank", "swift_number": "COBADEFFXXX"}
	).insert()
	account = {
		"doctype": "Bank Account",
		"account_name": "Girokonto",
		"bank": bank.name,
		"account": EURO_BANK,
		"is_company_account": 1,
		"company": SECOND_COMPANY,
		"iban": EURO_IBAN,
	}
	return frappe.get_doc(account).insert().name


def make_tax_template(title: str, company: str, account: str, description: str, rate: int) -> None:
	frappe.get_doc(
		{
			"doctype": "Sales Taxes and Charges Template",
			"title": title,
			"company": company,
			"taxes": [
				{
					"charge_type": "On Net Total",
					"account_head": account,
					"description": description,
					"rate": rate,
				}
			],
		}
	).insert()


def make_payment_terms() -> None:
	terms = ((30, 15), (40, 45), (30, 75))
	for number, (portion, days) in enumerate(terms, start=1):
		frappe.get_doc(
			{
				"doctype": "Payment Term",
				"payment_term_name": f"Instalment {number} of 3",
				"invoice_portion": portion,
				"due_date_based_on": "Day(s) after invoice date",
				"credit_days": days,
				"description": f"{portion}% after {days} days",
			}
		).insert()
	frappe.get_doc(
		{
			"doctype": "Payment Terms Template",
			"template_name": INSTALMENTS,
			"allocate_payment_based_on_payment_terms": 1,
			"terms": [
				{
					"payment_term": f"Instalment {number} of 3",
					"invoice_portion": portion,
					"due_date_based_on": "Day(s) after invoice date",
					"credit_days": days,
					"description": f"{portion}% after {days} days",
				}
				for number, (portion, days) in enumerate(terms, start=1)
			],
		}
	).insert()
	frappe.get_doc(
		{
			"doctype": "Terms and Conditions",
			"title": "Standard terms",
			"selling": 1,
			"terms": "<p>Payment is due by the date shown. Goods remain our property until paid in full.</p>"
			"<ol><li>Quote the invoice number with your payment.</li>"
			"<li>Report missing or damaged goods within 14 days.</li></ol>",
		}
	).insert()


def make_price_list() -> None:
	frappe.get_doc(
		{
			"doctype": "Price List",
			"price_list_name": EURO_PRICES,
			"currency": "EUR",
			"selling": 1,
			"enabled": 1,
		}
	).insert()


def make_rates() -> None:
	for days_ago, dollars in RATES:
		worth = {"USD": 1.0, **dollars}
		for source in worth:
			for target in worth:
				if source != target:
					make_rate(get_day(days_ago), source, target, worth[source] / worth[target])


def make_rate(date, source: str, target: str, rate: float) -> None:
	frappe.get_doc(
		{
			"doctype": "Currency Exchange",
			"date": date,
			"from_currency": source,
			"to_currency": target,
			"exchange_rate": round(rate, 6),
			"for_buying": 1,
			"for_selling": 1,
		}
	).insert()


def offer_invoice_series() -> None:
	"""Numbers with a slash in them, as many German companies write them."""
	naming = frappe.get_doc("Document Naming Settings")
	naming.transaction_type = "Sales Invoice"
	options = frappe.get_meta("Sales Invoice").get_field("naming_series").options
	naming.naming_series_options = f"{options}\n{INVOICE_SERIES}"
	naming.update_series()


def dress(company: str, slug: str, colour: str, phone: str, email: str) -> None:
	"""A logo, a letter head that carries it, and the ways to reach the company."""
	logo = frappe.get_doc(
		{
			"doctype": "File",
			"file_name": f"{slug}-logo.png",
			"content": draw_logo(colour),
			"is_private": 0,
			"attached_to_doctype": "Company",
			"attached_to_name": company,
			"attached_to_field": "company_logo",
		}
	).insert()
	letter_head = frappe.get_doc(
		{
			"doctype": "Letter Head",
			"letter_head_name": company,
			"source": "HTML",
			"is_default": int(company == COMPANY),
			"content": f'<div><img src="{logo.file_url}" alt="" style="height: 48px; margin-right: 12px;">'
			f'<strong style="font-size: 18px;">{company}</strong></div>',
			"footer": f"<div>{company} · {phone} · {email}</div>",
		}
	).insert()
	document = frappe.get_doc("Company", company)
	document.update(
		{
			"company_logo": logo.file_url,
			"default_letter_head": letter_head.name,
			"phone_no": phone,
			"email": email,
			"website": f"https://{slug}.example.com",
		}
	)
	document.save()


def make_company_address(company: str, street: str, city: str, code: str, country: str, state=None) -> None:
	frappe.get_doc(
		{
			"doctype": "Address",
			"address_title": company,
			"address_type": "Office",
			"address_line1": street,
			"city": city,
			"pincode": code,
			"state": state,
			"country": country,
			"is_your_company_address": 1,
			"links": [{"link_doctype": "Company", "link_name": company}],
		}
	).insert()
