"""Ledgers nobody thought of: a customer's invoices in any kind of instalments, and anything that settles or undoes a part.

All of it is booked by ERPNext, except for fractions of a coin, which only some sites' ledgers hold. What ERPNext refuses, such
as a credit note of more than is open, is left out.
"""

from datetime import timedelta
from random import Random

import frappe
from frappe.utils import flt, getdate

from tests.factories.documents import make_journal_entry, make_payment_entry, make_sales_invoice, save
from tests.factories.masters import make_customer
from tests.factories.terms import (
	HALVES,
	THIRDS,
	make_in_instalments,
	pay_instalment,
	set_in_ledger,
	take_off,
)

BOOK = "Portal Random Book"
MANY = ((10, 5), (20, 15), (15, 40), (25, 60), (30, 110))


class RandomLedger:
	"""``RandomLedger(seed).customer``; the same seed is the same ledger. ``has_fractions`` says whether one has no coin for some."""

	def __init__(self, seed: int):
		self.random = Random(seed)
		self.customer = make_customer()
		self.invoices = []
		self.said = []
		self.has_fractions = False
		for _number in range(self.random.randint(1, 3)):
			self.invoices.append(self.make_invoice())
		actions = (
			*(self.pay, self.pay, self.pay_by_name, self.pay_by_name, self.pay_by_name),
			*(
				self.credit,
				self.credit,
				self.credit_itself,
				self.journal,
				self.bill,
				self.charge,
				self.write_off,
			),
			*(self.pay_on_account, self.refund, self.bounce, self.other_book, self.cancel, self.reconcile),
		)
		for action in self.random.choices(actions, k=self.random.randint(1, 6)):
			self.attempt(action)
		if self.random.random() < 0.2:
			self.attempt(self.leave_fractions)

	def attempt(self, action) -> None:
		frappe.db.savepoint("random_ledger")
		try:
			action()
			self.said.append(action.__name__)
		except frappe.ValidationError:
			frappe.db.rollback(save_point="random_ledger")
			frappe.clear_messages()

	def get_day(self):
		return getdate() - timedelta(days=self.random.randint(0, 20))

	def get_amount(self, most: float) -> float:
		return flt(self.random.uniform(0.01, max(most, 0.02)), 2)

	def get_open_invoice(self):
		invoice = self.random.choice(self.invoices).reload()
		if invoice.docstatus != 1 or invoice.outstanding_amount <= 0:
			frappe.throw("Nothing is open")
		return invoice

	def make_invoice(self):
		rate = self.random.choice((112.95, 300, 1000, self.get_amount(5000) + 1, self.get_amount(50) + 1))
		days = self.random.randint(21, 90)
		kind = self.random.choice(("plain", "single", "term", "term", "term", "parts", "parts", "advance"))
		posted = getdate() - timedelta(days=days)
		if kind == "plain":
			due = posted + timedelta(days=self.random.randint(0, 60))
			return make_sales_invoice(self.customer, rate=rate, posting_date=posted, due_date=due)
		parts = ((100, 30),) if kind == "single" else self.random.choice((THIRDS, HALVES, MANY))
		by_term = self.random.choice((True, False)) if kind in ("single", "advance") else kind == "term"
		if kind != "advance":
			return make_in_instalments(self.customer, rate, parts, by_term, days)
		return self.make_with_advance(rate, parts, by_term, days)

	def make_with_advance(self, rate, parts, by_term, days):
		posted = getdate() - timedelta(days=days)
		advance = make_payment_entry(self.customer, flt(rate / 3, 2) + 0.01, posting_date=posted)
		invoice = make_in_instalments(self.customer, rate, parts, by_term, days, do_not_submit=True)
		row = {"reference_type": "Payment Entry", "reference_name": advance.name, "ref_exchange_rate": 1}
		amount = min(advance.unallocated_amount, invoice.grand_total)
		invoice.append(
			"advances", {**row, "advance_amount": advance.unallocated_amount, "allocated_amount": amount}
		)
		invoice.set("payment_schedule", [])
		return save(invoice, do_not_submit=False)

	def is_by_term(self, invoice) -> bool:
		return bool(
			invoice.payment_terms_template
			and frappe.db.get_value(
				"Payment Terms Template",
				invoice.payment_terms_template,
				"allocate_payment_based_on_payment_terms",
			)
		)

	def pay(self):
		invoice = self.get_open_invoice()
		if self.is_by_term(invoice):
			return self.pay_by_name()
		amount = self.random.choice((invoice.outstanding_amount, self.get_amount(invoice.outstanding_amount)))
		make_payment_entry(self.customer, amount, [invoice], posting_date=self.get_day())

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
		pay_instalment(invoice, number, amount, posting_date=self.get_day())

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
		make_payment_entry(self.customer, self.get_amount(400), posting_date=self.get_day())

	def refund(self):
		"""Money back that nothing says what it is for."""
		make_journal_entry(self.customer, self.get_amount(100), posting_date=self.get_day())

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
		amount = flt(min(payment.amount, invoice.outstanding_amount), 2)
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
		"""An invoice without instalments is booked with some thousandths more."""
		invoice = self.random.choice(self.invoices).reload()
		if len(invoice.payment_schedule) > 1 or invoice.docstatus != 1:
			frappe.throw("It has instalments")
		self.has_fractions = True
		set_in_ledger(invoice, flt(invoice.grand_total + self.random.choice((0.003, 0.004, 0.005, 0.007)), 3))
