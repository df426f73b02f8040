"""What may happen to a random ledger's invoices: paid, credited, refunded, written off, undone, in another finance book."""

from datetime import timedelta

import frappe
from frappe.utils import flt

from tests.factories.documents import make_journal_entry, make_payment_entry, make_refund
from tests.factories.terms import pay_instalment, set_in_ledger, take_off

BOOK = "Portal Random Book"
# In the company's own currency, or in another: journals in another currency are nobody's daily work.
HOME, FOREIGN = "home", "foreign"


class Settlements:
	"""The actions of a RandomLedger; each raises frappe.ValidationError where there is nothing to do, or ERPNext refuses."""

	def get_open_invoice(self):
		invoice = self.random.choice(self.invoices).reload()
		if invoice.docstatus != 1 or invoice.outstanding_amount <= 0:
			frappe.throw("Nothing is open")
		return invoice

	def is_by_term(self, invoice) -> bool:
		return bool(
			invoice.payment_terms_template
			and frappe.db.get_value(
				"Payment Terms Template",
				invoice.payment_terms_template,
				"allocate_payment_based_on_payment_terms",
			)
		)

	def get_payment_fields(self, amount: float) -> dict:
		"""Of a Payment Entry that brings money, where the customer's account is in another currency."""
		if not self.currency:
			return {}
		received = flt(amount * self.rate, 2)
		return {
			"paid_from": self.account,
			"paid_from_account_currency": self.currency,
			"source_exchange_rate": self.rate,
			"received_amount": received,
			"base_paid_amount": received,
		}

	def pay(self):
		invoice = self.get_open_invoice()
		if self.is_by_term(invoice):
			return self.pay_by_name()
		amount = self.random.choice((invoice.outstanding_amount, self.get_amount(invoice.outstanding_amount)))
		fields = self.get_payment_fields(amount)
		make_payment_entry(self.customer, amount, [invoice], posting_date=self.get_day(), **fields)

	def pay_by_name(self):
		"""All of an instalment, a part, or all but some cents."""
		invoice = self.get_open_invoice()
		if not self.is_by_term(invoice):
			frappe.throw("It has no terms to pay by")
		number = self.random.randint(1, len(invoice.payment_schedule))
		left = min(invoice.payment_schedule[number - 1].outstanding, invoice.outstanding_amount)
		amount = self.random.choice((left, self.get_amount(left), flt(left - 0.05, 2)))
		if amount <= 0:
			frappe.throw("It is paid")
		fields = self.get_payment_fields(amount)
		pay_instalment(invoice, number, amount, posting_date=self.get_day(), **fields)

	def credit(self):
		invoice = self.get_open_invoice()
		take_off(invoice, self.get_amount(invoice.outstanding_amount), posting_date=self.get_day())

	def credit_itself(self):
		invoice = self.get_open_invoice()
		take_off(invoice, self.get_amount(invoice.grand_total), update_outstanding_for_self=1)

	def journal(self):
		invoice = self.get_open_invoice()
		amount = self.get_amount(invoice.outstanding_amount)
		make_journal_entry(self.customer, -amount, posting_date=self.get_day(), reference=invoice)

	def write_off(self):
		invoice = self.get_open_invoice()
		amount = self.random.choice((0.01, 0.05, self.get_amount(invoice.outstanding_amount)))
		make_journal_entry(
			self.customer,
			-amount,
			posting_date=self.get_day(),
			reference=invoice,
			voucher_type="Write Off Entry",
		)

	def bounce(self):
		"""Money that was paid for an invoice is taken back."""
		invoice = self.random.choice(self.invoices).reload()
		paid = invoice.grand_total - invoice.outstanding_amount
		if paid <= 0 or self.is_by_term(invoice):
			frappe.throw("Nothing was paid")
		make_journal_entry(
			self.customer, self.get_amount(paid), posting_date=self.get_day(), reference=invoice
		)

	def charge(self):
		make_journal_entry(self.customer, self.get_amount(200), posting_date=self.get_day())

	def bill(self):
		posted = self.get_day()
		due = posted + timedelta(days=self.random.randint(0, 60))
		bill = {"bill_no": f"B-{self.random.randint(1, 999)}", "bill_date": posted, "due_date": due}
		make_journal_entry(self.customer, self.get_amount(200), posting_date=posted, **bill)

	def other_book(self):
		if not frappe.db.exists("Finance Book", BOOK):
			frappe.get_doc({"doctype": "Finance Book", "finance_book_name": BOOK}).insert()
		amount = self.get_amount(200) * self.random.choice((1, -1))
		make_journal_entry(self.customer, amount, posting_date=self.get_day(), finance_book=BOOK)

	def pay_on_account(self):
		amount = self.get_amount(400)
		fields = self.get_payment_fields(amount)
		make_payment_entry(self.customer, amount, posting_date=self.get_day(), **fields)

	def refund(self):
		"""Money back that nothing says what it is for: by a journal, or by a Payment Entry."""
		amount = self.get_amount(100)
		if not self.currency and self.random.random() < 0.3:
			make_journal_entry(self.customer, amount, posting_date=self.get_day())
		else:
			self.pay_back(amount)

	def pay_out(self):
		"""A credit note that stands for itself is paid out, all of it or a part."""
		filters = {
			"customer": self.customer.name,
			"is_return": 1,
			"docstatus": 1,
			"outstanding_amount": ("<", 0),
		}
		notes = frappe.get_all("Sales Invoice", filters, ["name", "outstanding_amount"], order_by="creation")
		if not notes:
			frappe.throw("There is no credit note")
		note = self.random.choice(notes)
		amount = self.random.choice((-note.outstanding_amount, self.get_amount(-note.outstanding_amount)))
		reference = {
			"reference_doctype": "Sales Invoice",
			"reference_name": note.name,
			"allocated_amount": -amount,
		}
		self.pay_back(amount, references=[reference])

	def pay_back(self, amount: float, **fields) -> None:
		fields["posting_date"] = self.get_day()
		if self.currency:
			spent = flt(amount * self.rate, 2)
			fields |= {
				"paid_to": self.account,
				"paid_to_account_currency": self.currency,
				"target_exchange_rate": self.rate,
				"received_amount": amount,
				"base_received_amount": spent,
			}
			make_refund(self.customer, spent, **fields)
		else:
			make_refund(self.customer, amount, **fields)

	def cancel(self):
		entries = frappe.get_all("Payment Entry", {"party": self.customer.name, "docstatus": 1}, pluck="name")
		if not entries:
			frappe.throw("There is no payment")
		frappe.get_doc("Payment Entry", self.random.choice(sorted(entries))).cancel()

	def reconcile(self):
		"""Credit set against an invoice as the portal does, by ERPNext's tool, which names no instalment."""
		from customer_portal_ext.payments import credits

		invoice = self.get_open_invoice()
		found = credits.get_reconciliation(
			self.customer.name, invoice.company, invoice.debit_to, None
		).payments
		elsewhere = frappe.get_all("Journal Entry", {"finance_book": BOOK}, pluck="name")
		payments = [row for row in found if row.reference_name not in elsewhere]
		if not payments:
			frappe.throw("There is no credit")
		payment = self.random.choice(payments)
		amount = self.rounded(min(payment.amount, invoice.outstanding_amount))
		credit = {
			"doctype": payment.reference_type,
			"name": payment.reference_name,
			"row": payment.reference_row,
		}
		document = {"doctype": invoice.doctype, "name": invoice.name}
		credits.apply(
			self.customer.name,
			invoice.company,
			invoice.debit_to,
			[(credit, document, credits.to_decimal(amount))],
		)

	def leave_fractions(self):
		"""An invoice is booked with some thousandths more (of a yen: some tenths), which its last instalment has."""
		invoice = self.random.choice(self.invoices).reload()
		if invoice.docstatus != 1:
			frappe.throw("It is cancelled")
		self.has_fractions = True
		more = self.random.choice((0.003, 0.004, 0.005, 0.007)) * (100 if self.currency == "JPY" else 1)
		set_in_ledger(invoice, flt(invoice.grand_total + more, 3))
		if len(invoice.payment_schedule) > 1:
			invoice.db_set("grand_total", flt(invoice.grand_total + more, 3))
