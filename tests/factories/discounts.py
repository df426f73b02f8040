"""Invoices with an early payment discount, and ERPNext's own payment entry of the same day beside the portal's."""

import frappe
from erpnext.accounts.doctype.payment_entry.payment_entry import get_payment_entry
from frappe.utils import add_days, flt, getdate

from tests.factories import paying
from tests.factories.documents import make_sales_invoice
from tests.factories.masters import get_company, get_money_account

# portion in percent, due after so many days, the discount (None: none), up to so many days after the invoice's date
WHOLE = ((100, 30, 2, 10),)
HALVES = ((50, 20, 2, 10), (50, 40, 3, 20))


def make_discount_account(company: str | None = None) -> str:
	"""The company's discount account, which is set."""
	company = company or get_company()
	account = paying.make_account(company, "Cash Discount", "", "Indirect Expenses")
	set_company(company, default_discount_account=account)
	return account


def set_company(company: str, **values) -> None:
	frappe.db.set_value("Company", company, values)
	frappe.clear_document_cache("Company", company)


def make_template(parts=WHOLE, by_term: bool = False, discount_type: str = "Percentage") -> str:
	said = " ".join("/".join(map(str, part)) for part in parts)
	name = f"Portal {discount_type} {'by term ' if by_term else ''}{said}"
	if frappe.db.exists("Payment Terms Template", name):
		return name
	rows = []
	for number, (portion, days, discount, validity) in enumerate(parts):
		row = {
			"payment_term": f"{name} {number}",
			"invoice_portion": portion,
			"due_date_based_on": "Day(s) after invoice date",
			"credit_days": days,
		}
		if discount:
			row |= {
				"discount_type": discount_type,
				"discount": discount,
				"discount_validity_based_on": "Day(s) after invoice date",
				"discount_validity": validity,
			}
		term = {**row, "doctype": "Payment Term", "payment_term_name": row["payment_term"]}
		del term["payment_term"]
		if not frappe.db.exists("Payment Term", row["payment_term"]):
			frappe.get_doc(term).insert()
		rows.append(row)
	template = {
		"doctype": "Payment Terms Template",
		"template_name": name,
		"allocate_payment_based_on_payment_terms": int(by_term),
		"terms": rows,
	}
	return frappe.get_doc(template).insert().name


def make_discounted(
	customer,
	rate: float = 1000,
	parts=WHOLE,
	by_term: bool = False,
	discount_type: str = "Percentage",
	days_ago: int = 0,
	**fields,
):
	"""An invoice of so many days ago; its template's validity counts from that day."""
	posted = add_days(getdate(), -days_ago)
	fields.setdefault("payment_terms_template", make_template(parts, by_term, discount_type))
	return make_sales_invoice(
		customer, rate=rate, posting_date=posted, due_date=add_days(posted, parts[-1][1]), **fields
	)


def get_own_entry(invoice):
	"""What ERPNext's button on the invoice proposes today, as it is saved: not kept."""
	frappe.db.savepoint("own_entry")
	entry = get_payment_entry("Sales Invoice", invoice.name, bank_account=get_money_account(invoice.company))
	entry.update({"reference_no": "OWN", "reference_date": getdate()})
	entry.insert()
	frappe.db.rollback(save_point="own_entry")
	return entry


def get_deductions(entry) -> dict[str, float]:
	"""What of an entry went to which account, in the company's currency."""
	found = {}
	for row in entry.deductions:
		found[row.account] = flt(found.get(row.account, 0) + row.amount, 6)
	return {account: amount for account, amount in found.items() if amount}


def get_schedule(invoice) -> list[tuple]:
	"""``(outstanding, paid, discounted)`` of each row of the invoice's payment schedule."""
	return [
		(flt(row.outstanding, 6), flt(row.paid_amount, 6), flt(row.discounted_amount, 6))
		for row in invoice.reload().payment_schedule
	]
