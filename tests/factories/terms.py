"""Invoices in instalments, and amounts of which the ledger has a fraction of a coin."""

import frappe
from frappe.utils import add_days, getdate

from tests.factories.documents import make_sales_invoice

# portion in percent, days after the invoice's date
THIRDS = ((34, 10), (33, 20), (33, 70))
HALVES = ((50, 10), (50, 60))


def make_terms(parts=THIRDS, by_term: bool = True) -> str:
	"""A Payment Terms Template of these parts, whose payments ERPNext allocates by term or not."""
	name = f"Portal {'by term' if by_term else 'plain'} {' '.join(f'{portion}/{days}' for portion, days in parts)}"
	if frappe.db.exists("Payment Terms Template", name):
		return name
	rows = []
	for number, (portion, days) in enumerate(parts):
		rows.append(
			{
				"payment_term": f"{name} {number}",
				"invoice_portion": portion,
				"due_date_based_on": "Day(s) after invoice date",
				"credit_days": days,
			}
		)
		if not frappe.db.exists("Payment Term", rows[-1]["payment_term"]):
			term = {**rows[-1], "doctype": "Payment Term", "payment_term_name": rows[-1]["payment_term"]}
			frappe.get_doc({key: value for key, value in term.items() if key != "payment_term"}).insert()
	template = {
		"doctype": "Payment Terms Template",
		"template_name": name,
		"allocate_payment_based_on_payment_terms": int(by_term),
		"terms": rows,
	}
	return frappe.get_doc(template).insert().name


def make_in_instalments(customer, rate, parts=THIRDS, by_term: bool = True, days_ago: int = 30, **fields):
	posted = add_days(getdate(), -days_ago)
	return make_sales_invoice(
		customer,
		rate=rate,
		posting_date=posted,
		due_date=add_days(posted, parts[-1][1]),
		payment_terms_template=make_terms(parts, by_term),
		**fields,
	)


def pay_instalment(invoice, number: int, amount: float | None = None, posting_date=None, **fields):
	"""A Payment Entry for one instalment by its name, all that is open of it unless ``amount`` says less."""
	from tests.factories.documents import make_payment_entry

	row = invoice.reload().payment_schedule[number - 1]
	amount = row.outstanding if amount is None else amount
	reference = {
		"reference_doctype": invoice.doctype,
		"reference_name": invoice.name,
		"payment_term": row.payment_term,
		"allocated_amount": amount,
	}
	return make_payment_entry(
		invoice.customer,
		amount,
		posting_date=posting_date,
		company=invoice.company,
		references=[reference],
		**fields,
	)


def take_off(invoice, amount: float, **fields):
	"""A credit note of this amount that lowers the invoice itself."""
	from tests.factories.documents import make_credit_note

	note = make_credit_note(
		invoice, posting_date=getdate(), do_not_submit=True, update_outstanding_for_self=0
	)
	note.items = note.items[:1]
	note.items[0].rate = amount / abs(note.items[0].qty)
	# ERPNext compares what it took over from the invoice with what is open, before it counts anew
	note.update({"grand_total": -amount, "rounded_total": 0, "update_outstanding_for_self": 0, **fields})
	note.save()
	note.submit()
	return note.reload()


def set_in_ledger(invoice, amount: float) -> None:
	"""The invoice itself is booked with this amount of its own currency in both ledgers, such as with a fraction of a coin."""
	left = frappe.db.get_value("Sales Invoice", invoice.name, "outstanding_amount")
	booked = frappe.db.get_value(
		"Payment Ledger Entry",
		{"voucher_no": invoice.name, "against_voucher_no": invoice.name, "delinked": 0},
		"amount_in_account_currency",
	)
	own = {"voucher_no": invoice.name, "against_voucher_no": invoice.name}
	in_company = amount * invoice.conversion_rate
	frappe.db.set_value(
		"Payment Ledger Entry", own, {"amount": in_company, "amount_in_account_currency": amount}
	)
	entries = {"voucher_no": invoice.name, "party": invoice.customer, "debit": (">", 0)}
	frappe.db.set_value("GL Entry", entries, {"debit": in_company, "debit_in_account_currency": amount})
	frappe.db.set_value(
		"Sales Invoice", invoice.name, {"outstanding_amount": left + amount - booked, "rounded_total": 0}
	)
